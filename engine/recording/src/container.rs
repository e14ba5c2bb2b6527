//! The file around the content: a line that says what it is, blocks, and a digest of everything before it.
//!
//! ```text
//! remote-doctor recording 1 LF
//! length of the block, 4 bytes, big-endian; the block: JSON, compressed (RFC 1951)   (any number of them)
//! 0, 4 bytes
//! SHA-256 of all bytes before it, 32 bytes
//! ```
//!
//! A file may come from anybody: the digest is checked before anything is unpacked, and sizes are bounded.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

use super::measure;

/// What the first line begins with; the version follows.
const MAGIC: &[u8] = b"remote-doctor recording ";
/// The version of the format that this program writes and reads.
pub const VERSION: u32 = 1;
/// Longer first lines are not ours.
const MAX_LINE: usize = 64;
const DIGEST: usize = 32;
/// Blocks of a run from a hundred addresses; more means somebody else's file.
const MAX_BLOCKS: usize = 20_000;
/// All blocks together, unpacked: what one probe may say and hear is not more either.
const MAX_CONTENT: u64 = 64 << 20;
/// The file itself.
pub(super) const MAX_FILE: u64 = 64 << 20;

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It begins otherwise.
    #[error("not a recording of remote-doctor")]
    Foreign,
    /// Another format.
    #[error("the recording has format {0}, but this program reads format {VERSION}")]
    OtherVersion(u32),
    /// It ends too early.
    #[error("the recording is truncated after {0} complete blocks")]
    CutShort(usize),
    /// The digest at its end is another.
    #[error("the recording is damaged: its digest does not match")]
    Digest,
    /// It is larger than a recording gets.
    #[error("the recording is larger than allowed")]
    TooLarge,
    /// A block cannot be unpacked, though the digest is right.
    #[error("the recording is invalid: block {0} cannot be unpacked")]
    Packing(usize),
}

/// Packs blocks into a file.
///
/// # Errors
/// They are more than a file may hold.
pub fn pack(blocks: &[Vec<u8>]) -> Result<Vec<u8>, Damage> {
    let content: u64 = blocks.iter().map(|block| block.len() as u64).sum();
    if content > MAX_CONTENT || blocks.len() > MAX_BLOCKS {
        return Err(Damage::TooLarge);
    }
    measure::check(blocks)?;
    let mut file = MAGIC.to_vec();
    file.extend(format!("{VERSION}\n").bytes());
    for block in blocks {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(block).and_then(|()| encoder.finish());
        let packed = packed.map_err(|_| Damage::TooLarge)?;
        let length = u32::try_from(packed.len()).map_err(|_| Damage::TooLarge)?;
        file.extend(length.to_be_bytes());
        file.extend(packed);
    }
    file.extend(0u32.to_be_bytes());
    let digest = Sha256::digest(&file);
    file.extend(digest);
    match file.len() as u64 > MAX_FILE {
        true => Err(Damage::TooLarge),
        false => Ok(file),
    }
}

/// The blocks of a file.
///
/// # Errors
/// What is wrong with it.
pub fn unpack(file: &[u8]) -> Result<Vec<Vec<u8>>, Damage> {
    let packed = walk(body(file)?, file)?;
    let mut left = MAX_CONTENT;
    let mut blocks = Vec::new();
    for (number, packed) in (1..).zip(packed) {
        let mut block = Vec::new();
        let mut decoder = DeflateDecoder::new(packed).take(left + 1);
        let unpacked = decoder.read_to_end(&mut block);
        unpacked.map_err(|_| Damage::Packing(number))?;
        if block.len() as u64 > left {
            return Err(Damage::TooLarge);
        }
        left -= block.len() as u64;
        blocks.push(block);
    }
    measure::check(&blocks)?;
    Ok(blocks)
}

/// What follows the first line.
fn body(file: &[u8]) -> Result<usize, Damage> {
    let rest = file.strip_prefix(MAGIC).ok_or(Damage::Foreign)?;
    let end = rest.iter().take(MAX_LINE).position(|byte| *byte == b'\n');
    let end = end.ok_or(Damage::Foreign)?;
    let version = std::str::from_utf8(&rest[..end]).ok();
    let version: Option<u32> = version.and_then(|text| text.parse().ok());
    match version.ok_or(Damage::Foreign)? {
        VERSION => Ok(MAGIC.len() + end + 1),
        other => Err(Damage::OtherVersion(other)),
    }
}

/// The packed blocks, once the digest has shown that they are what was written.
fn walk(mut at: usize, file: &[u8]) -> Result<Vec<&[u8]>, Damage> {
    let mut blocks = Vec::new();
    loop {
        let cut = Damage::CutShort(blocks.len());
        let Some((length, _)) = file[at..].split_first_chunk() else {
            return Err(cut);
        };
        let length = u32::from_be_bytes(*length) as usize;
        at += size_of::<u32>();
        if length == 0 {
            break;
        }
        let Some(block) = file[at..].get(..length) else {
            return Err(cut);
        };
        if blocks.len() == MAX_BLOCKS {
            return Err(Damage::TooLarge);
        }
        blocks.push(block);
        at += length;
    }
    let (content, digest) = file.split_at(at);
    match digest.len() {
        0..DIGEST => Err(Damage::CutShort(blocks.len())),
        DIGEST if Sha256::digest(content)[..] == *digest => Ok(blocks),
        _ => Err(Damage::Digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        pack(&[b"{\"a\": 1}".to_vec(), vec![b'x'; 5000], b"3".to_vec()]).unwrap()
    }

    #[test]
    fn blocks_come_back() {
        let blocks = unpack(&file()).unwrap();
        assert_eq!(blocks.len(), 3);
        assert_eq!(blocks[1], vec![b'x'; 5000]);
        assert!(file().len() < 200, "they are compressed");
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let whole = file();
        for end in 0..whole.len() {
            assert!(unpack(&whole[..end]).is_err(), "cut at {end}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut file = whole.clone();
                file[at] ^= 1 << bit;
                assert!(unpack(&file).is_err(), "bit {bit} of byte {at}");
            }
        }
        let mut longer = whole;
        longer.push(0);
        assert_eq!(unpack(&longer), Err(Damage::Digest));
    }

    #[test]
    fn a_forger_who_knows_the_digest_meets_the_limits() {
        let forged = |packed: &[u8]| {
            let mut file = b"remote-doctor recording 1\n".to_vec();
            file.extend(u32::try_from(packed.len()).unwrap().to_be_bytes());
            file.extend(packed);
            file.extend([0; 4]);
            let digest = Sha256::digest(&file);
            file.extend(digest);
            unpack(&file)
        };
        assert_eq!(forged(&[0xff; 20]), Err(Damage::Packing(1)));
        let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
        for _ in 0..65 {
            bomb.write_all(&[0; 1 << 20]).unwrap();
        }
        assert_eq!(forged(&bomb.finish().unwrap()), Err(Damage::TooLarge));
        let mut values = DeflateEncoder::new(Vec::new(), Compression::best());
        values.write_all(b"[").unwrap();
        for _ in 0..15 << 20 {
            values.write_all(b"{},").unwrap();
        }
        let values = values.finish().unwrap();
        assert!(values.len() < 100_000, "{} bytes", values.len());
        assert_eq!(forged(&values), Err(Damage::TooLarge));
    }

    #[test]
    fn another_version_is_named() {
        let mut file = file();
        let at = MAGIC.len();
        file[at] = b'7';
        assert_eq!(unpack(&file), Err(Damage::OtherVersion(7)));
        assert_eq!(unpack(b"{}"), Err(Damage::Foreign));
    }
}
