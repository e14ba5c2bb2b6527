//! Clients for the tests: curl, openssl, and a line of text after the other.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use netlab::{NAME, Net, Server, Setup};

/// Starts a server or says why not.
pub fn start(net: &Net, setup: Setup) -> Server {
    Server::start(net, &setup).unwrap()
}

/// What curl said: exit code, what it fetched, what it told about it.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// curl on the client's side, with the server's account and authority; TLS is demanded.
pub struct Curl {
    command: Command,
    scheme: &'static str,
    host: String,
}

impl Curl {
    pub fn new(net: &Net, server: &Server) -> Self {
        let mut command = net.client();
        command.args([
            "curl",
            "--silent",
            "--show-error",
            "--verbose",
            "--ssl-reqd",
            "--max-time",
            "20",
            "--cacert",
        ]);
        command.arg(server.authority_pem());
        command.args([
            "--user",
            &format!("{}:{}", server.user(), server.password()),
        ]);
        Self {
            command,
            scheme: "ftp",
            host: server.socket_address().to_string(),
        }
    }

    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    pub fn host(mut self, host: impl ToString) -> Self {
        self.host = host.to_string();
        self
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn fetch(mut self, path: &str) -> Outcome {
        let output = self
            .command
            .arg(format!("{}://{}{path}", self.scheme, self.host))
            .output()
            .unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Opens a connection from the client's side.
pub fn connect(
    net: &Net,
    address: impl Into<SocketAddr>,
    patience: Duration,
) -> io::Result<TcpStream> {
    let address = address.into();
    net.in_client(|| TcpStream::connect_timeout(&address, patience))
        .unwrap()
}

/// A control connection in clear text.
pub struct Dialog {
    stream: BufReader<TcpStream>,
}

impl Dialog {
    pub fn open(net: &Net, server: &Server) -> io::Result<Self> {
        let stream = connect(net, server.socket_address(), Duration::from_secs(10))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends a command and returns the reply.
    pub fn say(&mut self, command: &str) -> String {
        self.stream
            .get_mut()
            .write_all(format!("{command}\r\n").as_bytes())
            .unwrap();
        self.hear()
    }

    /// The next reply, all its lines.
    pub fn hear(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.stream.read_line(&mut reply).unwrap() == 0 {
                return reply;
            }
            let line = &reply.as_bytes()[start..];
            if line.len() > 3 && line[..3].iter().all(u8::is_ascii_digit) && line[3] == b' ' {
                return reply;
            }
        }
    }

    /// Greeting and login; returns the reply to the password, or to the first command that is
    /// refused.
    pub fn log_in(&mut self, user: &str, password: &str) -> String {
        let greeting = self.hear();
        if !greeting.starts_with("220") {
            return greeting;
        }
        let reply = self.say(&format!("USER {user}"));
        if reply.starts_with("331") {
            self.say(&format!("PASS {password}"))
        } else {
            reply
        }
    }
}

/// What `openssl s_client` says about the server, asked for by name.
pub fn s_client(net: &Net, server: &Server, arguments: &[&str]) -> String {
    let output = net
        .client()
        .args([
            "openssl",
            "s_client",
            "-starttls",
            "ftp",
            "-purpose",
            "sslserver",
            "-CAfile",
        ])
        .arg(server.authority_pem())
        .args([
            "-verify_hostname",
            NAME,
            "-servername",
            NAME,
            "-connect",
            &format!("{NAME}:{}", server.port()),
        ])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
