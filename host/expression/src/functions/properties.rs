//! Java's properties files.
use crate::value::{Key, Map, OwnedMap, Val};

/// Keys and values of a text.
pub(super) fn read<'a>(text: &str) -> Val<'a> {
    let mut entries = OwnedMap::new();
    for line in logical_lines(text) {
        let (key, value) = split(&line);
        entries.insert(Key(Val::text(unescaped(key))), Val::text(unescaped(value)));
    }
    Val::Map(Map::owned(entries))
}

/// Lines without comments and blanks; a backslash at the end joins the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut joined: Option<String> = None;
    for line in text.split(['\n', '\r']) {
        let content = line.trim_start_matches([' ', '\t', '\u{0C}']);
        if joined.is_none() && (content.is_empty() || content.starts_with(['#', '!'])) {
            continue;
        }
        let slashes = content.len() - content.trim_end_matches('\\').len();
        let mut whole = joined.take().unwrap_or_default();
        if slashes % 2 == 1 {
            whole.push_str(content.strip_suffix('\\').unwrap_or(content));
            joined = Some(whole);
        } else {
            whole.push_str(content);
            lines.push(whole);
        }
    }
    lines.extend(joined);
    lines
}

/// The key ends at the first `=`, `:` or blank that is not escaped.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let mut end = line.len();
    for (at, c) in line.char_indices() {
        if !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{0C}') {
            end = at;
            break;
        }
        escaped = c == '\\' && !escaped;
    }
    let (key, rest) = line.split_at(end);
    let blanks = [' ', '\t', '\u{0C}'];
    let rest = rest.trim_start_matches(blanks);
    let rest = rest.strip_prefix(['=', ':']).map_or(rest, |value| value.trim_start_matches(blanks));
    (key, rest)
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let escaped = if c == '\\' { characters.next() } else { None };
        if escaped == Some('u') {
            let digits: String = characters.by_ref().take(4).collect();
            units.extend(u16::from_str_radix(&digits, 16).ok());
            continue;
        }
        plain.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
        match (c, escaped) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some('t')) => plain.push('\t'),
            ('\\', Some('r')) => plain.push('\r'),
            ('\\', Some('f')) => plain.push('\u{0C}'),
            ('\\', Some(other)) => plain.push(other),
            ('\\', None) => {}
            (other, _) => plain.push(other),
        }
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn properties_are_read_as_in_java() {
        let text = "# note\n! too\na=1\nb : two words \nc\\ d=x\\\n   y\nempty\nu=\\u00e9\\t!\n";
        let value = super::read(text).to_json().expect("is JSON");
        let expected = serde_json::json!({"a": "1", "b": "two words ", "c d": "xy", "empty": "", "u": "é\t!"});
        assert_eq!(value, expected);
    }
}
