//! One TOML file with the settings of several remotes.

use super::text;
use super::{RemoteFile, RemoteFileError, in_utf8, line_and_column, located};

/// The settings of one remote of several.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedRemote {
    /// What it is called there; none where the file is about one remote alone and has no name for it.
    pub name: Option<String>,
    /// File, line and column at which it begins.
    pub place: String,
    /// The settings. Paths count from the file.
    pub settings: RemoteFile,
    /// The same as the text of a settings file. It has no comments and, as no settings file has one, no secret.
    pub text: String,
}

/// The remotes of a file that has a table for each, in their order, or the one remote of an ordinary settings file.
///
/// # Errors
/// All mistakes in the file: at least one.
pub fn remotes(file: &str, bytes: &[u8]) -> Result<Vec<NamedRemote>, Vec<RemoteFileError>> {
    let text = in_utf8(file, bytes).map_err(|it| vec![it])?;
    if text::is_of_one(text) {
        return Ok(vec![NamedRemote {
            name: None,
            place: format!("{file}:1:1"),
            settings: RemoteFile::read_in_full(file, bytes)?,
            text: text::plain(text),
        }]);
    }
    let parts = text::tables(text).map_err(|it| located(it, file, text))?;
    let parts = parts.into_iter().map(|part| {
        let (line, column) = line_and_column(text, part.at);
        let mut settings = part.settings;
        settings.have_places(file, text);
        NamedRemote {
            name: Some(part.name),
            place: format!("{file}:{line}:{column}"),
            settings,
            text: part.text,
        }
    });
    Ok(parts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_table_for_each_remote_and_they_keep_their_order() {
        let text = "[zeta]\nhost = \"z.example.com\" # a remark\n\n[acme]\nhost = \"a.example.com\"\n\
            sources = [\"203.0.113.7\"]\n";
        let all = remotes("f", text.as_bytes()).unwrap();
        let names: Vec<_> = all.iter().map(|it| it.name.as_deref()).collect();
        assert_eq!(names, [Some("zeta"), Some("acme")]);
        assert_eq!(all[0].text, "host = \"z.example.com\"\n");
        assert_eq!(all[1].place, "f:4:2");
        for one in all {
            let again = RemoteFile::read("f", one.text.as_bytes()).unwrap();
            assert_eq!(again.settings, one.settings.settings);
        }
    }

    #[test]
    fn an_ordinary_settings_file_is_one_remote() {
        let all = remotes(
            "f",
            b"host = \"a.example.com\"\n[expect-names]\nb = [\"203.0.113.8\"]\n",
        );
        let all = all.unwrap();
        assert_eq!((all.len(), &all[0].name), (1, &None));
    }

    #[test]
    fn all_mistakes_of_all_remotes_are_told_in_their_order() {
        let text = "x = 1\n[acme]\nhost = \"a b\"\nport = 0\n[zeta]\nprot = 21\nssl = \"s3cret\"\n[fine]\nhost = \"h\"\n";
        let told = remotes("f", text.as_bytes()).unwrap_err();
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        let begin = [
            "f:1:1: x: a file with several remotes has a table for each",
            "f:3:8: host: takes",
            "f:4:8: port: takes",
            "f:6:1: prot: unknown setting; did you mean port?",
            "f:7:7: ssl: takes",
        ];
        for (told, begin) in told.iter().zip(begin) {
            assert!(
                told.starts_with(begin) && !told.contains("s3cret"),
                "{told}"
            );
        }
        assert_eq!(told.len(), begin.len(), "{told:#?}");
    }
}
