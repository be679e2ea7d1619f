//! `java.util.regex` for expressions: backtracking, with look-around and back-references, every step counted.
mod class;
mod class_syntax;
mod compile;
mod escape;
mod machine;
mod named;
mod replace;
mod syntax;
mod tree;

use std::cell::Cell;
use std::rc::Rc;

use crate::error::{Code, Eval, Fault};
use compile::Program;
use machine::Machine;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    program: Program,
    spent: Rc<Cell<u64>>,
}

/// A match: positions in characters, of the whole and of each group.
type Groups = Vec<Option<(usize, usize)>>;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What Java's compiler refuses, and patterns that grow too large.
    pub fn compile(text: &str) -> Eval<Pattern> {
        let tree = syntax::parse(text).map_err(|message| invalid(text, &message))?;
        let program = compile::compile(&tree).map_err(|message| invalid(text, &message))?;
        Ok(Pattern { program, spent: Rc::default() })
    }

    /// The same pattern, its steps added to those of others.
    pub fn counted_in(mut self, spent: &Rc<Cell<u64>>) -> Pattern {
        self.spent = Rc::clone(spent);
        self
    }

    fn spend(&self, machine: &Machine<'_>) {
        self.spent.set(self.spent.get().saturating_add(machine.spent()));
    }

    /// Whether the whole input matches.
    ///
    /// # Errors
    /// More than `steps` characters read.
    pub fn matches(&self, input: &str, steps: u64) -> Eval<bool> {
        let input: Vec<char> = input.chars().collect();
        let mut machine = Machine::new(&self.program, &input, steps);
        let found = machine.whole();
        self.spend(&machine);
        found.map(|found| found.is_some())
    }

    /// Every match from left to right, at most `most`.
    fn find_all(&self, input: &[char], most: usize, steps: u64) -> Eval<Vec<Groups>> {
        let mut machine = Machine::new(&self.program, input, steps);
        let mut found = Vec::new();
        let mut from = 0;
        while found.len() < most && from <= input.len() {
            let next = machine.find(from);
            let Some(groups) = next.inspect_err(|_| self.spend(&machine))? else {
                break;
            };
            let (start, end) = groups.first().copied().flatten().unwrap_or((from, from));
            from = if end == start { end + 1 } else { end };
            found.push(groups);
        }
        self.spend(&machine);
        Ok(found)
    }

    /// `String.split`: a limit below zero keeps trailing empty pieces, above zero bounds their number.
    pub fn split(&self, input: &str, limit: i32, steps: u64) -> Eval<Vec<String>> {
        let characters: Vec<char> = input.chars().collect();
        let most = usize::try_from(limit).ok().filter(|limit| *limit > 0);
        let text = |from: usize, to: usize| characters.get(from..to).unwrap_or_default().iter().collect::<String>();
        let mut pieces = Vec::new();
        let mut index = 0;
        for groups in self.find_all(&characters, usize::MAX, steps)? {
            let Some((start, end)) = groups.first().copied().flatten() else {
                continue;
            };
            if most.is_some_and(|most| pieces.len() + 1 >= most) {
                break;
            }
            if index == 0 && start == 0 && end == 0 {
                continue;
            }
            pieces.push(text(index, start));
            index = end;
        }
        if index == 0 && pieces.is_empty() {
            return Ok(vec![input.to_owned()]);
        }
        pieces.push(text(index, characters.len()));
        if limit == 0 {
            while pieces.last().is_some_and(String::is_empty) {
                pieces.pop();
            }
        }
        Ok(pieces)
    }
}

/// Whether the whole `text` matches `pattern`, read as `java.util.regex` reads it; absent when it is no pattern, or reads too much of
/// the text (the bounds of `matches` in expressions).
#[must_use]
pub fn matches_whole(pattern: &str, text: &str) -> Option<bool> {
    let limits = crate::Limits::default();
    if pattern.chars().count() > limits.pattern_length {
        return None;
    }
    Pattern::compile(pattern).and_then(|pattern| pattern.matches(text, limits.pattern_steps)).ok()
}

fn invalid(pattern: &str, message: &str) -> Box<Fault> {
    let mut fault = Fault::java("java.util.regex.PatternSyntaxException", format!("{message}: {pattern}"));
    fault.code = Code::Pattern;
    fault
}

/// The pattern took more steps than it may.
pub(crate) fn exceeded() -> Box<Fault> {
    let mut fault = Fault::java("java.lang.IllegalStateException", "Pattern access threshold exceeded");
    fault.code = Code::Pattern;
    fault
}

#[cfg(test)]
mod tests;
