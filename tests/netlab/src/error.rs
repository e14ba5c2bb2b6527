use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a network or a server is not there. Each text fits after "could not".
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// Network namespaces belong to root.
    #[error("make network namespaces: the tests with real servers have to run as root")]
    NeedsRoot,
    /// Root alone is not enough where a container keeps back what it takes.
    #[error(
        "make network namespaces: that takes CAP_SYS_ADMIN and CAP_NET_ADMIN, which a container may lack ({said})"
    )]
    NamespacesRefused {
        /// What the tool said.
        said: String,
    },
    /// A server or a tool is not installed.
    #[error("find {what}: `{command}` installs it")]
    Missing {
        /// The server or tool.
        what: String,
        /// The command that installs it.
        command: &'static str,
    },
    /// The product cannot do what the setup asks for.
    #[error("start {product} with {what}: this server has no such setting")]
    Unsupported {
        /// The server.
        product: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// The server ended, or did not listen in time.
    #[error("start {product}: {reason}\n{log}")]
    NotReady {
        /// The server.
        product: &'static str,
        /// How it ended, or how long it was waited for.
        reason: String,
        /// What the server had logged by then.
        log: String,
    },
    /// A tool reported failure.
    #[error("run `{command}`: {said}")]
    Failed {
        /// The command line.
        command: String,
        /// What it wrote to its standard error.
        said: String,
    },
    /// A process could not be started or ended.
    #[error("control the process of `{command}`")]
    Process {
        /// The command line.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file could not be read or written.
    #[error("use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl HarnessError {
    /// Names the file a failed operation was about; for `map_err`.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// The sentence instead of the structure: most of these are met in a test's `unwrap`.
impl fmt::Debug for HarnessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {self}")?;
        self.source()
            .map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}
