//! `String.format`: Java's format strings.
mod date;
mod number;
mod spec;

use jiff::tz::TimeZone;

use crate::classes::shown;
use crate::error::{Eval, Fault, limit};
use crate::value::Val;
use crate::value::text::{length, slice, unit_text};
use spec::{Flags, Piece, Spec, pieces};

/// The text of a format string and its arguments, at most `most` bytes long.
///
/// # Errors
/// Unknown conversions, missing arguments, arguments of the wrong kind.
pub(crate) fn format(pattern: &str, arguments: &[Val<'_>], most: usize, zone: &TimeZone) -> Eval<String> {
    let mut text = String::new();
    let mut ordinary = 0;
    let mut last: Option<usize> = None;
    for piece in pieces(pattern)? {
        let spec = match piece {
            Piece::Literal(literal) => {
                text.push_str(literal);
                continue;
            }
            Piece::Spec(spec) => spec,
        };
        let widest = spec.width.unwrap_or(0).saturating_add(spec.precision.unwrap_or(0));
        if text.len().saturating_add(widest) > most {
            return Err(limit(1078, format_args!("formatted text is longer than {most} bytes")));
        }
        match spec.conversion {
            '%' => {
                text.push_str(&padded(&spec, "%".to_owned()));
                continue;
            }
            'n' => {
                text.push('\n');
                continue;
            }
            _ => {}
        }
        let at = match (spec.index, spec.flags.contains(Flags::PREVIOUS)) {
            (Some(index), _) => index,
            (None, true) => last.ok_or_else(|| missing(spec.written))?,
            (None, false) => {
                ordinary += 1;
                ordinary - 1
            }
        };
        last = Some(at);
        let argument = arguments.get(at).ok_or_else(|| missing(spec.written))?;
        text.push_str(&converted(&spec, argument, zone)?);
        if text.len() > most {
            return Err(limit(1078, format_args!("formatted text is longer than {most} bytes")));
        }
    }
    Ok(text)
}

fn missing(written: &str) -> Box<Fault> {
    Fault::java("java.util.MissingFormatArgumentException", format!("Format specifier '{written}'"))
}

/// The conversion does not take such a value.
fn wrong_kind(spec: &Spec<'_>, value: &Val<'_>) -> Box<Fault> {
    Fault::java("java.util.IllegalFormatConversionException", format!("{} != {}", spec.conversion, shown(value)))
}

fn converted(spec: &Spec<'_>, value: &Val<'_>, zone: &TimeZone) -> Eval<String> {
    if spec.flags.contains(Flags::UPPER) {
        let mut lower = *spec;
        lower.flags = lower.flags.without(Flags::UPPER);
        return converted(&lower, value, zone).map(|text| text.to_uppercase());
    }
    let text = match spec.conversion {
        'b' => cut(
            spec,
            match value {
                Val::Bool(flag) => flag.to_string(),
                other => (!other.is_null()).to_string(),
            },
        ),
        's' => cut(spec, value.java_string()),
        'h' => cut(spec, if value.is_null() { "null".to_owned() } else { format!("{:x}", value.java_hash()) }),
        'c' => character(spec, value)?,
        'd' | 'o' | 'x' => return number::whole(spec, value),
        'e' | 'f' | 'g' => return number::real(spec, value),
        _ => date::date(spec, value, zone)?,
    };
    Ok(padded(spec, text))
}

/// A precision cuts a text.
fn cut(spec: &Spec<'_>, text: String) -> String {
    match spec.precision {
        Some(precision) if precision < length(&text) => slice(&text, 0, precision).unwrap_or(text),
        _ => text,
    }
}

fn character(spec: &Spec<'_>, value: &Val<'_>) -> Eval<String> {
    Ok(match value {
        Val::Null => "null".to_owned(),
        Val::Char(unit) => unit_text(*unit),
        Val::Int(_) | Val::Byte(_) | Val::Short(_) => {
            let point = value.as_i32().and_then(|point| u32::try_from(point).ok()).and_then(char::from_u32);
            let bad = || Fault::java("java.util.IllegalFormatCodePointException", "Code point");
            point.ok_or_else(bad)?.to_string()
        }
        _ => return Err(wrong_kind(spec, value)),
    })
}

/// Blanks to the left, or to the right with `-`.
fn padded(spec: &Spec<'_>, text: String) -> String {
    let Some(missing) = spec.width.map(|width| width.saturating_sub(length(&text))) else {
        return text;
    };
    let blanks = " ".repeat(missing);
    if spec.flags.contains(Flags::LEFT) { format!("{text}{blanks}") } else { format!("{blanks}{text}") }
}
