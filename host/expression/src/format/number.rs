//! Numbers of format strings. Reals are rounded half up on their decimal digits, as Java does.
use super::spec::{Flags, Spec};
use super::{cut, padded, wrong_kind};
use crate::error::Eval;
use crate::value::Val;
use crate::value::number::{double_text, float_text};

/// `%d`, `%o`, `%x`.
pub(super) fn whole(spec: &Spec<'_>, value: &Val<'_>) -> Eval<String> {
    if value.is_null() {
        return Ok(padded(spec, "null".to_owned()));
    }
    let number = value.as_i128().ok_or_else(|| wrong_kind(spec, value))?;
    let (negative, digits) = match spec.conversion {
        'd' => (number < 0, number.unsigned_abs().to_string()),
        radix => (false, unsigned(number, value, radix)),
    };
    let prefix = match (spec.conversion, spec.flags.contains(Flags::ALTERNATE)) {
        ('x', true) => "0x",
        ('o', true) => "0",
        _ => "",
    };
    let digits = if spec.flags.contains(Flags::GROUP) { grouped(&digits) } else { digits };
    Ok(signed(spec, negative, prefix, &digits))
}

/// Negative numbers show as their two's complement of their own width.
fn unsigned(number: i128, value: &Val<'_>, radix: char) -> String {
    let bits: u128 = match value {
        Val::Byte(value) => value.cast_unsigned().into(),
        Val::Short(value) => value.cast_unsigned().into(),
        Val::Int(value) => value.cast_unsigned().into(),
        Val::Long(value) => value.cast_unsigned().into(),
        _ => number.unsigned_abs(),
    };
    if radix == 'x' { format!("{bits:x}") } else { format!("{bits:o}") }
}

fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// Sign, zeros to the width, digits; then blanks.
fn signed(spec: &Spec<'_>, negative: bool, prefix: &str, digits: &str) -> String {
    let (before, after) = match negative {
        true if spec.flags.contains(Flags::PARENTHESES) => ("(", ")"),
        true => ("-", ""),
        false if spec.flags.contains(Flags::PLUS) => ("+", ""),
        false if spec.flags.contains(Flags::SPACE) => (" ", ""),
        false => ("", ""),
    };
    let taken = before.len() + prefix.len() + digits.len() + after.len();
    let zeros = match spec.width {
        Some(width) if spec.flags.contains(Flags::ZERO) => width.saturating_sub(taken),
        _ => 0,
    };
    padded(spec, format!("{before}{prefix}{}{digits}{after}", "0".repeat(zeros)))
}

/// `%f`, `%e`, `%g`.
pub(super) fn real(spec: &Spec<'_>, value: &Val<'_>) -> Eval<String> {
    let (number, text) = match value {
        Val::Null => return Ok(padded(spec, cut(spec, "null".to_owned()))),
        Val::Double(number) => (*number, double_text(number.abs())),
        Val::Float(number) => (f64::from(*number), float_text(number.abs())),
        _ => return Err(wrong_kind(spec, value)),
    };
    let negative = number.is_sign_negative() && !number.is_nan();
    if !number.is_finite() {
        let mut plain = *spec;
        plain.flags = plain.flags.without(Flags::ZERO);
        return Ok(signed(&plain, negative, "", if number.is_nan() { "NaN" } else { "Infinity" }));
    }
    let (digits, exponent) = decimal(&text);
    let precision = spec.precision.unwrap_or(6);
    let body = match spec.conversion {
        'f' => plain(&digits, exponent, precision),
        'e' => scientific(&digits, exponent, precision),
        _ => general(&digits, exponent, precision, number),
    };
    let body = if spec.flags.contains(Flags::GROUP) { grouped(&body) } else { body };
    let body = if spec.flags.contains(Flags::ALTERNATE) { with_point(body) } else { body };
    Ok(signed(spec, negative, "", &body))
}

/// A decimal point even where nothing follows it.
fn with_point(body: String) -> String {
    if body.contains('.') {
        return body;
    }
    let (digits, exponent) = body.split_at(body.find('e').unwrap_or(body.len()));
    format!("{digits}.{exponent}")
}

