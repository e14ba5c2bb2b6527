use std::fmt;

/// A group for the key exchange, by its number (IANA, TLS Supported Groups).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group(pub u16);

impl Group {
    /// The groups our TLS library offers for TLS 1.2: X25519, P-256, P-384.
    pub const OURS: &'static [Group] = &[Group(29), Group(23), Group(24)];

    /// Ours first, then what other stacks have: P-521, X448, Brainpool, secp256k1 and the small curves of old.
    pub const WIDE: &'static [Group] = &[
        Group(29),
        Group(23),
        Group(24),
        Group(25),
        Group(30),
        Group(26),
        Group(27),
        Group(28),
        Group(22),
        Group(21),
        Group(19),
        Group(14),
        Group(13),
        Group(11),
        Group(9),
    ];
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            9 => "sect283k1",
            11 => "sect409k1",
            13 => "sect571k1",
            14 => "sect571r1",
            19 => "secp192r1",
            21 => "secp224r1",
            22 => "secp256k1",
            23 => "secp256r1",
            24 => "secp384r1",
            25 => "secp521r1",
            26 => "brainpoolP256r1",
            27 => "brainpoolP384r1",
            28 => "brainpoolP512r1",
            29 => "x25519",
            30 => "x448",
            number => return write!(f, "group {number}"),
        };
        f.write_str(name)
    }
}
