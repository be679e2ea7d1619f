//! `replaceAll` and `replaceFirst`: replacements with `$1`, `${name}` and `\`.
use super::{Groups, Pattern};
use crate::error::{Eval, Fault, illegal_argument, limit};

enum Piece {
    Literal(char),
    Group(usize),
}

impl Pattern {
    /// The text with the first `most` matches replaced, at most `bytes` long.
    ///
    /// # Errors
    /// Replacements that name groups which do not exist, too many steps, too long a result.
    pub fn replace(&self, input: &str, replacement: &str, most: usize, steps: u64, bytes: usize) -> Eval<String> {
        let characters: Vec<char> = input.chars().collect();
        let found = self.find_all(&characters, most, steps)?;
        if found.is_empty() {
            return Ok(input.to_owned());
        }
        let pieces = self.pieces(replacement)?;
        let mut text = String::new();
        let mut copied = 0;
        let copy = |text: &mut String, from: usize, to: usize| {
            text.extend(characters.get(from..to).unwrap_or_default());
        };
        for groups in &found {
            let Some((start, end)) = groups.first().copied().flatten() else {
                continue;
            };
            copy(&mut text, copied, start);
            for piece in &pieces {
                match piece {
                    Piece::Literal(c) => text.push(*c),
                    Piece::Group(group) => {
                        if let Some((from, to)) = group_of(groups, *group) {
                            copy(&mut text, from, to);
                        }
                    }
                }
            }
            copied = end;
            if text.len() > bytes {
                return Err(limit(1078, format_args!("replaced text is longer than {bytes} bytes")));
            }
        }
        copy(&mut text, copied, characters.len());
        Ok(text)
    }

    fn pieces(&self, replacement: &str) -> Eval<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut rest = replacement.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' => {
                    let escaped = rest.next().ok_or_else(|| illegal_argument("character to be escaped is missing"))?;
                    pieces.push(Piece::Literal(escaped));
                }
                '$' if rest.next_if_eq(&'{').is_some() => {
                    let mut name = String::new();
                    while let Some(letter) = rest.next_if(char::is_ascii_alphanumeric) {
                        name.push(letter);
                    }
                    if rest.next() != Some('}') {
                        return Err(illegal_argument("named capturing group is missing trailing '}'"));
                    }
                    let group = self.program.names.iter().find(|(known, _)| *known == name).map(|(_, group)| *group);
                    let missing = || illegal_argument(format!("No group with name {{{name}}}"));
                    pieces.push(Piece::Group(group.ok_or_else(missing)?));
                }
                '$' => {
                    let group = self.group_number(&mut rest)?;
                    pieces.push(Piece::Group(group));
                }
                other => pieces.push(Piece::Literal(other)),
            }
        }
        Ok(pieces)
    }

    /// As many digits as name a group; the first always counts.
    fn group_number(&self, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Eval<usize> {
        let digit = |c: &char| c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
        let mut group =
            rest.next().as_ref().and_then(digit).ok_or_else(|| illegal_argument("Illegal group reference"))?;
        if group > self.program.groups {
            return Err(Fault::java("java.lang.IndexOutOfBoundsException", format!("No group {group}")));
        }
        while let Some(longer) = rest.peek().and_then(digit).map(|digit| group * 10 + digit) {
            if longer > self.program.groups {
                break;
            }
            group = longer;
            rest.next();
        }
        Ok(group)
    }
}

fn group_of(groups: &Groups, group: usize) -> Option<(usize, usize)> {
    groups.get(group).copied().flatten()
}
