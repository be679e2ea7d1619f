//! `#toJson`, `#doNotEval`.
use std::rc::Rc;

use super::{Function, Parameter, helper};
use crate::classes::{Class, shown};
use crate::error::Eval;
use crate::value::{Map, Val};

pub(super) const TO_JSON: Function = Function {
    name: "toJson",
    parameters: &[Parameter::Any("value")],
    variadic: false,
    returns: "String",
    about: "Compact JSON in the order of the maps; an error if the text would hold an expression, unless `#doNotEval`.",
    call: |eval, arguments| {
        let argument = arguments.first().unwrap_or(&Val::Null);
        let (value, guarded) = match argument {
            Val::NotEvaluable(inner) => (inner.as_ref(), false),
            other => (other, true),
        };
        let mut text = String::new();
        let most = eval.options.limits.produced_bytes;
        write(&mut text, value, most)?;
        if guarded && text.contains("${") {
            return Err(helper("result for toJson cannot contain an expression"));
        }
        eval.text(text)
    },
};

pub(super) const DO_NOT_EVAL: Function = Function {
    name: "doNotEval",
    parameters: &[Parameter::Any("value")],
    variadic: false,
    returns: "a wrapper",
    about: "Lets `#toJson` write a value that holds expressions.",
    call: |_, arguments| Ok(Val::NotEvaluable(Rc::new(arguments.first().cloned().unwrap_or(Val::Null)))),
};

/// JSON as Jackson writes it: Java's digits, nothing escaped that need not be.
fn write(text: &mut String, value: &Val<'_>, most: usize) -> Eval<()> {
    if text.len() > most {
        return Err(crate::error::limit(1078, format_args!("JSON is longer than {most} bytes")));
    }
    match value {
        Val::Float(number) if !number.is_finite() => quoted(text, &value.java_string()),
        Val::Double(number) if !number.is_finite() => quoted(text, &value.java_string()),
        Val::Null
        | Val::Bool(_)
        | Val::Byte(_)
        | Val::Short(_)
        | Val::Int(_)
        | Val::Long(_)
        | Val::Big(_)
        | Val::Float(_)
        | Val::Double(_) => value.write_java(text),
        Val::Date(millis) => Val::Long(*millis).write_java(text),
        Val::Str(_) | Val::Char(_) | Val::Status(_) | Val::Uuid(_) => quoted(text, &value.java_string()),
        Val::DayOfWeek(day) => quoted(text, crate::value::render::day_name(*day)),
        Val::ChronoUnit(unit) => quoted(text, unit.name()),
        Val::Class(class) => quoted(text, &class.java_name()),
        Val::Map(map) => return object(text, map, most),
        Val::Entry(entry) => {
            text.push('{');
            quoted(text, &entry.0.java_string());
            text.push(':');
            write(text, &entry.1, most)?;
            text.push('}');
        }
        Val::Array(array) if array.primitive && matches!(array.element, Class::Byte | Class::Character) => {
            quoted(text, value.to_json()?.as_str().unwrap_or_default());
        }
        Val::List(_) | Val::Set(_) | Val::Array(_) => {
            text.push('[');
            for (position, item) in value.elements().unwrap_or_default().iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(text, item, most)?;
            }
            text.push(']');
        }
        Val::Bean(bean) => text.push_str(&bean.to_json()?.to_string()),
        _ => {
            return Err(helper(format!("#toJson failed: {} has no JSON form", shown(value))));
        }
    }
    Ok(())
}

fn object(text: &mut String, map: &Map<'_>, most: usize) -> Eval<()> {
    text.push('{');
    for (position, (key, value)) in map.entries().iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        if key.is_null() {
            return Err(helper("#toJson failed: null key for a map"));
        }
        quoted(text, &key.java_string());
        text.push(':');
        write(text, value, most)?;
    }
    text.push('}');
    Ok(())
}

fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{08}' => text.push_str("\\b"),
            '\u{0C}' => text.push_str("\\f"),
            control if u32::from(control) < 0x20 => text.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => text.push(other),
        }
    }
    text.push('"');
}
