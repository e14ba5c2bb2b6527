//! Who says on the way that a connection cannot be. The system tells a refused connection and a missing way by an error
//! number alone; the error queue of the socket keeps the ICMP message behind it, with its sender, type and code (RFC 792, RFC
//! 1812 section 5.2.7, RFC 4443 section 3.1).

use socket2::Socket;

use model::failure::Failure;

#[cfg(not(target_os = "linux"))]
pub(super) struct Witness;

#[cfg(not(target_os = "linux"))]
impl Witness {
    pub(super) fn of(_: &Socket, _: bool) -> Witness {
        Witness
    }

    pub(super) fn with_sender(&self, failure: Failure) -> Failure {
        failure
    }

    pub(super) fn dismiss(self) {}
}

#[cfg(target_os = "linux")]
pub(super) use linux::Witness;

#[cfg(target_os = "linux")]
mod linux {
    use std::io::IoSliceMut;
    use std::net::IpAddr;
    use std::os::fd::AsRawFd;

    use nix::libc::sock_extended_err;
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
    };

    use super::{Failure, Socket};
    use model::failure::FailureKind;

    /// Of `ee_origin`, in `linux/errqueue.h`: the message came as ICMP, or as ICMPv6.
    const FROM_ICMP: u8 = 2;
    const FROM_ICMPV6: u8 = 3;

    /// A second handle on a socket that connects: it can be asked when the connection has failed and its own handle is gone.
    pub(in super::super) struct Witness {
        socket: Option<Socket>,
        is_ipv4: bool,
    }

    impl Witness {
        /// Has the system keep what it is told. A system that cannot do so tells no more than an error number.
        pub(in super::super) fn of(socket: &Socket, is_ipv4: bool) -> Witness {
            Witness {
                socket: listen(socket, is_ipv4, true).and_then(|()| socket.try_clone().ok()),
                is_ipv4,
            }
        }

        /// The failure with what was told of it.
        pub(in super::super) fn with_sender(&self, failure: Failure) -> Failure {
            let Some((message, sender)) = self.socket.as_ref().and_then(message) else {
                return failure;
            };
            let kind = match (failure.kind, message.prohibits()) {
                (FailureKind::Unreachable | FailureKind::Refused, true) => FailureKind::Prohibited,
                (kind, _) => kind,
            };
            Failure {
                kind,
                told_by: Some(sender),
                detail: format!(
                    "{sender} says \"{}\" ({} type {}, code {})",
                    message.words(),
                    if message.is_v6 { "ICMPv6" } else { "ICMP" },
                    message.kind,
                    message.code
                ),
                ..failure
            }
        }

        /// The connection came about: what is told later is of no more than a moment's trouble, and TCP tries again.
        pub(in super::super) fn dismiss(self) {
            if let Some(socket) = &self.socket {
                let _ = listen(socket, self.is_ipv4, false);
            }
        }
    }

    fn listen(socket: &Socket, is_ipv4: bool, on: bool) -> Option<()> {
        let set = match is_ipv4 {
            true => setsockopt(socket, sockopt::Ipv4RecvErr, &on),
            false => setsockopt(socket, sockopt::Ipv6RecvErr, &on),
        };
        set.ok()
    }

    /// What came of the queue, if it is of ICMP.
    fn message(socket: &Socket) -> Option<(Message, IpAddr)> {
        let mut quoted = [0; 576];
        let mut parts = [IoSliceMut::new(&mut quoted)];
        let mut space = nix::cmsg_space!(sock_extended_err, nix::libc::sockaddr_in6);
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        let received =
            recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags)
                .ok()?;
        received.cmsgs().ok()?.find_map(|control| match control {
            ControlMessageOwned::Ipv4RecvErr(error, Some(from)) => {
                let sender = u32::from_be(from.sin_addr.s_addr).into();
                Some((Message::of(&error)?, IpAddr::V4(sender)))
            }
            ControlMessageOwned::Ipv6RecvErr(error, Some(from)) => Some((
                Message::of(&error)?,
                IpAddr::V6(from.sin6_addr.s6_addr.into()),
            )),
            _ => None,
        })
    }

    /// A message "destination unreachable".
    struct Message {
        is_v6: bool,
        kind: u8,
        code: u8,
    }

    impl Message {
        fn of(error: &sock_extended_err) -> Option<Message> {
            let is_v6 = error.ee_origin == FROM_ICMPV6;
            (is_v6 || error.ee_origin == FROM_ICMP).then_some(Message {
                is_v6,
                kind: error.ee_type,
                code: error.ee_code,
            })
        }

        /// Whether a rule forbids it, and not a missing way.
        fn prohibits(&self) -> bool {
            match (self.is_v6, self.kind) {
                (false, 3) => matches!(self.code, 9 | 10 | 13),
                (true, 1) => matches!(self.code, 1 | 5 | 6),
                _ => false,
            }
        }

        fn words(&self) -> &'static str {
            match (self.is_v6, self.kind, self.code) {
                (false, 3, 0) => "network unreachable",
                (false, 3, 1) | (true, 1, 3) => "host unreachable",
                (false, 3, 3) | (true, 1, 4) => "port unreachable",
                (false, 3, 9 | 10 | 13) | (true, 1, 1) => "administratively prohibited",
                (true, 1, 0) => "no route to the destination",
                (true, 1, 5) => "the source address is against the policy",
                (true, 1, 6) => "the route is rejected",
                (false, 11, _) | (true, 3, _) => "time exceeded on the network path",
                _ => "the destination cannot be reached",
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_rule_is_told_from_a_missing_way() {
            let of = |is_v6, kind, code| Message { is_v6, kind, code }.prohibits();
            assert!(of(false, 3, 13) && of(false, 3, 9) && of(true, 1, 1));
            assert!(!of(false, 3, 1) && !of(false, 3, 3) && !of(true, 1, 3) && !of(false, 11, 0));
        }
    }
}
