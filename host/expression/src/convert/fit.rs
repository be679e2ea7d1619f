//! Whether an argument fits a parameter, and how well.
use super::Ty;
use crate::classes::Class;
use crate::value::Val;

/// How an argument fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The same class.
    Exact,
    /// Assignable; the distance tells which of several is nearest.
    Close(u32),
    /// Only by conversion.
    Convert,
    /// Not at all.
    No,
}

/// How an argument fits a parameter.
pub(crate) fn fit(value: &Val<'_>, param: Ty) -> Fit {
    if value.is_null() {
        return if param.is_primitive() { Fit::No } else { Fit::Exact };
    }
    let class = Class::of(value);
    if let Some(fit) = assignable(value, class, param) {
        return fit;
    }
    if converts(value, class, param) { Fit::Convert } else { Fit::No }
}

/// Distance from a class to `Object`, as Spring weighs it.
fn to_object(class: Class) -> u32 {
    match class {
        Class::Integer
        | Class::Long
        | Class::Double
        | Class::Float
        | Class::Byte
        | Class::Short
        | Class::BigInteger => 4,
        Class::DayOfWeek | Class::ChronoUnit => 4,
        Class::List | Class::Map => 6,
        _ => 2,
    }
}

fn assignable(value: &Val<'_>, class: Class, param: Ty) -> Option<Fit> {
    let exact = |same: bool| same.then_some(Fit::Exact);
    let boxed = |same: bool| same.then_some(Fit::Close(to_object(class)));
    match param {
        Ty::Int => boxed(class == Class::Integer),
        Ty::Long => boxed(class == Class::Long),
        Ty::Double => boxed(class == Class::Double),
        Ty::Float => boxed(class == Class::Float),
        Ty::Bool => boxed(class == Class::Boolean),
        Ty::Char => boxed(class == Class::Character),
        Ty::Byte => boxed(class == Class::Byte),
        Ty::BoxedInt => exact(class == Class::Integer),
        Ty::BoxedLong => exact(class == Class::Long),
        Ty::BoxedDouble => exact(class == Class::Double),
        Ty::BoxedFloat => exact(class == Class::Float),
        Ty::BoxedBool => exact(class == Class::Boolean),
        Ty::BoxedChar => exact(class == Class::Character),
        Ty::BoxedByte => exact(class == Class::Byte),
        Ty::Text => exact(class == Class::String),
        Ty::Date => exact(class == Class::Date),
        Ty::Instant => exact(class == Class::Instant),
        Ty::DayOfWeek => exact(class == Class::DayOfWeek),
        Ty::ChronoUnit => exact(class == Class::ChronoUnit),
        Ty::Uuid => exact(class == Class::Uuid),
        Ty::Bytes => exact(matches!(value, Val::Array(array) if array.primitive && array.element == Class::Byte)),
        Ty::Chars => exact(matches!(value, Val::Array(array) if array.primitive && array.element == Class::Character)),
        Ty::Object => Some(Fit::Close(to_object(class))),
        Ty::Sequence => matches!(class, Class::String | Class::Status).then_some(Fit::Close(1)),
        Ty::Collection | Ty::Iterable => {
            matches!(class, Class::List | Class::Set | Class::Values).then_some(Fit::Close(5))
        }
        Ty::Map => (class == Class::Map).then_some(Fit::Close(3)),
        Ty::ChronoLocalDate => (class == Class::LocalDate).then_some(Fit::Close(1)),
        Ty::ChronoLocalDateTime => (class == Class::LocalDateTime).then_some(Fit::Close(1)),
        Ty::Temporal => {
            matches!(class, Class::LocalDate | Class::LocalDateTime | Class::Instant).then_some(Fit::Close(1))
        }
        Ty::TemporalAdjuster => {
            matches!(class, Class::LocalDate | Class::LocalDateTime | Class::Instant | Class::DayOfWeek)
                .then_some(Fit::Close(1))
        }
        Ty::TemporalUnit => (class == Class::ChronoUnit).then_some(Fit::Close(1)),
        Ty::Month | Ty::ZoneId | Ty::ZoneOffset | Ty::TimeZone | Ty::Locale | Ty::Charset | Ty::Comparator => None,
    }
}

fn is_number(class: Class) -> bool {
    matches!(
        class,
        Class::Integer | Class::Long | Class::Double | Class::Float | Class::Byte | Class::Short | Class::BigInteger
    )
}

/// Whether the conversion service has a way.
fn converts(value: &Val<'_>, class: Class, param: Ty) -> bool {
    match class {
        // The first element stands for the collection; a list also becomes an array.
        Class::List | Class::Set | Class::Values => return true,
        Class::Array => return array_converts(value, param),
        _ => {}
    }
    match param {
        Ty::Text => super::converts_to_text(value),
        Ty::Int | Ty::BoxedInt => {
            is_number(class)
                || matches!(class, Class::String | Class::Character)
                || matches!(class, Class::DayOfWeek | Class::ChronoUnit | Class::Status)
        }
        Ty::Long
        | Ty::BoxedLong
        | Ty::Double
        | Ty::BoxedDouble
        | Ty::Float
        | Ty::BoxedFloat
        | Ty::Byte
        | Ty::BoxedByte => is_number(class) || matches!(class, Class::String | Class::Character),
        Ty::Bool | Ty::BoxedBool => class == Class::String,
        Ty::Char | Ty::BoxedChar => class == Class::String || is_number(class),
        Ty::Collection => true,
        Ty::Bytes | Ty::Chars => is_number(class) || class == Class::String,
        Ty::DayOfWeek | Ty::ChronoUnit | Ty::Month => {
            matches!(class, Class::String | Class::Integer)
        }
        Ty::ZoneId | Ty::ZoneOffset | Ty::TimeZone | Ty::Locale | Ty::Charset | Ty::Uuid => class == Class::String,
        Ty::Date => matches!(class, Class::Instant | Class::String),
        Ty::Instant => class == Class::Date,
        Ty::ChronoLocalDate
        | Ty::ChronoLocalDateTime
        | Ty::Temporal
        | Ty::TemporalAdjuster
        | Ty::TemporalUnit
        | Ty::Object
        | Ty::Sequence
        | Ty::Iterable
        | Ty::Map
        | Ty::Comparator => false,
    }
}

/// An array becomes a collection, another array, or what its elements become.
fn array_converts(value: &Val<'_>, param: Ty) -> bool {
    let Val::Array(array) = value else {
        return false;
    };
    match param {
        Ty::Collection | Ty::Bytes | Ty::Chars => true,
        _ => array.items.first().is_none_or(|first| fit(first, param) != Fit::No),
    }
}
