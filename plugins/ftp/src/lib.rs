//! The FTP dialogue, without a socket: bytes in, replies and judgements out.
//!
//! The crate reads what a server sends (RFC 959, RFC 2228, RFC 2389, RFC 2428, RFC 4217), notes
//! where the server strays from the standard, and says what a reply can mean in the phase it
//! arrived in. It does no input or output and knows no clock, so that sandboxed probes and the host
//! share it and tests need no network.
//!
//! A reply code means little by itself: 530 before `PASS` is never about the password. Every rule
//! therefore takes the code together with the [`Phase`]; the text of a reply is only a third
//! weight.
//!
//! ```
//! use ftp::phase::login::{self, LoginAnswer};
//! use ftp::{Phase, ReplyReader, Weight};
//!
//! let mut reader = ReplyReader::new();
//! reader.push(b"220-Welcome\r\n220 Ready\r\n530 Please use encryption.\r");
//! let greeting = reader.next()?.expect("two lines make one greeting");
//! assert_eq!((greeting.code, greeting.lines.len()), (220, 2));
//! assert_eq!(reader.next()?, None, "the second reply lacks its line feed");
//!
//! reader.push(b"\n");
//! let refusal = reader.next()?.expect("now it is complete");
//! let clear_text = true;
//! assert_eq!(
//!     login::judge(Phase::User, &refusal, clear_text),
//!     (LoginAnswer::TlsRequired, Weight::Certain)
//! );
//! # Ok::<(), ftp::ReplyError>(())
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

pub mod command;
pub mod directory;
pub mod encoding;
pub mod exchange;
pub mod features;
pub mod listing;
pub mod observed_address;
mod own_name;
pub mod passive;
pub mod phase;
pub mod product;
mod quoted;
pub mod reply;
pub mod scope;
pub mod service;
pub mod special;

pub use command::{Command, CommandError, is_safe_argument};
pub use directory::{DirectoryError, parse_257};
pub use exchange::{Asked, Manner};
pub use features::{Feature, Features};
pub use listing::{Entry, Form, Listing};
pub use observed_address::seen_as;
pub use own_name::{is_short_name, short_name};
pub use passive::{PassiveError, parse_227, parse_229};
pub use phase::{Phase, Weight};
pub use quoted::{named, quoted};
pub use reply::{Class, Deviation, Reply, ReplyError, ReplyReader};
pub use scope::{Announced, Scope};
pub use service::Service;
pub use special::{Range, special};
