//! Replies of a server (RFC 959 section 4.2).

/// One reply of one or more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    code: u16,
    first: String,
    inner: Vec<String>,
    /// Present if the reply has more than one line.
    last: Option<String>,
}

/// How replies are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Lines end in a line feed alone.
    pub(crate) bare_line_feeds: bool,
    /// The last line of several has no code.
    pub(crate) unterminated: bool,
    /// Texts are in this encoding.
    pub(crate) encoding: Option<crate::Legacy>,
}

impl Reply {
    pub(crate) fn new(code: u16, text: impl Into<String>) -> Self {
        Self {
            code,
            first: text.into(),
            inner: Vec::new(),
            last: None,
        }
    }

    /// A reply of several lines. The inner ones are sent as they are.
    pub(crate) fn lines_of(
        code: u16,
        first: impl Into<String>,
        inner: impl IntoIterator<Item = String>,
        last: impl Into<String>,
    ) -> Self {
        Self {
            code,
            first: first.into(),
            inner: inner.into_iter().collect(),
            last: Some(last.into()),
        }
    }

    /// The same reply with another code.
    pub(crate) fn with_code(self, code: u16) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn code(&self) -> u16 {
        self.code
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let Self {
            code,
            first,
            inner,
            last,
        } = self;
        let Some(last) = last else {
            return vec![format!("{code} {first}")];
        };
        let mut lines = vec![format!("{code}-{first}")];
        lines.extend(inner.iter().cloned());
        lines.push(format!("{code} {last}"));
        lines
    }

    pub(crate) fn encode(&self, style: Style) -> Vec<u8> {
        let mut lines = self.lines();
        if let (true, Some(last)) = (style.unterminated, &self.last)
            && let Some(line) = lines.last_mut()
        {
            last.clone_into(line);
        }
        let end = if style.bare_line_feeds { "\n" } else { "\r\n" };
        lines
            .iter()
            .flat_map(|line| {
                let mut bytes = match style.encoding {
                    Some(encoding) => encoding.encode(line),
                    None => line.clone().into_bytes(),
                };
                bytes.extend(end.bytes());
                bytes
            })
            .collect()
    }
}
