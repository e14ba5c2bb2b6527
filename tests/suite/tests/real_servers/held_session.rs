//! A session that somebody else holds open.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use libtest_mimic::Failed;

use crate::scene::Scene;

const PATIENCE: Duration = Duration::from_secs(20);

/// Logs in, in clear text; the session lasts as long as this.
pub fn hold(scene: &Scene) -> Result<BufReader<TcpStream>, Failed> {
    let address = scene.server.socket_address();
    let stream = scene
        .net
        .in_client(|| TcpStream::connect_timeout(&address, PATIENCE))
        .map_err(|error| format!("{error:?}"))??;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut session = BufReader::new(stream);
    hear(&mut session, "220")?;
    for (word, argument, wanted) in [
        ("USER", scene.server.user(), "331"),
        ("PASS", scene.server.password(), "230"),
    ] {
        write!(session.get_mut(), "{word} {argument}\r\n")?;
        hear(&mut session, wanted)?;
    }
    Ok(session)
}

/// Reads to the last line of a reply.
fn hear(session: &mut BufReader<TcpStream>, code: &str) -> Result<(), Failed> {
    loop {
        let mut line = String::new();
        let length = session.read_line(&mut line)?;
        if length == 0 || !line.starts_with(code) {
            return Err(format!("{code} was expected while a session is opened: {line:?}").into());
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}
