//! Nothing stays behind.

use std::path::Path;

use netlab::{Net, Product, Server, Setup};

use crate::talk::Dialog;

#[test]
fn a_dropped_server_ends_its_sessions_and_removes_its_folder() {
    let net = Net::new().unwrap();
    for product in Product::ALL {
        let server = Server::start(&net, &Setup::plain(product)).unwrap();
        let mut dialog = Dialog::open(&net, &server).unwrap();
        assert!(
            dialog
                .log_in(server.user(), server.password())
                .starts_with("230")
        );
        let home = server.home();
        assert!(home.is_dir());
        drop(server);
        assert!(!home.exists(), "{product:?}");
        assert_eq!(dialog.hear(), "", "{product:?}: the session has ended");
    }
}

#[test]
fn a_dropped_net_removes_its_namespaces_and_what_runs_in_them() {
    let net = Net::new().unwrap();
    let names: Vec<String> = [net.client(), net.server()]
        .iter()
        .map(|command| {
            command
                .get_args()
                .nth(2)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let mut left_alone = net.server().args(["sleep", "600"]).spawn().unwrap();
    while !is_in(left_alone.id(), &names[1]) {
        std::thread::yield_now();
    }
    drop(net);
    assert!(!left_alone.wait().unwrap().success());
    for name in names {
        assert!(!Path::new("/run/netns").join(&name).exists());
        assert!(!Path::new("/etc/netns").join(&name).exists());
    }
}

fn is_in(process: u32, namespace: &str) -> bool {
    use std::os::unix::fs::MetadataExt;
    let inode = |path: String| std::fs::metadata(path).map(|metadata| metadata.ino()).ok();
    inode(format!("/proc/{process}/ns/net")) == inode(format!("/run/netns/{namespace}"))
}
