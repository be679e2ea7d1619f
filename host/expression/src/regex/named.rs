//! Named sets: `\d`, `\p{Alpha}`, `\p{Lu}`, `\p{IsLatin}`.
use std::sync::Arc;

use crate::value::text::is_java_whitespace;

/// A set by name.
#[derive(Debug, Clone)]
pub(super) enum Named {
    Simple(fn(char) -> bool),
    /// A Unicode property, asked of the tables of the regex library.
    Property(Arc<fancy_regex::Regex>),
}

impl Named {
    pub fn contains(&self, c: char) -> bool {
        match self {
            Named::Simple(test) => test(c),
            Named::Property(regex) => {
                let mut buffer = [0; 4];
                let text: &str = c.encode_utf8(&mut buffer);
                regex.is_match(text).unwrap_or(false)
            }
        }
    }
}

/// `\d \w \s \h \v` and their opposites; `unicode` is `(?U)`.
pub(super) fn shorthand(letter: char, unicode: bool) -> Option<Named> {
    let test: fn(char) -> bool = match (letter, unicode) {
        ('d', false) => |c| c.is_ascii_digit(),
        ('d', true) => char::is_numeric,
        ('w', false) => |c| c.is_ascii_alphanumeric() || c == '_',
        ('w', true) => super::class::is_word,
        ('s', false) => |c| matches!(c, ' ' | '\t' | '\n' | '\u{0B}' | '\u{0C}' | '\r'),
        ('s', true) => char::is_whitespace,
        ('h', _) => is_horizontal,
        ('v', _) => |c| matches!(c, '\n' | '\u{0B}' | '\u{0C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'),
        _ => return None,
    };
    Some(Named::Simple(test))
}

fn is_horizontal(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'
            ..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// The set that `\p{name}` means.
pub(super) fn property(name: &str) -> Result<Named, String> {
    if let Some(test) = simple(name) {
        return Ok(Named::Simple(test));
    }
    let unknown = || format!("Unknown character property name {{{name}}}");
    let asked = match name.split_once('=') {
        Some((key, value)) => match key.to_ascii_lowercase().as_str() {
            "general_category" | "gc" | "script" | "sc" => value,
            _ => return Err(unknown()),
        },
        None => name.strip_prefix("Is").unwrap_or(name),
    };
    if asked.is_empty() || !asked.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(unknown());
    }
    // A bare name is a category (one or two letters); anything longer needs `Is` or `key=`.
    if !name.contains('=') && !name.starts_with("Is") && asked.len() > 2 {
        return Err(unknown());
    }
    let regex = fancy_regex::Regex::new(&format!("^\\p{{{asked}}}$")).map_err(|_| unknown())?;
    Ok(Named::Property(Arc::new(regex)))
}

/// POSIX classes (ASCII), Java's own tests, and the few that need no table.
fn simple(name: &str) -> Option<fn(char) -> bool> {
    Some(match name {
        "Lower" => |c| c.is_ascii_lowercase(),
        "Upper" => |c| c.is_ascii_uppercase(),
        "ASCII" => |c| c.is_ascii(),
        "Alpha" => |c| c.is_ascii_alphabetic(),
        "Digit" => |c| c.is_ascii_digit(),
        "Alnum" => |c| c.is_ascii_alphanumeric(),
        "Punct" => |c| c.is_ascii_punctuation(),
        "Graph" => |c| c.is_ascii_graphic(),
        "Print" => |c| c.is_ascii_graphic() || c == ' ',
        "Blank" => |c| matches!(c, ' ' | '\t'),
        "Cntrl" => |c| c.is_ascii_control(),
        "XDigit" => |c| c.is_ascii_hexdigit(),
        "Space" => |c| matches!(c, ' ' | '\t'..='\r'),
        "javaLowerCase" | "IsLowercase" => char::is_lowercase,
        "javaUpperCase" | "IsUppercase" => char::is_uppercase,
        "javaAlphabetic" | "IsAlphabetic" => char::is_alphabetic,
        "javaLetter" => char::is_alphabetic,
        "javaDigit" => char::is_numeric,
        "javaLetterOrDigit" => char::is_alphanumeric,
        "javaWhitespace" => is_java_whitespace,
        "IsWhite_Space" | "IsWhiteSpace" => char::is_whitespace,
        "javaISOControl" | "IsControl" => char::is_control,
        "IsDigit" => char::is_numeric,
        "IsLetter" => char::is_alphabetic,
        "all" => |_| true,
        _ => return None,
    })
}
