//! What the content of a recording takes of memory once it is read. A few bytes of JSON may stand for many in memory, and
//! fewer packed ones for many of JSON; so it is measured before anything is made of it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Damage;

/// All blocks of a file; a check of a server from one address takes 2 MiB of it.
const MAX_MEMORY: usize = 256 << 20;
/// A value in a list that has grown.
const VALUE: usize = 64;
/// A map with something in it.
const MAP: usize = 640;
/// Deeper than what we write.
const MAX_DEPTH: usize = 32;

/// Measures blocks of JSON. What is no JSON is measured as far as it is some: whoever reads it says what is wrong.
///
/// # Errors
/// They take more than a recording does.
pub(super) fn check(blocks: &[Vec<u8>]) -> Result<(), Damage> {
    let mut left = Some(MAX_MEMORY);
    for json in blocks {
        let mut values = serde_json::Deserializer::from_slice(json);
        let measure = Measure {
            left: &mut left,
            depth: 0,
        };
        let _ = measure.deserialize(&mut values);
        if left.is_none() {
            return Err(Damage::TooLarge);
        }
    }
    Ok(())
}

/// Takes what a value needs from what is left; nothing is left of it where that is more.
struct Measure<'a> {
    left: &'a mut Option<usize>,
    depth: usize,
}

impl Measure<'_> {
    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        let left = self.left.and_then(|left| left.checked_sub(bytes));
        *self.left = left.filter(|_| self.depth <= MAX_DEPTH);
        match self.left {
            Some(_) => Ok(()),
            None => Err(E::custom("more than a recording takes")),
        }
    }

    fn inner(&mut self) -> Measure<'_> {
        Measure {
            left: self.left,
            depth: self.depth + 1,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Measure<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Measure<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.take(VALUE)
    }

    fn visit_bool<E: Error>(mut self, _: bool) -> Result<(), E> {
        self.take(VALUE)
    }

    fn visit_i64<E: Error>(mut self, _: i64) -> Result<(), E> {
        self.take(VALUE)
    }

    fn visit_u64<E: Error>(mut self, _: u64) -> Result<(), E> {
        self.take(VALUE)
    }

    fn visit_f64<E: Error>(mut self, _: f64) -> Result<(), E> {
        self.take(VALUE)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.take(VALUE + text.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.take(VALUE)?;
        while items.next_element_seed(self.inner())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.take(MAP)?;
        while fields.next_key_seed(self.inner())?.is_some() {
            fields.next_value_seed(self.inner())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(json: impl Into<Vec<u8>>) -> Result<(), Damage> {
        check(&[json.into()])
    }

    fn list(item: &str, count: usize) -> String {
        format!("[{}{item}]", format!("{item},").repeat(count - 1))
    }

    #[test]
    fn what_is_small_on_paper_and_large_in_memory_is_too_large() {
        for (item, count) in [
            ("0", MAX_MEMORY / VALUE),
            ("[]", MAX_MEMORY / VALUE),
            ("\"\"", MAX_MEMORY / VALUE),
            ("{}", MAX_MEMORY / MAP + 1),
            ("{\"\":\"\"}", MAX_MEMORY / MAP + 1),
        ] {
            assert_eq!(checked(list(item, count)), Err(Damage::TooLarge), "{item}");
            let half = list(item, count / 3);
            assert_eq!(checked(half.clone()), Ok(()), "{item}");
            let blocks = vec![half.into_bytes(); 4];
            assert_eq!(check(&blocks), Err(Damage::TooLarge), "{item} in blocks");
        }
    }

    #[test]
    fn what_is_deep_is_no_recording() {
        let nested = |depth: usize| checked("[".repeat(depth) + &"]".repeat(depth));
        assert_eq!(nested(MAX_DEPTH), Ok(()));
        assert_eq!(nested(MAX_DEPTH + 2), Err(Damage::TooLarge));
        let fields = "{\"a\":".repeat(100_000);
        assert_eq!(checked(fields), Err(Damage::TooLarge));
    }

    #[test]
    fn what_is_no_json_is_left_to_who_reads_it() {
        for json in ["", "x", "[1,", "{\"a\"", "[1] [2]", "\u{1}"] {
            assert_eq!(checked(json), Ok(()), "{json}");
        }
    }
}
