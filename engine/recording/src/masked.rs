//! No recording has the password in it: what a probe heard passed a mask, and what came by another way (certificates, names,
//! what was fetched) passes one here, before the file is made.
//!
//! Bytes keep their length, so that a certificate can still be read; questions and answers change alike, so that they still
//! fit each other when they are replayed.

use data_encoding::BASE64;
use serde_json::Value;

use model::mask::Mask;
use report::redact::Ours;

/// Masks all texts of a block, but for the names of its fields.
pub(super) fn mask(value: &mut Value, mask: &Mask, ours: &Ours) {
    match value {
        Value::String(text) => {
            let masked = covered(text, mask);
            let masked = masked.or_else(|| mask.text_but(text, |word| ours.has(word)));
            if let Some(masked) = masked {
                *text = masked;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|it| self::mask(it, mask, ours)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|it| self::mask(it, mask, ours)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Where a text is bytes in base64 with the secret among them: the same without it, as long as it was.
fn covered(text: &str, mask: &Mask) -> Option<String> {
    /// Shorter texts are words that happen to have the letters of base64.
    const LEAST: usize = 16;
    let text = Some(text).filter(|text| text.len() >= LEAST)?;
    let mut bytes = BASE64.decode(text.as_bytes()).ok()?;
    mask.cover(&mut bytes).then(|| BASE64.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bytes_keep_their_length_and_texts_their_place() {
        let secret = Mask::new("hunter22");
        let der = |inside: &str| BASE64.encode(format!("0\u{82}CN={inside}\u{c}").as_bytes());
        let mut block = json!({
            "answer": {"chain": [{"base64": der("hunter22")}, {"base64": der("another22")}]},
            "names": ["hunter22.example.com", "quick"],
            "fact": {"name": "tls.chain", "value": der("HUNTER22")},
            "number": 22,
        });
        mask(&mut block, &secret, &Ours::default());
        assert_eq!(
            block,
            json!({
                "answer": {"chain": [{"base64": der("********")}, {"base64": der("another22")}]},
                "names": ["[password].example.com", "quick"],
                "fact": {"name": "tls.chain", "value": der("********")},
                "number": 22,
            })
        );
    }
}
