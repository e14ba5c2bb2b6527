//! The work that is compared: one file, compiled into the probe and into the benchmark.

use ftp::listing::{Form, Listing};
use ftp::{Features, ReplyReader, parse_229};

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The control connection of a login: replies, the features in them, a data port.
    Replies,
    /// A directory of 500 files.
    Listing,
    /// The first flight of a TLS 1.2 server.
    Flight,
    /// Asking for the time.
    Clock,
}

impl Work {
    /// All of it.
    pub const ALL: [Work; 4] = [Work::Replies, Work::Listing, Work::Flight, Work::Clock];

    /// Its name in an order.
    pub fn name(self) -> &'static str {
        match self {
            Work::Replies => "replies",
            Work::Listing => "listing",
            Work::Flight => "flight",
            Work::Clock => "clock",
        }
    }
}

/// What is to be done and how often, out of `replies:100`.
#[allow(dead_code, reason = "the benchmark gives orders and takes none")]
pub fn order(text: &str) -> Option<(Work, u32)> {
    let (name, times) = text.split_once(':')?;
    let work = Work::ALL.into_iter().find(|work| work.name() == name)?;
    Some((work, times.parse().ok()?))
}

/// Does it so many times. The sum depends on everything that was read, so that nothing can be left out, and is the same
/// wherever the work is done; only of the clock it is what the clock says.
pub fn done(work: Work, times: u32, clock: impl Fn() -> u64) -> i64 {
    let mut sum = 0_i64;
    let mut add = |number: usize| sum = sum.wrapping_mul(31).wrapping_add(number as i64);
    match work {
        Work::Replies => {
            let bytes = dialogue();
            (0..times).for_each(|_| add(replies(&bytes)));
        }
        Work::Listing => {
            let bytes = directory();
            (0..times).for_each(|_| add(listing(&bytes)));
        }
        Work::Flight => {
            let bytes = first_flight();
            (0..times).for_each(|_| add(flight(&bytes)));
        }
        Work::Clock => (0..times).for_each(|_| add(clock() as usize)),
    }
    sum
}

fn replies(bytes: &[u8]) -> usize {
    let mut reader = ReplyReader::new();
    let mut seen = 0;
    // As it comes out of a socket: some at a time.
    for piece in bytes.chunks(256) {
        reader.push(piece);
        while let Ok(Some(reply)) = reader.next() {
            seen += usize::from(reply.code) + reply.text().len();
            seen += Features::parse(&reply).map_or(0, |features| features.names().count());
            seen += parse_229(&reply).map_or(0, usize::from);
        }
    }
    seen
}

fn listing(bytes: &[u8]) -> usize {
    let listing = Listing::read(Form::List, bytes);
    let sizes: u64 = listing.entries.iter().filter_map(|entry| entry.size).sum();
    listing.count() + sizes as usize
}

fn flight(bytes: &[u8]) -> usize {
    let mut reader = hello::Reader::new();
    for piece in bytes.chunks(1448) {
        reader.push(piece);
    }
    let (flight, end) = reader.finish();
    flight.chain.iter().map(Vec::len).sum::<usize>() + usize::from(end.is_some())
}

/// What a server says up to a data port.
fn dialogue() -> Vec<u8> {
    let features = [
        "AUTH TLS",
        "CCC",
        "CLNT",
        "EPRT",
        "EPSV",
        "HOST",
        "LANG en-US.UTF-8*;en-US",
        "MDTM",
        "MFF modify;UNIX.group;UNIX.mode;",
        "MFMT",
        "MLST modify*;perm*;size*;type*;unique*;UNIX.group*;UNIX.groupname*;UNIX.mode*;UNIX.owner*;",
        "PBSZ",
        "PROT",
        "REST STREAM",
        "SIZE",
        "SSCN",
        "TVFS",
        "UTF8",
    ];
    let features: String = features.iter().map(|line| format!(" {line}\r\n")).collect();
    format!(
        "220-Welcome to the file server.\r\n220-All transfers are logged.\r\n220 ProFTPD Server ready.\r\n\
         234 AUTH TLS successful\r\n331 Password required for demo\r\n230 User demo logged in\r\n200 PBSZ 0 successful\r\n\
         200 Protection set to Private\r\n257 \"/\" is the current directory\r\n211-Features:\r\n{features}211 End\r\n\
         229 Entering Extended Passive Mode (|||49152|)\r\n150 Opening BINARY mode data connection for file list\r\n\
         226 Transfer complete\r\n"
    )
    .into_bytes()
}

fn directory() -> Vec<u8> {
    let line = |number: u32| {
        let size = number * 1021 % 99_991;
        format!(
            "-rw-r--r--   1 demo     demo     {size:>9} Nov {:>2} 10:{:02} report-{number}.csv\r\n",
            number % 28 + 1,
            number % 60
        )
    };
    (0..500).map(line).collect::<String>().into_bytes()
}

/// ServerHello, three certificates that nobody looks into, and the end (RFC 5246 section 7.4).
fn first_flight() -> Vec<u8> {
    let message = |kind: u8, body: &[u8]| {
        let length = (body.len() as u32).to_be_bytes();
        [&[kind], &length[1..], body].concat()
    };
    let mut hello = vec![3, 3];
    hello.extend([0x5a; 32]);
    hello.extend([0, 0x00, 0x9c, 0]);
    let certificate = |size: u32| [&size.to_be_bytes()[1..], &vec![7; size as usize]].concat();
    let chain = [certificate(1200), certificate(1100), certificate(900)].concat();
    let chain = [&(chain.len() as u32).to_be_bytes()[1..], &chain].concat();
    let messages = [message(2, &hello), message(11, &chain), message(14, &[])].concat();
    let length = (messages.len() as u16).to_be_bytes();
    [&[22, 3, 3], &length[..], &messages].concat()
}
