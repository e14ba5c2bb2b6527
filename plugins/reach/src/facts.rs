//! The facts that this probe states.

probe_sdk::facts! {
    ADDRESSES = name::DNS_ADDRESSES: Texts, "addresses of the name",
        compared(10, Set, &[Dependency::Host]), privacy(ServerAddress);
    ALIASES = "dns.aliases": Texts, "aliases of the name",
        compared(20, Sometimes, &[Dependency::Host]), privacy(HostName);
    WAY = "dns.way": Text, "how the name resolves to its addresses", shown(10, "name");
    REMARKS = "dns.remarks": Text, "notes about the names", shown(20, "beside");
    NAMES = "dns.names": Rows, "expected names and their addresses";
    EXPECTED = "dns.expected": Texts, "addresses that the name is expected to have";
    EXPECTED_AND_MISSING = "dns.expected-and-missing": Texts, "expected addresses that the name does not have";
    IPV6_BESIDE_EXPECTED = "dns.ipv6-beside-expected": Texts, "IPv6 addresses in addition to the expected ones";
    SERVER = name::SERVER_ADDRESS: Text, "address of the server", privacy(ServerAddress), fills("address");
    SOURCE = name::SOURCE_ADDRESS: Text, "address that connections leave from", privacy(OurAddress);
    ATTEMPTS = "reach.addresses": Rows, "connections that were tried";
    CONNECT_US = name::REACH_CONNECT_US: Integer, "time to connect, in microseconds";
    + probe_sdk::shared::CONTROL_PORT;
}
