//! Text of others in Markdown: it stays text, wherever it is put.

use super::super::outline::spans;

/// Text in a sentence. A word that a tracker would make a link, a mention or a command of is shown as code.
pub fn prose(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(word).collect();
    words.join(" ")
}

fn word(word: &str) -> String {
    if means_something(word) {
        return code(word);
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if "\\`*_[]<>~&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    // A word that would begin a list, a heading or a rule at the start of a line.
    match out.chars().next() {
        Some('+' | '-' | '=' | '#') => format!("\\{out}"),
        _ => numbered(out),
    }
}

/// Links, mentions, references to issues and changes, quick actions.
fn means_something(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let refers = |mark: char| {
        word.split(mark)
            .skip(1)
            .any(|after| after.starts_with(|c: char| c.is_ascii_digit()))
    };
    lower.contains("://")
        || lower.contains("www.")
        || word.contains('@')
        || word.starts_with('/')
        || refers('#')
        || refers('!')
}

/// `1.` and `1)` begin a numbered list.
fn numbered(word: String) -> String {
    match word.strip_suffix(['.', ')']) {
        Some(number) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => {
            format!("{number}\\{}", &word[number.len()..])
        }
        _ => word,
    }
}

/// An advice: its code is code.
pub(super) fn advice(text: &str) -> String {
    let parts = spans(text).into_iter().map(|span| match span.is_code {
        true => code(span.text),
        false => {
            let blank = |is: bool| if is { " " } else { "" };
            let before = blank(span.text.starts_with(char::is_whitespace));
            let after = blank(span.text.ends_with(char::is_whitespace));
            format!("{before}{}{after}", prose(span.text))
        }
    });
    parts.collect()
}

/// Text as code in a sentence: the fence is longer than any in it (CommonMark section 6.1).
pub(super) fn code(text: &str) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// Markdown of a sentence in a cell of a table, where a pipe would end it, even in code.
pub fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut backslashes = 0;
    for c in markdown.chars() {
        if c == '|' {
            // Of code that ends in a backslash: it would take back what is put before the pipe.
            if backslashes % 2 == 1 {
                out.push(' ');
            }
            out.push('\\');
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        out.push(c);
    }
    out
}

/// Text as a block, line by line as it is.
pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    const HOSTILE: &[&str] = &[
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
        "[click](javascript:alert(1)) ![x](http://evil.example/a.png)",
        "` ``` ```` | a | b |",
        "|\n| --- |\n# heading\n- list\n1. one\n> quote\n***\n===",
        "http://evil.example www.evil.example mail@evil.example @everyone #12 !34",
        "/close",
        "*bold* _it_ ~~gone~~ \\` \\\\",
        "&lt;b&gt; &#60;",
        "trailing \\",
    ];

    fn events(markdown: &str) -> Vec<Event<'_>> {
        Parser::new_ext(
            markdown,
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
        )
        .collect()
    }

    fn is_plain(event: &Event<'_>) -> bool {
        match event {
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule => false,
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph | Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell
            ),
            _ => true,
        }
    }

    fn shown(events: &[Event<'_>]) -> String {
        let text = events.iter().filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        });
        text.collect()
    }

    fn bare(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hostile_text_stays_text_in_sentences() {
        for text in HOSTILE {
            let markdown = prose(text);
            let events = events(&markdown);
            assert!(events.iter().all(is_plain), "{markdown}\n{events:?}");
            assert_eq!(shown(&events), bare(text), "{markdown}");
        }
    }

    #[test]
    fn an_advice_has_code_and_nothing_else() {
        let told = advice("Set `ssl` to `a|b`, then *restart*.");
        assert_eq!(told, r"Set `ssl` to `a|b`, then \*restart\*.");
        for text in HOSTILE {
            let markdown = advice(text);
            assert!(events(&markdown).iter().all(is_plain), "{markdown}");
        }
    }

    #[test]
    fn hostile_text_stays_in_its_cell() {
        for text in HOSTILE {
            let (prose, code) = (cell(&prose(text)), cell(&code(text)));
            let markdown = format!("| a | b |\n| --- | --- |\n| {prose} | {code} |\n");
            let events = events(&markdown);
            assert!(events.iter().all(is_plain), "{markdown}\n{events:?}");
            let cells = events
                .iter()
                .filter(|it| **it == Event::Start(Tag::TableCell))
                .count();
            assert_eq!(cells, 4, "{markdown}");
            assert_eq!(
                shown(&events),
                format!("ab{}{}", bare(text), bare(text)),
                "{markdown}"
            );
        }
    }

    #[test]
    fn a_backslash_does_not_free_a_pipe() {
        let hostile = r"\| [x](#y) \\| <b> \\\| *z*";
        let (prose, code) = (cell(&prose(hostile)), cell(&code(hostile)));
        let markdown = format!("| a | b |\n| --- | --- |\n| {code} | {prose} |\n");
        let events = events(&markdown);
        assert!(events.iter().all(is_plain), "{markdown}\n{events:?}");
    }

    #[test]
    fn a_block_ends_where_it_should() {
        for text in HOSTILE {
            let block = format!("{}\n\nafter", fenced(text));
            let events = events(&block);
            let blocks = events
                .iter()
                .filter(|it| matches!(it, Event::Start(Tag::CodeBlock(_))));
            assert_eq!(blocks.count(), 1);
            assert!(shown(&events).ends_with("after"));
            assert!(
                !events
                    .iter()
                    .any(|it| matches!(it, Event::Html(_) | Event::InlineHtml(_)))
            );
        }
    }
}
