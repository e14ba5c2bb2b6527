//! What was seen on the way between client and server.

use std::collections::HashSet;

use etherparse::{SlicedPacket, TcpSlice, TransportSlice};

/// Connections of the client, counted by their first packets. One that is sent again is the same
/// connection.
#[derive(Debug, Default)]
pub struct Traffic {
    opened: HashSet<Connection>,
    open: HashSet<Connection>,
    peak: usize,
}

/// The ports of client and server.
type Connection = (u16, u16);

impl Traffic {
    /// How many connections went to such ports of the server.
    pub fn connections(&self, to: impl Fn(u16) -> bool) -> usize {
        self.opened.iter().filter(|(_, port)| to(*port)).count()
    }

    /// The most connections the client had at one time.
    pub fn peak(&self) -> usize {
        self.peak
    }

    pub(super) fn client_sent(&mut self, packet: &[u8]) {
        let Some(segment) = segment(packet) else {
            return;
        };
        let connection = (segment.source_port(), segment.destination_port());
        if segment.syn() && !segment.ack() && self.opened.insert(connection) {
            self.open.insert(connection);
            self.peak = self.peak.max(self.open.len());
        }
        if segment.fin() || segment.rst() {
            self.open.remove(&connection);
        }
    }

    pub(super) fn server_sent(&mut self, packet: &[u8]) {
        if let Some(segment) = segment(packet)
            && segment.rst()
        {
            self.open
                .remove(&(segment.destination_port(), segment.source_port()));
        }
    }
}

fn segment(packet: &[u8]) -> Option<TcpSlice<'_>> {
    match SlicedPacket::from_ip(packet).ok()?.transport? {
        TransportSlice::Tcp(segment) => Some(segment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader};

    use super::*;

    fn packet(
        (from, to): Connection,
        flag: impl FnOnce(PacketBuilderStep<TcpHeader>) -> PacketBuilderStep<TcpHeader>,
    ) -> Vec<u8> {
        let builder = PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64).tcp(from, to, 1, 512);
        let mut packet = Vec::new();
        flag(builder).write(&mut packet, &[]).unwrap();
        packet
    }

    #[test]
    fn connections_are_counted_once_and_end_with_either_side() {
        let mut traffic = Traffic::default();
        let (first, second, third) = ((5001, 21), (5002, 21), (5003, 4000));
        for connection in [first, first, second] {
            traffic.client_sent(&packet(connection, |it| it.syn()));
        }
        traffic.client_sent(&packet(first, |it| it.ack(1).fin()));
        traffic.server_sent(&packet((21, 5002), |it| it.rst()));
        traffic.server_sent(&packet((4000, 5003), |it| it.syn().ack(1)));
        traffic.client_sent(&packet(third, |it| it.syn()));
        traffic.client_sent(b"no packet");
        assert_eq!(traffic.connections(|port| port == 21), 2);
        assert_eq!(traffic.connections(|port| port != 21), 1);
        assert_eq!(traffic.peak(), 2);
    }
}
