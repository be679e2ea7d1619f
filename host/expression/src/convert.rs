//! Spring's conversion service: what fits a parameter, and what a value becomes there.
mod coerce;
mod fit;
mod text;

pub(crate) use coerce::{coerce, to_boolean, to_index};
pub(crate) use fit::{Fit, fit};
pub(crate) use text::{converts_to_text, to_text};

/// Types of parameters. Names ending in nothing are primitives where Java has them (`Int` is `int`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ty {
    Int,
    Long,
    Double,
    Float,
    Bool,
    Char,
    Byte,
    BoxedInt,
    BoxedLong,
    BoxedDouble,
    BoxedFloat,
    BoxedBool,
    BoxedChar,
    BoxedByte,
    Text,
    Sequence,
    Object,
    Collection,
    Iterable,
    Map,
    Bytes,
    Chars,
    Date,
    Instant,
    ChronoLocalDate,
    ChronoLocalDateTime,
    Temporal,
    TemporalAdjuster,
    TemporalUnit,
    DayOfWeek,
    ChronoUnit,
    Month,
    ZoneId,
    ZoneOffset,
    TimeZone,
    Locale,
    Charset,
    Uuid,
    Comparator,
}

impl Ty {
    /// Java's short name.
    pub fn name(self) -> &'static str {
        match self {
            Ty::Int => "int",
            Ty::Long => "long",
            Ty::Double => "double",
            Ty::Float => "float",
            Ty::Bool => "boolean",
            Ty::Char => "char",
            Ty::Byte => "byte",
            Ty::BoxedInt => "Integer",
            Ty::BoxedLong => "Long",
            Ty::BoxedDouble => "Double",
            Ty::BoxedFloat => "Float",
            Ty::BoxedBool => "Boolean",
            Ty::BoxedChar => "Character",
            Ty::BoxedByte => "Byte",
            Ty::Text => "String",
            Ty::Sequence => "CharSequence",
            Ty::Object => "Object",
            Ty::Collection => "Collection",
            Ty::Iterable => "Iterable",
            Ty::Map => "Map",
            Ty::Bytes => "byte[]",
            Ty::Chars => "char[]",
            Ty::Date => "Date",
            Ty::Instant => "Instant",
            Ty::ChronoLocalDate => "LocalDate",
            Ty::ChronoLocalDateTime => "LocalDateTime",
            Ty::Temporal => "Temporal",
            Ty::TemporalAdjuster => "TemporalAdjuster",
            Ty::TemporalUnit => "TemporalUnit",
            Ty::DayOfWeek => "DayOfWeek",
            Ty::ChronoUnit => "ChronoUnit",
            Ty::Month => "Month",
            Ty::ZoneId => "ZoneId",
            Ty::ZoneOffset => "ZoneOffset",
            Ty::TimeZone => "TimeZone",
            Ty::Locale => "Locale",
            Ty::Charset => "Charset",
            Ty::Uuid => "UUID",
            Ty::Comparator => "Comparator",
        }
    }

    /// Whether null does not fit.
    pub fn is_primitive(self) -> bool {
        matches!(self, Ty::Int | Ty::Long | Ty::Double | Ty::Float | Ty::Bool | Ty::Char | Ty::Byte)
    }
}
