//! Compressed bytes, always the same ones.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use liblzma::stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream};
use liblzma::write::XzEncoder;

/// How much work is put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As small as it gets: half a minute for the program.
    Most,
    /// Within seconds, for tests.
    Least,
}

/// In the format of xz. The code of x86 is filtered before: its jumps are written as places and not as distances, which makes
/// a program smaller. Every xz since 2009 reads that.
///
/// # Errors
/// There is not enough memory.
pub fn xz(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let preset = match effort {
        Effort::Most => 9 | PRESET_EXTREME,
        Effort::Least => 0,
    };
    let options = LzmaOptions::new_preset(preset)?;
    let mut filters = Filters::new();
    filters.x86().lzma2(&options);
    let stream = Stream::new_stream_encoder(&filters, Check::Crc64)?;
    let mut encoder = XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// In the format of gzip (RFC 1952), without a name and a time.
///
/// # Errors
/// None in memory.
pub fn gzip(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Most => Compression::best(),
        Effort::Least => Compression::fast(),
    };
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), level);
    encoder.write_all(bytes)?;
    encoder.finish()
}
