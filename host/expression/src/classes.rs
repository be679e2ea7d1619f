//! The Java classes that expressions meet: which are allowed, and what can be called on them (§4).
pub(crate) mod boolean;
pub(crate) mod character;
pub(crate) mod chrono_unit;
pub(crate) mod date;
pub(crate) mod date_format;
pub(crate) mod day_of_week;
pub(crate) mod decimal;
pub(crate) mod instant;
pub(crate) mod integer;
pub(crate) mod list;
pub(crate) mod local_date;
pub(crate) mod local_date_time;
pub(crate) mod long;
pub(crate) mod map;
pub(crate) mod math;
pub(crate) mod method;
pub(crate) mod name;
pub(crate) mod object;
pub(crate) mod random;
pub(crate) mod small_integer;
pub(crate) mod string;
pub(crate) mod url_encoder;
pub(crate) mod uuid;

use crate::value::{Array, Val};
pub(crate) use method::{Args, Method};
pub(crate) use name::{ClassRef, find};

/// Classes of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Object,
    String,
    Integer,
    Long,
    Double,
    Float,
    Byte,
    Short,
    Boolean,
    Character,
    BigInteger,
    Math,
    Date,
    Random,
    Uuid,
    SimpleDateFormat,
    LocalDate,
    LocalDateTime,
    Instant,
    DayOfWeek,
    ChronoUnit,
    TemporalAdjusters,
    UrlEncoder,
    List,
    Map,
    Set,
    Values,
    Entry,
    Array,
    Status,
    Bean,
    /// What `T(...)` gives.
    Reference,
    NotEvaluable,
    Null,
}

impl Class {
    /// The class of a value.
    pub fn of(value: &Val<'_>) -> Class {
        match value {
            Val::Null => Class::Null,
            Val::Bool(_) => Class::Boolean,
            Val::Byte(_) => Class::Byte,
            Val::Short(_) => Class::Short,
            Val::Int(_) => Class::Integer,
            Val::Long(_) => Class::Long,
            Val::Big(_) => Class::BigInteger,
            Val::Float(_) => Class::Float,
            Val::Double(_) => Class::Double,
            Val::Char(_) => Class::Character,
            Val::Str(_) => Class::String,
            Val::List(_) => Class::List,
            Val::Map(_) => Class::Map,
            Val::Array(_) => Class::Array,
            Val::Set(set) if set.kind == crate::value::SetKind::Values => Class::Values,
            Val::Set(_) => Class::Set,
            Val::Entry(_) => Class::Entry,
            Val::Bean(_) => Class::Bean,
            Val::Status(_) => Class::Status,
            Val::Class(_) => Class::Reference,
            Val::Date(_) => Class::Date,
            Val::Format(_) => Class::SimpleDateFormat,
            Val::Instant(_) => Class::Instant,
            Val::LocalDate(_) => Class::LocalDate,
            Val::LocalDateTime(_) => Class::LocalDateTime,
            Val::DayOfWeek(_) => Class::DayOfWeek,
            Val::ChronoUnit(_) => Class::ChronoUnit,
            Val::Uuid(_) => Class::Uuid,
            Val::Random(_) => Class::Random,
            Val::NotEvaluable(_) => Class::NotEvaluable,
        }
    }

    /// Methods of its instances, and its static ones.
    pub fn methods(self) -> &'static [&'static [Method]] {
        match self {
            Class::String => string::METHODS,
            Class::Integer => integer::METHODS,
            Class::Long => long::METHODS,
            Class::Double => decimal::DOUBLE,
            Class::Float => decimal::FLOAT,
            Class::Byte => small_integer::BYTE,
            Class::Short | Class::BigInteger => small_integer::OTHER,
            Class::Boolean => boolean::METHODS,
            Class::Character => character::METHODS,
            Class::Math => math::METHODS,
            Class::Date => date::METHODS,
            Class::Random => random::METHODS,
            Class::Uuid => uuid::METHODS,
            Class::SimpleDateFormat => date_format::METHODS,
            Class::LocalDate => local_date::METHODS,
            Class::LocalDateTime => local_date_time::METHODS,
            Class::Instant => instant::METHODS,
            Class::DayOfWeek => day_of_week::METHODS,
            Class::ChronoUnit => chrono_unit::METHODS,
            Class::UrlEncoder => url_encoder::METHODS,
            Class::List => list::METHODS,
            Class::Set => list::SET,
            Class::Values => list::VALUES,
            Class::Map => map::METHODS,
            Class::Status => object::STATUS,
            Class::Array | Class::Reference | Class::NotEvaluable | Class::TemporalAdjusters => object::IDENTITY,
            _ => object::METHODS,
        }
    }

    /// Constructors.
    pub fn constructors(self) -> &'static [Method] {
        match self {
            Class::String => string::CONSTRUCTORS,
            Class::Integer => integer::CONSTRUCTORS,
            Class::Long => long::CONSTRUCTORS,
            Class::Double => decimal::CONSTRUCTORS,
            Class::Byte => small_integer::CONSTRUCTORS,
            Class::Boolean => boolean::CONSTRUCTORS,
            Class::Date => date::CONSTRUCTORS,
            Class::Random => random::CONSTRUCTORS,
            Class::Uuid => uuid::CONSTRUCTORS,
            Class::SimpleDateFormat => date_format::CONSTRUCTORS,
            _ => &[],
        }
    }

    /// Every method that can be called by a name.
    pub fn named(self, name: &str) -> impl Iterator<Item = &'static Method> {
        self.methods().iter().copied().flatten().filter(move |method| method.name == name)
    }
}

/// The class of an array's elements, when every value has the same; else `Object`.
pub(crate) fn common(items: &[Val<'_>]) -> Class {
    let mut classes = items.iter().filter(|item| !item.is_null()).map(Class::of);
    match classes.next() {
        Some(first) if classes.all(|class| class == first) => first,
        _ => Class::Object,
    }
}

/// A value's class as messages show it, with the element of an array.
pub(crate) fn shown(value: &Val<'_>) -> String {
    match value {
        Val::Array(Array { element, .. }) => format!("{}[]", element.java_name()),
        Val::Bean(bean) => bean.shape().name().to_owned(),
        _ => Class::of(value).java_name().to_owned(),
    }
}