/// Significant digits, and the exponent of the first: `123.4` is 1234 and 2.
fn decimal(text: &str) -> (Vec<u8>, i32) {
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    if leading == digits.len() {
        return (vec![0], 0);
    }
    let first = i32::try_from(whole.len()).unwrap_or(0) - 1 - i32::try_from(leading).unwrap_or(0);
    (digits.get(leading..).unwrap_or_default().to_vec(), exponent + first)
}

/// Keeps `count` digits, half up; says whether one more appeared in front.
fn rounded(digits: &[u8], count: i64) -> (Vec<u8>, bool) {
    let Ok(count) = usize::try_from(count) else {
        return (Vec::new(), false);
    };
    let mut kept: Vec<u8> = digits.iter().copied().take(count).collect();
    kept.resize(count, 0);
    if digits.get(count).is_none_or(|next| *next < 5) {
        return (kept, false);
    }
    for digit in kept.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return (kept, false);
        }
        *digit = 0;
    }
    kept.insert(0, 1);
    (kept, true)
}

fn written(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + *digit)).collect()
}

fn plain(digits: &[u8], exponent: i32, precision: usize) -> String {
    let places = i64::try_from(precision).unwrap_or(0);
    let (kept, carried) = rounded(digits, i64::from(exponent) + 1 + places);
    let exponent = i64::from(exponent) + i64::from(carried);
    let mut text = written(&kept);
    if let Ok(missing) = usize::try_from(-exponent)
        && missing > 0
    {
        text = format!("{}{text}", "0".repeat(missing));
        // A number smaller than the last place kept shows as zeros.
        text.truncate(precision + 1);
        text = format!("{text:0<width$}", width = precision + 1);
    }
    let whole = text.len() - precision.min(text.len());
    let (before, after) = text.split_at(whole);
    let before = if before.is_empty() { "0" } else { before };
    if precision == 0 { before.to_owned() } else { format!("{before}.{after}") }
}

fn scientific(digits: &[u8], exponent: i32, precision: usize) -> String {
    let (kept, carried) = rounded(digits, i64::try_from(precision).unwrap_or(0) + 1);
    let exponent = exponent + i32::from(carried);
    let text = written(kept.get(..=precision).unwrap_or(&kept));
    let (first, rest) = text.split_at(1);
    let dot = if precision == 0 { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{rest}e{sign}{:02}", exponent.abs())
}

/// `%g`: plain from 10^-4 to below 10^precision, else scientific; the precision counts all digits.
fn general(digits: &[u8], exponent: i32, precision: usize, number: f64) -> String {
    let precision = precision.max(1);
    if number == 0.0 {
        return plain(&[0], 0, precision - 1);
    }
    let (_, carried) = rounded(digits, i64::try_from(precision).unwrap_or(1));
    let first = exponent + i32::from(carried);
    if first >= -4 && usize::try_from(first).unwrap_or(0) < precision {
        let places = i64::try_from(precision).unwrap_or(1) - i64::from(first) - 1;
        return plain(digits, exponent, usize::try_from(places).unwrap_or(0));
    }
    scientific(digits, exponent, precision - 1)
}

#[cfg(test)]
mod tests {
    use super::{decimal, general, plain, scientific};

    fn f(text: &str, precision: usize) -> String {
        let (digits, exponent) = decimal(text);
        plain(&digits, exponent, precision)
    }

    #[test]
    fn reals_are_rounded_half_up_on_their_digits() {
        assert_eq!(f("1.005", 2), "1.01");
        assert_eq!(f("0.15", 1), "0.2");
        assert_eq!(f("0.125", 2), "0.13");
        assert_eq!(f("999.999", 2), "1000.00");
        assert_eq!(f("0.004", 2), "0.00");
        assert_eq!(f("0.0", 2), "0.00");
        assert_eq!(f("0.5", 0), "1");
        assert_eq!(f("0.04", 0), "0");
        assert_eq!(f("1.0E10", 1), "10000000000.0");
        assert_eq!(f("1234.5", 3), "1234.500");
        assert_eq!(f("0.09", 1), "0.1");
        assert_eq!(f("0.009", 1), "0.0");
    }

    #[test]
    fn exponents_have_two_digits() {
        let (digits, exponent) = decimal("12345.678");
        assert_eq!(scientific(&digits, exponent, 3), "1.235e+04");
        assert_eq!(general(&digits, exponent, 6, 12345.678), "12345.7");
    }
}
