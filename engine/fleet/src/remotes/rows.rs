//! A table as CSV (RFC 4180): the columns are the keys of a settings file, and `name`. A cell without text sets nothing.

use csv_core::{ReadRecordResult, ReaderBuilder};
use settings::{NamedRemote, RemoteFile, RemoteFileError, Shape, shape};
use toml::Value;

/// The column with what a remote is called; where there is none, it is called like its host.
const NAME: &str = "name";
/// What other programs put before a text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The remotes of a table, or all mistakes in it.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Vec<NamedRemote>, Vec<String>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            return Err(vec![format!(
                "{file}:{line}: not UTF-8: save the table as UTF-8"
            )]);
        }
    };
    let table = Table {
        file,
        text,
        delimiter: delimiter(text),
    };
    let records = records(text, table.delimiter);
    let Some((header, rows)) = records.split_first() else {
        return Ok(Vec::new());
    };
    let keys: Vec<&str> = header.cells.iter().map(|it| it.trim()).collect();
    let mut mistakes = table.in_header(header, &keys);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut remotes = Vec::new();
    for row in rows {
        match table.remote(row, &keys) {
            Ok(remote) => remotes.push(remote),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    match mistakes.is_empty() {
        true => Ok(remotes),
        false => Err(mistakes),
    }
}

/// Some programs write semicolons or tabulators: what is most of in the header.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let most = [',', ';', '\t'].into_iter().rev();
    let most = most.max_by_key(|it| header.matches(*it).count());
    most.and_then(|it| u8::try_from(it).ok()).unwrap_or(b',')
}

/// A row of a table.
struct Record {
    /// The byte at which it begins, or the line ends before it.
    begin: usize,
    cells: Vec<String>,
}

/// The rows of a table. Each text is a table: what is not quoted as it should be is a part of its cell.
fn records(text: &str, delimiter: u8) -> Vec<Record> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut bytes, mut ends) = (vec![0; 4_096], vec![0; 64]);
    let (mut at, mut begin, mut length, mut cells) = (0, 0, 0, 0);
    let mut records = Vec::new();
    loop {
        let rest = &text.as_bytes()[at..];
        let (result, read, written, ended) =
            reader.read_record(rest, &mut bytes[length..], &mut ends[cells..]);
        (at, length, cells) = (at + read, length + written, cells + ended);
        match result {
            // The next look at nothing says that there is no more.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => bytes.resize(2 * bytes.len(), 0),
            ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            ReadRecordResult::Record => {
                let starts = std::iter::once(&0).chain(&ends);
                let cell = |(start, end): (&usize, &usize)| {
                    String::from_utf8_lossy(&bytes[*start..*end]).into_owned()
                };
                records.push(Record {
                    begin,
                    cells: starts.zip(&ends[..cells]).map(cell).collect(),
                });
                (begin, length, cells) = (at, 0, 0);
            }
            ReadRecordResult::End => return records,
        }
    }
}

struct Table<'a> {
    file: &'a str,
    text: &'a str,
    delimiter: u8,
}

impl Table<'_> {
    /// What is wrong with the names of the columns. It is told once, and not for each row.
    fn in_header(&self, header: &Record, keys: &[&str]) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (column, key) in keys.iter().enumerate() {
            let what = if keys[..column].contains(key) {
                format!("{key}: there are two columns with this name")
            } else if *key == NAME || shape(key).is_some() {
                continue;
            } else {
                what_of_key(key)
            };
            mistakes.push(format!("{}: {what}", self.place(header, column)));
        }
        mistakes
    }

    fn remote(&self, row: &Record, keys: &[&str]) -> Result<NamedRemote, Vec<String>> {
        if row.cells.len() > keys.len() {
            let place = self.place(row, keys.len());
            let (cells, columns) = (row.cells.len(), keys.len());
            let what = format!("this row has {cells} cells, but there are {columns} columns");
            return Err(vec![format!("{place}: {what}")]);
        }
        let mut name = None;
        // One line for each cell, so that the line of a mistake tells its column.
        let (mut text, mut columns) = (String::new(), Vec::new());
        for (column, (key, cell)) in keys.iter().zip(&row.cells).enumerate() {
            match (*key, cell.trim()) {
                (_, "") => {}
                (NAME, cell) => name = Some(cell.to_owned()),
                (key, cell) => {
                    text.push_str(&format!("{key} = {}\n", value(key, cell)));
                    columns.push(column);
                }
            }
        }
        let settings =
            RemoteFile::read_in_full(self.file, text.as_bytes()).map_err(|mistakes| {
                let told = mistakes.iter().map(|mistake| match mistake {
                    RemoteFileError::Mistake { line, what, .. } => {
                        let column = columns.get(line - 1).copied().unwrap_or_default();
                        format!("{}: {what}", self.place(row, column))
                    }
                    RemoteFileError::Unreadable { .. }
                    | RemoteFileError::TooLong(_)
                    | RemoteFileError::NotText { .. } => mistake.to_string(),
                });
                told.collect::<Vec<String>>()
            })?;
        Ok(NamedRemote {
            name: name.or_else(|| settings.settings.host.clone()),
            place: self.place(row, 0),
            settings,
            text,
        })
    }

    /// File, line and column of a cell.
    fn place(&self, row: &Record, column: usize) -> String {
        let at = self.cell(row.begin, column);
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = 1 + before.matches('\n').count();
        let column = 1 + before[line_start..].chars().count();
        format!("{}:{line}:{column}", self.file)
    }

    /// The byte at which a cell begins, of the row that begins behind this byte. Line ends before a row are no row.
    fn cell(&self, begin: usize, column: usize) -> usize {
        let rest = self.text.get(begin..).unwrap_or_default();
        let begin = begin + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let (mut cells, mut is_quoted) = (0, false);
        let bytes = self.text.bytes().enumerate().skip(begin);
        for (at, byte) in bytes {
            if cells == column {
                return at;
            }
            match byte {
                b'"' => is_quoted = !is_quoted,
                byte if byte == self.delimiter && !is_quoted => cells += 1,
                _ => {}
            }
        }
        self.text.len()
    }
}

