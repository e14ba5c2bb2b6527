//! The ClientHello (RFC 5246 section 7.4.1.2, RFC 6101 section 5.6.1.2).

use crate::{Group, Suite, Version};

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// Extensions (IANA, TLS ExtensionType Values).
const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;

/// Says that we are no client with the renegotiation hole; servers that care refuse others (RFC 5746 section 3.3). As a
/// cipher suite it also gets through to servers that know no extensions.
const RENEGOTIATION_INFO: Suite = Suite(0x00ff);

/// RSA and ECDSA with SHA-2, RSA-PSS, then SHA-1, DSA and MD5: what a server can sign with shall not be what fails.
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
    0x0202, 0x0101,
];

/// Any will do: the keys it would go into are never made.
const RANDOM: [u8; 32] = *b"remote-doctor looks and goes on.";

/// A DNS name has at most 253 characters; a longer one is not sent.
const LONGEST_NAME: usize = 253;

/// What to offer.
///
/// A hello cannot name a lowest version: up to TLS 1.2 a server picks what it likes up to the highest (RFC 5246 appendix
/// E.1), and what it picked stands in its answer.
#[derive(Clone, Copy, Debug)]
pub struct ClientHello<'a> {
    /// The highest version.
    pub highest: Version,
    /// The cipher suites, best first.
    pub suites: &'a [Suite],
    /// None makes a hello as it was before TLS 1.0 had extensions: some old servers stand no other.
    pub extensions: Option<Extensions<'a>>,
}

/// The extensions whose content is a choice. The others follow from the version.
#[derive(Clone, Copy, Debug)]
pub struct Extensions<'a> {
    /// The name for SNI (RFC 6066 section 3); never an address.
    pub server_name: Option<&'a str>,
    /// The groups for ECDHE, best first.
    pub groups: &'a [Group],
}

impl ClientHello<'_> {
    /// The hello in a record of its own.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut message = vec![CLIENT_HELLO];
        block::<3>(&mut message, |body| self.body(body));
        // Old servers read the version of the record too, and expect no more than TLS 1.0 (RFC 5246 appendix E.1).
        let mut record = vec![HANDSHAKE];
        record.extend(self.highest.min(Version::Tls10).wire());
        block::<2>(&mut record, |content| content.extend(message));
        record
    }

    fn body(&self, body: &mut Vec<u8>) {
        body.extend(self.highest.wire());
        body.extend(RANDOM);
        block::<1>(body, |_no_session| ());
        block::<2>(body, |suites| {
            for suite in self.suites.iter().chain([&RENEGOTIATION_INFO]) {
                suites.extend(suite.0.to_be_bytes());
            }
        });
        block::<1>(body, |compression| compression.push(0));
        if let Some(extensions) = &self.extensions {
            block::<2>(body, |content| extensions.write(self.highest, content));
        }
    }
}

impl Extensions<'_> {
    fn write(&self, highest: Version, out: &mut Vec<u8>) {
        let name = self.server_name.map(|name| name.trim_end_matches('.'));
        if let Some(name) = name.filter(|name| name.len() <= LONGEST_NAME) {
            extension(out, SERVER_NAME, |names| {
                block::<2>(names, |names| {
                    names.push(0);
                    block::<2>(names, |host| host.extend(name.bytes()));
                });
            });
        }
        extension(out, SUPPORTED_GROUPS, |groups| {
            shorts(groups, self.groups.iter().map(|group| group.0));
        });
        extension(out, POINT_FORMATS, |formats| {
            block::<1>(formats, |uncompressed| uncompressed.push(0));
        });
        if highest >= Version::Tls12 {
            extension(out, SIGNATURE_ALGORITHMS, |algorithms| {
                shorts(algorithms, SIGNATURES.iter().copied());
            });
        }
    }
}

fn extension(out: &mut Vec<u8>, kind: u16, content: impl FnOnce(&mut Vec<u8>)) {
    out.extend(kind.to_be_bytes());
    block::<2>(out, content);
}

fn shorts(out: &mut Vec<u8>, numbers: impl Iterator<Item = u16>) {
    block::<2>(out, |out| {
        for number in numbers {
            out.extend(number.to_be_bytes());
        }
    });
}

/// Content behind its length in `WIDTH` bytes.
fn block<const WIDTH: usize>(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; WIDTH]);
    content(out);
    let length = (out.len() - start - WIDTH).to_be_bytes();
    out[start..start + WIDTH].copy_from_slice(&length[length.len() - WIDTH..]);
}
