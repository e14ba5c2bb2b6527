use ftp::{Asked, Reply};

/// As many commands of one session as matter later.
const KEPT: usize = 40;

/// What was asked on a connection, and what was heard last.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    commands: Vec<String>,
    replied: Option<String>,
    /// The command before the last one and the last reply to it.
    previous: Option<(String, String)>,
    /// The final reply to each command, by its code.
    answers: Vec<(String, String)>,
    /// When each wait for a reply began, in microseconds of the run.
    waits: Vec<u64>,
}

impl Exchanges {
    pub(crate) fn waits_from(&mut self, us: u64) {
        if self.waits.len() < KEPT {
            self.waits.push(us);
        }
    }

    /// The median time between two waits, in milliseconds.
    pub(crate) fn usual_ms(&self) -> Option<u32> {
        let mut passed: Vec<u64> = self.passed().collect();
        passed.sort_unstable();
        let median = *passed.get(passed.len() / 2).filter(|_| passed.len() > 1)?;
        u32::try_from(median / 1000).ok()
    }

    /// The longest time between two waits, in milliseconds; none before the second.
    pub(crate) fn slowest_ms(&self) -> u32 {
        let slowest = self.passed().max().unwrap_or_default();
        u32::try_from(slowest / 1000).unwrap_or(u32::MAX)
    }

    fn passed(&self) -> impl Iterator<Item = u64> {
        self.waits
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
    }

    pub(crate) fn asked(&mut self, command: String) {
        if let (Some(last), Some(reply)) = (self.commands.last(), self.replied.take()) {
            self.previous = Some((last.clone(), reply));
        }
        if self.commands.len() == KEPT {
            self.commands.remove(0);
        }
        self.commands.push(command);
    }

    pub(crate) fn heard(&mut self, reply: &Reply) {
        if reply.code >= 200 && self.answers.len() < KEPT {
            let asked = without_names(self.last());
            let words = match reply.text().trim().is_empty() {
                true => facts::value::WITHOUT_WORDS,
                false => "",
            };
            let answer = format!("{}{words}", reply.code);
            let mut answers = self.answers.iter_mut();
            match answers.find(|(command, _)| *command == asked) {
                Some((_, before)) => *before = answer,
                None if asked.is_empty() => {}
                None => self.answers.push((asked, answer)),
            }
        }
        self.replied = Some(reply.to_string());
    }

    /// Each command that was answered, with the code of the last reply to it.
    pub(crate) fn answers(&self) -> Vec<String> {
        let answers = self.answers.iter();
        answers
            .map(|(command, answer)| format!("{command} {answer}"))
            .collect()
    }

    pub(crate) fn last(&self) -> &str {
        self.commands.last().map_or("", String::as_str)
    }

    pub(crate) fn before(&self) -> &[String] {
        self.commands.split_last().map_or(&[], |(_, before)| before)
    }

    /// What is known where one more reply comes behind the last one.
    pub(crate) fn slip_at_the_end(&self) -> Option<Slip> {
        let odd = self.replied.clone()?;
        Some(Slip {
            commands: self.commands.clone(),
            previous: self.previous.clone(),
            noticed_at: self.last().to_string(),
            odd,
            answer: String::new(),
        })
    }

    /// What is known once a reply does not fit.
    pub(crate) fn slip(&self, odd: &Reply) -> Slip {
        Slip {
            commands: self.before().to_vec(),
            previous: self.previous.clone(),
            noticed_at: self.last().to_string(),
            odd: odd.to_string(),
            answer: String::new(),
        }
    }
}

/// A reply that came one command late.
#[derive(Clone, Debug)]
pub(crate) struct Slip {
    /// The commands before, one of which was answered twice.
    pub(crate) commands: Vec<String>,
    /// The one just before, with its reply.
    pub(crate) previous: Option<(String, String)>,
    /// The command whose answer it was taken for.
    pub(crate) noticed_at: String,
    /// What came in its place.
    pub(crate) odd: String,
    /// Its own answer, which came behind.
    pub(crate) answer: String,
}

impl Slip {
    /// Whether it came behind the refusal of a transfer (RFC 959 section 4.2: the first digit says so).
    pub(crate) fn is_behind_a_refused_transfer(&self) -> bool {
        self.previous.as_ref().is_some_and(|(command, reply)| {
            Asked::by(command) == Asked::Transfer && reply.starts_with(['4', '5'])
        })
    }

    pub(crate) fn with_answer(mut self, reply: &Reply) -> Slip {
        self.answer = reply.to_string();
        self
    }
}

/// A command without what somebody chose: its argument stays where the protocol knows it.
fn without_names(command: &str) -> String {
    let verb = command.split(' ').next().unwrap_or_default();
    match verb {
        "TYPE" | "OPTS" | "PROT" | "PBSZ" | "AUTH" => command.into(),
        _ => verb.into(),
    }
}
