//! A run in named parts: a heading before each, and a table of what each took at the end.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The parts so far.
#[derive(Default)]
pub struct Stopwatch {
    parts: Vec<Part>,
}

struct Part {
    name: &'static str,
    took: Duration,
    passed: bool,
}

impl Stopwatch {
    /// Runs one part under its heading. A part that fails is in the table as well.
    #[expect(clippy::disallowed_methods, reason = "a stopwatch for people; nothing is decided by it")]
    pub fn part<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        self.parts.push(Part { name, took: start.elapsed(), passed: result.is_ok() });
        result
    }
}

impl fmt::Display for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Part { name, took, passed } in &self.parts {
            let end = if *passed { "" } else { "  FAILED" };
            writeln!(f, "{:>8.1} s  {name}{end}", took.as_secs_f64())?;
        }
        Ok(())
    }
}
