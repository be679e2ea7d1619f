//! A value as text in a composite string: only what has a converter (§1.4).
use super::Ty;
use crate::classes::{Class, shown};
use crate::error::{Code, Eval, Fault};
use crate::value::Val;

/// Whether the converter says that it can; for a list it does, whatever the elements.
pub(crate) fn converts_to_text(value: &Val<'_>) -> bool {
    match value {
        Val::Array(array) => array.items.first().is_none_or(converts_to_text),
        _ => !matches!(
            Class::of(value),
            Class::Map
                | Class::Bean
                | Class::LocalDate
                | Class::LocalDateTime
                | Class::Instant
                | Class::Entry
                | Class::Reference
                | Class::Random
                | Class::NotEvaluable
        ),
    }
}

/// The text of a value by conversion; null for null.
///
/// # Errors
/// Maps, objects, dates of `java.time`, and lists that contain such.
pub(crate) fn to_text<'a>(value: &Val<'a>) -> Eval<Option<String>> {
    Ok(match value {
        Val::Null => None,
        Val::List(_) | Val::Set(_) | Val::Array(_) => {
            let items = value.elements().unwrap_or_default();
            let texts: Vec<String> = items
                .iter()
                .map(|item| Ok(to_text(item)?.unwrap_or_else(|| "null".to_owned())))
                .collect::<Eval<_>>()?;
            Some(texts.join(","))
        }
        Val::DayOfWeek(day) => Some(crate::value::render::day_name(*day).to_owned()),
        Val::ChronoUnit(unit) => Some(unit.name().to_owned()),
        _ if converts_to_text(value) => Some(value.java_string()),
        _ => return Err(unconvertible(value, Ty::Text)),
    })
}

/// There is no conversion.
pub(super) fn unconvertible(value: &Val<'_>, target: Ty) -> Box<Fault> {
    Fault::spel(Code::Conversion, 1001, format_args!("cannot convert from {} to {}", shown(value), target.name()))
}
