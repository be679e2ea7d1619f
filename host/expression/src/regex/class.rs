//! Sets of characters.
use super::named::Named;

/// A set of characters.
#[derive(Debug, Clone)]
pub(super) enum Set {
    One(char),
    Range(char, char),
    /// Whatever the case of ASCII letters.
    Folded(Box<Set>),
    /// Whatever the case of any letter.
    UnicodeFolded(Box<Set>),
    Named(Named),
    Any,
    Union(Vec<Set>),
    Both(Box<Set>, Box<Set>),
    Not(Box<Set>),
}

impl Set {
    pub fn contains(&self, c: char) -> bool {
        match self {
            Set::One(one) => *one == c,
            Set::Range(low, high) => (*low..=*high).contains(&c),
            Set::Folded(set) => {
                set.contains(c) || set.contains(c.to_ascii_lowercase()) || set.contains(c.to_ascii_uppercase())
            }
            Set::UnicodeFolded(set) => {
                set.contains(c)
                    || c.to_lowercase().any(|c| set.contains(c))
                    || c.to_uppercase().any(|c| set.contains(c))
            }
            Set::Named(named) => named.contains(c),
            Set::Any => true,
            Set::Union(sets) => sets.iter().any(|set| set.contains(c)),
            Set::Both(left, right) => left.contains(c) && right.contains(c),
            Set::Not(set) => !set.contains(c),
        }
    }
}

/// What ends a line; with `(?d)` only `\n` does.
pub(super) fn is_line_end(c: char, unix: bool) -> bool {
    if unix { c == '\n' } else { matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') }
}

/// A character of a word, as `\b` sees it.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
