//! `#toInt`, `#toFloat`, `#toBoolean`, and Java's reading of numbers.
use super::{Function, Parameter, required, text_of};
use crate::classes::integer::not_a_number;
use crate::error::Fault;
use crate::value::Val;
use crate::value::text::trim;

const VALUE: &[Parameter] = &[Parameter::Text("value")];

pub(super) const TO_INT: Function = Function {
    name: "toInt",
    parameters: VALUE,
    variadic: false,
    returns: "Integer",
    about: "Reads a 32-bit integer: an optional sign and decimal digits, nothing else.",
    call: |_, arguments| {
        let text = text_of(arguments, 0)
            .ok_or_else(|| Fault::java("java.lang.NumberFormatException", "Cannot parse null string"))?;
        text.parse().map(Val::Int).map_err(|_| not_a_number(text))
    },
};

pub(super) const TO_FLOAT: Function = Function {
    name: "toFloat",
    parameters: VALUE,
    variadic: false,
    returns: "Float",
    about: "Reads a 32-bit float, as Java writes them.",
    call: |_, arguments| {
        let text = required(arguments, 0)?;
        parse_float(text).map(Val::Float).ok_or_else(|| not_a_number(text))
    },
};

pub(super) const TO_BOOLEAN: Function = Function {
    name: "toBoolean",
    parameters: VALUE,
    variadic: false,
    returns: "Boolean",
    about: "True for `true` in any case, false for everything else; never fails.",
    call: |_, arguments| Ok(Val::Bool(text_of(arguments, 0).is_some_and(|text| text.eq_ignore_ascii_case("true")))),
};

/// What Rust may read of a text that Java's `Double.valueOf` would: blanks around and a type letter are fine.
fn readable(text: &str) -> Option<&str> {
    let trimmed = trim(text);
    let number = trimmed.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(trimmed);
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    match trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed) {
        "NaN" | "Infinity" => return Some(trimmed),
        _ => {}
    }
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let clean = unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    (starts && clean).then_some(number)
}

/// `Double.valueOf`.
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    readable(text)?.parse().ok()
}

/// `Float.valueOf`.
pub(crate) fn parse_float(text: &str) -> Option<f32> {
    readable(text)?.parse().ok()
}