/// What a settings file says of such a key.
fn what_of_key(key: &str) -> String {
    let line = format!("{} = 1\n", Value::from(key));
    match RemoteFile::read("", line.as_bytes()) {
        Err(RemoteFileError::Mistake { what, .. }) => what,
        Err(_) | Ok(_) => "this column is not a setting of a remote".into(),
    }
}

/// A cell as TOML. What is no number where there should be one is left as a text, and told by who reads it.
fn value(key: &str, cell: &str) -> Value {
    let text = || Value::from(cell);
    let items = |text: &str| -> Vec<Value> {
        let items = text.split(|c: char| c.is_whitespace() || c == ';' || c == ',');
        let items = items.filter(|item| !item.is_empty());
        items.map(Value::from).collect()
    };
    match shape(key) {
        Some(Shape::Number) => match (cell.parse::<i64>(), cell.parse::<f64>()) {
            (Ok(number), _) => number.into(),
            (Err(_), Ok(number)) => number.into(),
            (Err(_), Err(_)) => text(),
        },
        Some(Shape::Flag) => cell.parse::<bool>().map_or_else(|_| text(), Value::from),
        Some(Shape::List) => items(cell).into(),
        Some(Shape::Table) => {
            let named = cell.split(|c: char| c.is_whitespace() || c == ';');
            let named = named.filter_map(|item| item.split_once('='));
            let table = named.map(|(name, list)| (name.to_owned(), items(list).into()));
            Value::Table(table.collect())
        }
        Some(Shape::Text) | None => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_settings() {
        let text = "\u{feff}name,host,port,sources,dedicated,expect-names,ssl,timeout\r\n\
            acme,ftp.example.com,2121,203.0.113.7 203.0.113.8,203.0.113.7,a.example.com=203.0.113.9,never,7.5\r\n\r\n\
            ,\"b.example.com\",,,,,,\r\n";
        let all = read("f", text.as_bytes()).unwrap();
        let names: Vec<_> = all.iter().map(|it| it.name.as_deref()).collect();
        assert_eq!(names, [Some("acme"), Some("b.example.com")]);
        let acme = all[0].settings.settings.remote().unwrap();
        assert_eq!(acme.place(), "ftp.example.com:2121");
        assert_eq!((acme.sources.len(), acme.dedicated.len()), (2, 1));
        assert_eq!(acme.expect_names[0].name, "a.example.com");
        assert_eq!(all[1].place, "f:4:1");
        let again = RemoteFile::read("f", all[0].text.as_bytes()).unwrap();
        assert_eq!(again.settings, all[0].settings.settings);
    }

    #[test]
    fn semicolons_separate_cells_too() {
        let text = "host;port;sources\na.example.com;21;203.0.113.7,203.0.113.8\n";
        let all = read("f", text.as_bytes()).unwrap();
        assert_eq!(all[0].settings.settings.sources.len(), 2);
    }

    #[test]
    fn all_mistakes_of_all_rows_have_their_place() {
        let text = "host,port,ssl\na b,0,never\n\"ftp,x\",21,\"s3cret\"\nfine.example.com,x,never\na,1,never,more\n";
        let told = read("f", text.as_bytes()).unwrap_err();
        let begin = [
            "f:2:1: host: takes",
            "f:2:5: port: takes",
            "f:3:12: ssl: takes",
            "f:4:18: port: takes",
            "f:5:11: this row has 4 cells",
        ];
        assert_eq!(told.len(), begin.len(), "{told:#?}");
        for (told, begin) in told.iter().zip(begin) {
            assert!(
                told.starts_with(begin) && !told.contains("s3cret"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_wrong_column_is_told_once() {
        let text = "host,password,prot,host\n".to_owned() + &"a,s3cret,1,b\n".repeat(9);
        let told = read("f", text.as_bytes()).unwrap_err();
        let begin = [
            "f:1:6: password: a secret in this file",
            "f:1:15: prot: unknown setting; did you mean port?",
            "f:1:20: host: there are two columns",
        ];
        assert_eq!(told.len(), begin.len(), "{told:#?}");
        for (told, begin) in told.iter().zip(begin) {
            assert!(told.starts_with(begin), "{told}");
        }
    }
}
