//! The textual rewrite that Orca does before parsing (§1.6): the execution becomes the first argument.
use std::borrow::Cow;

use crate::functions;

const ARGUMENT: &str = " #root.execution, ";
const GROUPS: &str = "deployedServerGroups";
const GROUPS_CALL: &str = "#deployedServerGroups( #root.execution)";

/// A rewritten text, and where its parts stood before.
#[derive(Debug, Clone)]
pub(crate) struct Rewritten<'s> {
    pub text: Cow<'s, str>,
    pub places: Places,
}

/// From this place of the new text on, this place of the old one.
#[derive(Debug, Clone)]
pub(crate) struct Places(Vec<(usize, usize)>);

impl Places {
    /// The place in the source of a place in the rewritten text.
    pub fn source_offset(&self, offset: usize) -> usize {
        let at = self.0.partition_point(|(new, _)| *new <= offset);
        let next = self.0.get(at).map_or(usize::MAX, |(_, old)| *old);
        match at.checked_sub(1).and_then(|at| self.0.get(at)) {
            Some((new, old)) => (old + (offset - new)).min(next),
            None => offset.min(next),
        }
    }
}

/// Rewrites a whole string, text around expressions included.
pub(crate) fn rewrite(source: &str) -> Rewritten<'_> {
    if !source.contains('#') && !source.contains(GROUPS) {
        return Rewritten { text: Cow::Borrowed(source), places: Places(Vec::new()) };
    }
    let names: Vec<&str> = functions::ALL
        .iter()
        .filter(|function| function.takes_execution())
        .map(|function| function.name)
        .filter(|name| source.contains(&format!("#{name}(")) && !source.contains(&format!("#{name}({ARGUMENT}")))
        .collect();
    let variable = source.contains(GROUPS) && !source.contains("#deployedServerGroups(");
    let mut text = String::with_capacity(source.len() + 64);
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let call = rest.strip_prefix('#').and_then(|after| {
            names.iter().find(|name| after.strip_prefix(**name).is_some_and(|open| open.starts_with('(')))
        });
        if let Some(name) = call {
            let taken = name.len() + 2;
            text.push_str(rest.get(..taken).unwrap_or_default());
            text.push_str(ARGUMENT);
            at += taken;
            places.push((text.len(), at));
        } else if variable && rest.starts_with(GROUPS) {
            text.push_str(GROUPS_CALL);
            at += GROUPS.len();
            places.push((text.len(), at));
        } else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            text.push_str(rest.get(..next).unwrap_or_default());
            at += next;
        }
    }
    Rewritten { text: Cow::Owned(text), places: Places(places) }
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn the_execution_is_put_in_once() {
        let cases = [
            ("${#stage('X').y}", "${#stage( #root.execution, 'X').y}"),
            ("${#currentStage()}", "${#currentStage( #root.execution, )}"),
            ("${#stage ('X')}", "${#stage ('X')}"),
            ("${#stage( #root.execution, 'X')}", "${#stage( #root.execution, 'X')}"),
            ("${deployedServerGroups[0]}", "${#deployedServerGroups( #root.execution)[0]}"),
            ("${#deployedServerGroups('a')}", "${#deployedServerGroups( #root.execution, 'a')}"),
            ("${#toInt('1')}", "${#toInt('1')}"),
        ];
        for (source, expected) in cases {
            assert_eq!(rewrite(source).text, expected);
        }
    }

    #[test]
    fn places_are_found_again() {
        let source = "${#stage('X').nope}";
        let rewritten = rewrite(source);
        let new = rewritten.text.find("nope").expect("is there");
        assert_eq!(rewritten.places.source_offset(new), source.find("nope").expect("is there"));
    }
}
