//! Whatever a server sends, reading it ends, keeps little and does not panic.

use crate::reader_tests::{certificates, message, record, server_hello};
use crate::{End, Reader};

/// Noise, the same in each run (xorshift).
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_be_bytes()[3]
    }
}

fn flight() -> Vec<u8> {
    let exchange = message(12, &[0, 2, 0xff, 0xff, 0, 1, 2, 0, 1, 9]);
    let request = vec![13, 0, 0, 8, 1, 1, 0, 2, 4, 1, 0, 0];
    let messages = [
        server_hello([3, 3], 0x0033),
        certificates(&[b"leaf", b"issuer"]),
        exchange,
        request,
        vec![14, 0, 0, 0],
    ];
    record(22, &messages.concat())
}

#[test]
fn every_byte_may_be_wrong() {
    let good = flight();
    for place in 0..good.len() {
        for value in [0, 1, 2, 3, 0x0b, 0x16, 0x7f, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[place] = value;
            let mut reader = Reader::new();
            reader.push(&bytes);
            let _ = reader.finish();
        }
    }
}

#[test]
fn it_may_stop_anywhere() {
    let good = flight();
    for length in 0..good.len() {
        let mut reader = Reader::new();
        reader.push(&good[..length]);
        assert_eq!(reader.finish().1, None, "after {length} bytes");
    }
}

#[test]
fn noise_in_and_out_of_records() {
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for _ in 0..20_000 {
        let length = usize::from(noise.byte()) * 2;
        let bytes: Vec<u8> = (0..length).map(|_| noise.byte()).collect();
        for bytes in [record(22, &bytes), record(21, &bytes), bytes] {
            let mut reader = Reader::new();
            reader.push(&bytes);
            let _ = reader.finish();
        }
        let kind = noise.byte() % 25;
        let body: Vec<u8> = (0..noise.byte()).map(|_| noise.byte()).collect();
        let after_hello = [server_hello([3, 3], 0xc013), message(kind, &body)].concat();
        let mut reader = Reader::new();
        reader.push(&record(22, &after_hello));
        let _ = reader.finish();
    }
}

/// Feeds it the same for ever; says how much it took before it ended.
fn until_it_ends(first: &[u8], again: &[u8]) -> (usize, End) {
    let mut reader = Reader::new();
    reader.push(first);
    let mut fed = first.len();
    while reader.end().is_none() {
        assert!(fed < 1 << 20, "still not at its end");
        reader.push(again);
        fed += again.len();
    }
    let (flight, end) = reader.finish();
    assert!(flight.chain.len() <= 32);
    (fed, end.expect("an end"))
}

#[test]
fn what_does_not_end_is_ended() {
    let hello = record(22, &server_hello([3, 3], 0x002f));
    let nothing: &[u8] = &[];
    let endless = [
        // Warnings, records without content, requests to begin that mean nothing.
        (nothing, record(21, &[1, 112])),
        (nothing, record(22, &[])),
        (nothing, record(22, &message(0, &[]))),
        // One message that never gets complete, and one certificate after another.
        (&hello, record(22, &[11, 0, 255, 255])),
        (
            &hello,
            record(22, &certificates(&[[1u8; 100].as_slice(); 40])),
        ),
        // A staple as long as its header can say.
        (&hello, record(22, &[22, 255, 255, 255])),
    ];
    for (first, again) in endless {
        let (fed, end) = until_it_ends(first, &again);
        assert!(matches!(end, End::Broken(_)), "{end:?}");
        assert!(fed <= 300 << 10, "{fed} bytes");
    }
    // After the end nothing is kept any more.
    let mut reader = Reader::new();
    reader.push(b"HTTP/1.1 400");
    reader.push(&[b'x'; 100_000]);
    let (_, end) = reader.finish();
    assert_eq!(end, Some(End::NotTls(b"HTTP/1.1 400".to_vec())));
}
