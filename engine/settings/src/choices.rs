//! Closed lists of words as values of arguments. The nouns know nothing of the command line; what they say of each word in
//! their documentation is what `--help` says of it.

use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use strum::{EnumMessage, VariantArray};

/// Takes one of the words of a noun.
pub fn one_of<T>() -> impl TypedValueParser<Value = T>
where
    T: AsRef<str> + EnumMessage + FromStr + VariantArray + Clone + Send + Sync + 'static,
{
    let words = T::VARIANTS.iter().map(|choice| {
        let about = choice.get_documentation().unwrap_or_default();
        let word = PossibleValue::new(choice.as_ref());
        word.help(about.trim_end_matches('.').replace('\n', " "))
    });
    PossibleValuesParser::new(words)
        .try_map(|word| T::from_str(&word).map_err(|_| NotAChoice(word)))
}

/// A word that its noun does not read, though it lists it.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not one of the choices")]
struct NotAChoice(String);

#[cfg(test)]
mod tests {
    use model::capability::Capability;
    use model::finding::Owner;
    use model::redaction::Level;
    use model::remote::{
        CertificateCheck, Depth, HighestTlsVersion, IpVersion, PassiveMode, PasswordEncoding,
        SslSetting, Use,
    };

    use super::*;

    fn reads_what_it_lists<T>()
    where
        T: AsRef<str> + EnumMessage + FromStr + VariantArray + serde::Serialize + PartialEq,
    {
        for choice in T::VARIANTS {
            let read = T::from_str(choice.as_ref());
            assert!(
                read.is_ok_and(|read| read == *choice),
                "{}",
                choice.as_ref()
            );
            let written = serde_json::to_value(choice).unwrap();
            assert_eq!(written, choice.as_ref(), "one spelling everywhere");
        }
    }

    #[test]
    fn arguments_and_json_have_one_spelling() {
        reads_what_it_lists::<Capability>();
        reads_what_it_lists::<CertificateCheck>();
        reads_what_it_lists::<Depth>();
        reads_what_it_lists::<HighestTlsVersion>();
        reads_what_it_lists::<IpVersion>();
        reads_what_it_lists::<Level>();
        reads_what_it_lists::<Owner>();
        reads_what_it_lists::<PassiveMode>();
        reads_what_it_lists::<PasswordEncoding>();
        reads_what_it_lists::<SslSetting>();
        reads_what_it_lists::<Use>();
    }
}
