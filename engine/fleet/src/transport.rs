//! The seam between who plans and who executes.

use std::pin::Pin;
use std::sync::Arc;

use host::login::LoginGate;
use journal::{AttemptId, Job, Outcome};
use tokio_util::sync::CancellationToken;

/// A job on its way to be executed. It has references to secrets, and no secret.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The job.
    pub job: Job,
    /// The attempt.
    pub attempt: AttemptId,
    /// Passed before the password is sent: one attempt of a job alone passes it.
    pub gate: Arc<dyn LoginGate>,
    /// Cancelled where the user does not want to wait for the end of the job.
    pub give_up: CancellationToken,
}

/// A job was given up before it had a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Brings a job to where it is executed, and its outcome back. On one machine that is this process; where the source addresses
/// are elsewhere, it is a queue with workers behind it. The dispatcher keeps the order, the limits and the journal, so a
/// transport may lose, repeat and delay what it carries.
pub trait Transport: Send + Sync {
    /// Executes a job.
    fn execute<'a>(
        &'a self,
        assignment: Assignment,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Stopped>> + Send + 'a>>;
}
