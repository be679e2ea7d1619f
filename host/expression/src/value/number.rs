//! Numbers: promotion, and Java's text of them.
use super::Val;

/// Two numbers brought to one kind: `Double`, `Float`, big, `Long`, or int, in this order of preference.
pub(crate) enum Promoted {
    Double(f64, f64),
    Float(f32, f32),
    Big(i128, i128),
    Long(i64, i64),
    Int(i32, i32),
}

/// Brings two numbers to one kind; nothing if either is not a number.
pub(crate) fn promote(left: &Val<'_>, right: &Val<'_>) -> Option<Promoted> {
    if !(left.is_number() && right.is_number()) {
        return None;
    }
    let either = |test: fn(&Val<'_>) -> bool| test(left) || test(right);
    Some(if either(|value| matches!(value, Val::Double(_))) {
        Promoted::Double(left.as_f64()?, right.as_f64()?)
    } else if either(|value| matches!(value, Val::Float(_))) {
        Promoted::Float(left.as_f32()?, right.as_f32()?)
    } else if either(|value| matches!(value, Val::Big(_))) {
        Promoted::Big(left.as_i128()?, right.as_i128()?)
    } else if either(|value| matches!(value, Val::Long(_))) {
        Promoted::Long(left.as_i64()?, right.as_i64()?)
    } else {
        Promoted::Int(left.as_i32()?, right.as_i32()?)
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "Java's narrowing and widening: wrap for integers, saturate for reals"
)]
impl Val<'_> {
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Val::Byte(_) | Val::Short(_) | Val::Int(_) | Val::Long(_) | Val::Big(_) | Val::Float(_) | Val::Double(_)
        )
    }

    /// `Number.doubleValue`.
    pub fn as_f64(&self) -> Option<f64> {
        Some(match self {
            Val::Double(value) => *value,
            Val::Float(value) => f64::from(*value),
            _ => self.as_i128()? as f64,
        })
    }

    /// `Number.floatValue`.
    pub fn as_f32(&self) -> Option<f32> {
        Some(match self {
            Val::Double(value) => *value as f32,
            Val::Float(value) => *value,
            _ => self.as_i128()? as f32,
        })
    }

    /// An integer, exactly; nothing for reals.
    pub fn as_i128(&self) -> Option<i128> {
        Some(match self {
            Val::Byte(value) => i128::from(*value),
            Val::Short(value) => i128::from(*value),
            Val::Int(value) => i128::from(*value),
            Val::Long(value) => i128::from(*value),
            Val::Big(value) => **value,
            _ => return None,
        })
    }

    /// `Number.longValue`.
    pub fn as_i64(&self) -> Option<i64> {
        Some(match self {
            Val::Double(value) => *value as i64,
            Val::Float(value) => *value as i64,
            _ => self.as_i128()? as i64,
        })
    }

    /// `Number.intValue`.
    pub fn as_i32(&self) -> Option<i32> {
        Some(match self {
            Val::Double(value) => *value as i32,
            Val::Float(value) => *value as i32,
            _ => self.as_i128()? as i32,
        })
    }
}

/// `Double.toString`.
pub(crate) fn double_text(value: f64) -> String {
    java_digits(value, &format!("{value:e}"))
}

/// `Float.toString`.
pub(crate) fn float_text(value: f32) -> String {
    java_digits(f64::from(value), &format!("{value:e}"))
}

/// The digits of `1.5e3` laid out as Java does: plain from 10^-3 to below 10^7, else with `E`.
fn java_digits(value: f64, scientific: &str) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}Infinity");
    }
    if value == 0.0 {
        return format!("{sign}0.0");
    }
    let (mantissa, exponent) = scientific.trim_start_matches('-').split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !(-3..7).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent}");
    }
    let Ok(whole) = usize::try_from(exponent) else {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    };
    let padded = format!("{digits:0<width$}", width = whole + 2);
    let (before, after) = padded.split_at(whole + 1);
    format!("{sign}{before}.{after}")
}

#[cfg(test)]
mod tests {
    use super::{double_text, float_text};

    #[test]
    fn numbers_read_as_in_java() {
        let cases = [
            (2.0, "2.0"),
            (0.5, "0.5"),
            (1e8, "1.0E8"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (1e-5, "1.0E-5"),
            (0.001, "0.001"),
            (123.456, "123.456"),
            (1e10, "1.0E10"),
            (-0.0, "-0.0"),
        ];
        for (value, text) in cases {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(float_text(0.1), "0.1");
        assert_eq!(double_text(f64::NEG_INFINITY), "-Infinity");
    }
}
