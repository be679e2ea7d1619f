//! Old excesses that are known: `exceptions.txt`, one a line: kind, subject, number. The list may only shrink: an entry that
//! is not needed any more, or whose number is larger than needed, is a finding itself.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::Finding;
use super::tree::Tree;

const LIST: &str = "xtask/src/tidy/exceptions.txt";
const RULE: &str = "exceptions";

type Found = (&'static str, Finding);
type Subject = (String, String);

/// The list as it stands in the tree.
pub struct Exceptions {
    lines: Vec<String>,
    entries: BTreeMap<Subject, Entry>,
}

struct Entry {
    line: usize,
    number: usize,
}

impl Exceptions {
    /// Reads the list; a tree without one has no exceptions.
    pub fn read(tree: &Tree) -> Result<Self> {
        let text = fs::read_to_string(tree.root.join(LIST)).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut entries = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry =
                Self::entry(line).with_context(|| format!("{LIST}:{}: wanted `kind subject number`", at + 1))?;
            let known = entries.insert(entry.0, Entry { line: at + 1, number: entry.1 });
            ensure!(known.is_none(), "{LIST}:{}: listed twice", at + 1);
        }
        Ok(Self { lines, entries })
    }

    fn entry(line: &str) -> Option<(Subject, usize)> {
        let mut words = line.split_whitespace();
        let subject = (words.next()?.to_owned(), words.next()?.to_owned());
        let number = words.next()?.parse().ok()?;
        words.next().is_none().then_some((subject, number))
    }

    /// Leaves out what is listed, and adds what is wrong with the list.
    pub fn settle(&self, found: Vec<Found>) -> Vec<Found> {
        let needed = needed(&found);
        let listed = |(_, finding): &Found| {
            let measure = finding.measure.as_ref()?;
            let entry = self.entries.get(&(measure.kind.to_owned(), measure.subject.clone()))?;
            Some(measure.number <= entry.number)
        };
        let mut remaining: Vec<Found> = found.into_iter().filter(|one| listed(one) != Some(true)).collect();
        for (subject, entry) in &self.entries {
            let text = match needed.get(subject) {
                None => "is not needed any more: remove the line (`cargo xtask tidy --shrink` does)".to_owned(),
                Some(number) if *number < entry.number => {
                    format!("has shrunk: write {number} (`cargo xtask tidy --shrink` does)")
                }
                Some(_) => continue,
            };
            remaining.push((RULE, Finding::new(LIST, entry.line, format!("{} {} {text}", subject.0, subject.1))));
        }
        remaining
    }

    /// Removes what is not needed and lowers what has shrunk. Nothing is ever added or raised.
    pub fn shrink(&self, tree: &Tree, found: &[Found]) -> Result<()> {
        let needed = needed(found);
        let kept = self.lines.iter().filter_map(|line| {
            let Some((subject, number)) = Self::entry(line) else {
                return Some(line.clone());
            };
            let lowered = needed.get(&subject)?.min(&number);
            Some(format!("{} {} {lowered}", subject.0, subject.1))
        });
        let text: String = kept.map(|line| line + "\n").collect();
        if text.is_empty() {
            return Ok(());
        }
        fs::write(tree.root.join(LIST), text).with_context(|| format!("cannot write {LIST}"))
    }
}

/// The largest number found for each subject.
fn needed(found: &[Found]) -> BTreeMap<Subject, usize> {
    let mut needed = BTreeMap::new();
    for measure in found.iter().filter_map(|(_, finding)| finding.measure.as_ref()) {
        let number = needed.entry((measure.kind.to_owned(), measure.subject.clone())).or_insert(0);
        *number = measure.number.max(*number);
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::super::tree::planted::tree;
    use super::*;

    fn found(subject: &str, number: usize) -> Found {
        ("sizes", Finding::new(subject, 0, "too long").measured("file", subject, number))
    }

    fn settled(list: &str, found: Vec<Found>) -> Vec<(&'static str, usize)> {
        let (_folder, tree) = tree(&[(LIST, list)]);
        let remaining = Exceptions::read(&tree).unwrap().settle(found);
        remaining.into_iter().map(|(rule, finding)| (rule, finding.line)).collect()
    }

    #[test]
    fn what_is_listed_passes_and_what_has_grown_does_not() {
        assert!(settled("# Why.\nfile a.rs 500\n", vec![found("a.rs", 500)]).is_empty());
        assert_eq!(settled("file a.rs 500\n", vec![found("a.rs", 501)]), [("sizes", 0)]);
        assert_eq!(settled("file a.rs 500\n", vec![found("a.rs", 500), found("b.rs", 450)]), [("sizes", 0)]);
    }

    #[test]
    fn an_entry_that_is_too_large_or_not_needed_is_found() {
        assert_eq!(settled("file a.rs 500\n", vec![found("a.rs", 450)]), [(RULE, 1)]);
        assert_eq!(settled("# Why.\nfile a.rs 500\n", vec![]), [(RULE, 2)]);
    }

    #[test]
    fn shrinking_adds_and_raises_nothing() {
        let (folder, tree) = tree(&[(LIST, "# Why.\nfile a.rs 500\nfile b.rs 500\nfile c.rs 500\n")]);
        let found = [found("a.rs", 450), found("b.rs", 550), found("d.rs", 600)];
        Exceptions::read(&tree).unwrap().shrink(&tree, &found).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(LIST)).unwrap(), "# Why.\nfile a.rs 450\nfile b.rs 500\n");
    }
}
