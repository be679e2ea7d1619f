//! A text taken apart: literal pieces and expressions (§1.3).
use crate::error::Fault;
use crate::lexer::syntax;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Span<'s> {
    Literal(&'s str),
    /// The trimmed inside of `${…}`, and where it begins.
    Expression(&'s str, usize),
}

/// The pieces in order.
///
/// # Errors
/// Brackets that do not match, strings and expressions that do not end, empty expressions.
pub(super) fn split(text: &str) -> Result<Vec<Span<'_>>, Box<Fault>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(open) = rest.find("${") else {
            spans.push(Span::Literal(rest));
            break;
        };
        if let Some(literal) = rest.get(..open).filter(|literal| !literal.is_empty()) {
            spans.push(Span::Literal(literal));
        }
        let start = at + open + 2;
        let end = closing(text, start)?;
        let inside = text.get(start..end).unwrap_or_default();
        // Java's trim: everything up to the blank.
        let left = inside.trim_start_matches(|c: char| c <= ' ');
        let trimmed = left.trim_end_matches(|c: char| c <= ' ');
        if trimmed.is_empty() {
            return Err(syntax(1044, at + open, "no expression between '${' and '}'"));
        }
        spans.push(Span::Expression(trimmed, start + (inside.len() - left.len())));
        at = end + 1;
    }
    Ok(spans)
}

/// The `}` that ends the expression which begins at `start`.
fn closing(text: &str, start: usize) -> Result<usize, Box<Fault>> {
    let bytes = text.as_bytes();
    let unclosed = || syntax(1044, start.saturating_sub(2), "no ending '}' for the expression that starts here");
    if !text.get(start..).is_some_and(|rest| rest.contains('}')) {
        return Err(unclosed());
    }
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = start;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'}' if open.is_empty() => return Ok(at),
            b'{' | b'[' | b'(' => open.push((byte, at)),
            b'}' | b']' | b')' => {
                let expected = match byte {
                    b'}' => b'{',
                    b']' => b'[',
                    _ => b'(',
                };
                match open.pop() {
                    Some((opened, _)) if opened == expected => {}
                    Some((opened, _)) => {
                        let message = format!(
                            "found closing '{}' but the last opening is '{}'",
                            char::from(byte),
                            char::from(opened)
                        );
                        return Err(syntax(1043, at, message));
                    }
                    None => {
                        return Err(syntax(
                            1043,
                            at,
                            format!("found closing '{}' without an opening", char::from(byte)),
                        ));
                    }
                }
            }
            b'\'' | b'"' => {
                let after = bytes.get(at + 1..).unwrap_or_default();
                match after.iter().position(|other| *other == byte) {
                    Some(length) => at += length + 1,
                    None => return Err(syntax(1045, at, "found a string that does not end")),
                }
            }
            _ => {}
        }
        at += 1;
    }
    match open.pop() {
        Some((bracket, place)) => {
            Err(syntax(1044, place, format!("the closing of '{}' is missing", char::from(bracket))))
        }
        None => Err(unclosed()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, split};

    #[test]
    fn quotes_and_brackets_nest() {
        assert_eq!(
            split("a${ m['}'] }b").expect("splits"),
            [Span::Literal("a"), Span::Expression("m['}']", 4), Span::Literal("b"),]
        );
        assert_eq!(split("${{'a':1}}").expect("splits"), [Span::Expression("{'a':1}", 2)]);
        for bad in ["${", "${a", "${}", "${ }", "${(]}", "${'a}", "${a)}", "x ${a ${b}"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}
