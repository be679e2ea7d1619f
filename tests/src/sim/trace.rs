//! What happened, line by line, in words that are the same for the same seed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::Timestamp;
use domain::id::ExecutionId;

use super::environment::START;

/// The lines so far.
#[derive(Default)]
pub struct Trace {
    text: String,
    names: BTreeMap<ExecutionId, String>,
}

impl Trace {
    /// Adds a line.
    pub fn line(&mut self, at: Timestamp, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{:>9} {line}", at.since(START));
    }

    /// A short name of an execution, given when it is first seen.
    pub fn name(&mut self, execution: &ExecutionId) -> String {
        let next = format!("e{}", self.names.len() + 1);
        self.names.entry(execution.clone()).or_insert(next).clone()
    }

    /// Everything.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The first line of a text.
#[must_use]
pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
