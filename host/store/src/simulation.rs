//! The seam through which a simulation drives a store: one seed decides everything, and everything passes by.
//!
//! A store that is opened with a [`Simulation`] has no thread of its own: its writer is a task of the environment, which writes in
//! its turn, and reads are done when they are asked for, so that nothing moves while nobody's turn is. The rules are the same ones,
//! the database is a real one. What a simulation changes of what passes is how mistakes are planted and bad weather is made
//! (docs/decisions/0801-the-real-engine-is-simulated.md).

use crate::drive::{DriveCommit, DriveOutcome};
use crate::wake::Wake;
use crate::write::{Write, WriteError};

/// Who watches a simulated store. Everything is called on the task that is at work.
pub trait Simulation: Send + Sync {
    /// A drive is about to be queued.
    ///
    /// # Errors
    /// The trouble that its submitter meets instead.
    fn drive(&self, _commit: &mut DriveCommit) -> Result<(), WriteError> {
        Ok(())
    }

    /// A drive was answered; `commit` as its submitter made it.
    fn driven(&self, _commit: &DriveCommit, _outcome: &mut DriveOutcome) {}

    /// A unit is about to be queued.
    ///
    /// # Errors
    /// The trouble that its submitter meets instead.
    fn write(&self, _unit: &mut Vec<Write>) -> Result<(), WriteError> {
        Ok(())
    }

    /// A wake is about to be told; false: nobody hears of it.
    fn wake(&self, _wake: &Wake) -> bool {
        true
    }

    /// A group was settled: what it wrote is durable, and nobody has been told.
    fn settled(&self) {}
}
