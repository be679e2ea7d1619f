//! Strings: borrowed or shared, indexed by UTF-16 unit as Java does.
use std::rc::Rc;

/// A string.
#[derive(Debug, Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
}

impl Text<'_> {
    pub fn as_str(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text::Shared(text.into())
    }
}

/// Length in UTF-16 units.
pub(crate) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The units from `start` to `end`; nothing when they are out of range. Half a pair becomes U+FFFD.
pub(crate) fn slice(text: &str, start: usize, end: usize) -> Option<String> {
    if start > end {
        return None;
    }
    if text.is_ascii() {
        return text.get(start..end).map(str::to_owned);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units.get(start..end).map(String::from_utf16_lossy)
}

/// The unit at an index.
pub(crate) fn unit(text: &str, index: usize) -> Option<u16> {
    if text.is_ascii() {
        return text.as_bytes().get(index).map(|byte| u16::from(*byte));
    }
    text.encode_utf16().nth(index)
}

/// One unit as text.
pub(crate) fn unit_text(unit: u16) -> String {
    String::from_utf16_lossy(&[unit])
}

/// Where `needle` first occurs from an index on, in units.
pub(crate) fn index_of(text: &str, needle: &str, from: usize) -> Option<usize> {
    if text.is_ascii() && needle.is_ascii() {
        let from = from.min(text.len());
        return text.get(from..)?.find(needle).map(|at| at + from);
    }
    let (units, wanted) = (units(text), units(needle));
    let last = units.len().checked_sub(wanted.len())?;
    (from.min(units.len())..=last).find(|at| units[*at..].starts_with(&wanted))
}

/// Where `needle` last occurs at or before an index, in units.
pub(crate) fn last_index_of(text: &str, needle: &str, from: usize) -> Option<usize> {
    let (units, wanted) = (units(text), units(needle));
    let last = units.len().checked_sub(wanted.len())?;
    (0..=last.min(from)).rev().find(|at| units[*at..].starts_with(&wanted))
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// What `String.trim` and Spring's number parser take away.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// `Character.isWhitespace`: what `strip`, `isBlank` take as blank.
pub(crate) fn is_java_whitespace(c: char) -> bool {
    match c {
        '\u{00A0}' | '\u{2007}' | '\u{202F}' | '\u{0085}' => false,
        '\u{001C}'..='\u{001F}' => true,
        _ => c.is_whitespace(),
    }
}
