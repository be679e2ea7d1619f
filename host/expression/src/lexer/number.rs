//! Number literals: int, long, hex, float, double; never widened on their own.
use super::{Lex, Token, syntax};

/// The number that starts at `at`, which is a digit.
pub(super) fn number(text: &str, at: usize) -> Lex<(Token<'_>, usize)> {
    let rest = &text[at..];
    if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        return hexadecimal(hex, at);
    }
    let whole = digits(rest, 0);
    let mut end = whole;
    let mut real = false;
    if rest[end..].starts_with('.') && digits(rest, end + 1) > end + 1 {
        end = digits(rest, end + 1);
        real = true;
    }
    let next = rest.as_bytes().get(end).copied();
    if matches!(next, Some(b'L' | b'l')) {
        if real {
            return Err(syntax(1048, at, "a real number cannot be suffixed with L"));
        }
        return long(&rest[..end], 10, at, end + 1);
    }
    if matches!(next, Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.as_bytes().get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(rest, end + 1 + sign);
        if exponent == end + 1 + sign {
            return Err(syntax(1040, at, format_args!("'{}' cannot be parsed as a real number", &rest[..end + 1])));
        }
        end = exponent;
        real = true;
    }
    let value = &rest[..end];
    match rest.as_bytes().get(end) {
        Some(b'f' | b'F') => Ok((Token::Float(value.parse().map_err(|_| bad_real(value, at))?), at + end + 1)),
        Some(b'd' | b'D') => Ok((Token::Double(value.parse().map_err(|_| bad_real(value, at))?), at + end + 1)),
        _ if real => Ok((Token::Double(value.parse().map_err(|_| bad_real(value, at))?), at + end)),
        _ => int(value, 10, at, end),
    }
}

fn digits(text: &str, from: usize) -> usize {
    from + text.as_bytes()[from.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn hexadecimal(hex: &str, at: usize) -> Lex<(Token<'_>, usize)> {
    let length = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
    let value = &hex[..length];
    if matches!(hex.as_bytes().get(length), Some(b'L' | b'l')) {
        long(value, 16, at, 2 + length + 1)
    } else {
        int(value, 16, at, 2 + length)
    }
}

fn int(value: &str, radix: u32, at: usize, length: usize) -> Lex<(Token<'static>, usize)> {
    i32::from_str_radix(value, radix).map(|int| (Token::Int(int), at + length)).map_err(|_| {
        syntax(1035, at, format_args!("'{value}' is not a 32-bit integer; write an L behind it for a long"))
    })
}

fn long(value: &str, radix: u32, at: usize, length: usize) -> Lex<(Token<'static>, usize)> {
    i64::from_str_radix(value, radix)
        .map(|long| (Token::Long(long), at + length))
        .map_err(|_| syntax(1036, at, format_args!("'{value}' is not a 64-bit integer")))
}

fn bad_real(value: &str, at: usize) -> Box<crate::error::Fault> {
    syntax(1040, at, format_args!("'{value}' cannot be parsed as a real number"))
}
