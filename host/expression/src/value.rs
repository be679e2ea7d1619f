//! Values at work: Java's kinds, borrowed from JSON where they can be.
pub(crate) mod collection;
pub(crate) mod equality;
pub(crate) mod json;
pub(crate) mod map;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod render;
pub(crate) mod text;

use std::cell::Cell;
use std::rc::Rc;

use jiff::civil;

use crate::beans::Bean;
use crate::classes::ClassRef;
use crate::classes::chrono_unit::Unit;
use crate::classes::date_format::DateFormat;
use crate::execution::Status;
pub(crate) use collection::{Array, List, Set, SetKind};
pub(crate) use map::{Key, Map, OwnedMap};
pub(crate) use text::Text;

/// A value while an expression is evaluated. Cloning one is cheap.
#[derive(Debug, Clone)]
pub(crate) enum Val<'a> {
    Null,
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Long(i64),
    Big(Box<i128>),
    Float(f32),
    Double(f64),
    /// A UTF-16 unit.
    Char(u16),
    Str(Text<'a>),
    List(List<'a>),
    Map(Map<'a>),
    Array(Array<'a>),
    Set(Set<'a>),
    Entry(Rc<(Val<'a>, Val<'a>)>),
    Bean(Bean<'a>),
    Status(Status),
    Class(ClassRef),
    /// Milliseconds since 1970 UTC.
    Date(i64),
    Format(Rc<DateFormat>),
    Instant(Instant),
    LocalDate(civil::Date),
    LocalDateTime(civil::DateTime),
    /// 0 is Monday.
    DayOfWeek(u8),
    ChronoUnit(Unit),
    Uuid(Box<u128>),
    /// State of Java's generator.
    Random(Rc<Cell<u64>>),
    /// `#doNotEval(x)`.
    NotEvaluable(Rc<Val<'a>>),
}

/// `java.time.Instant`: seconds since 1970 UTC and nanoseconds of that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    pub seconds: i64,
    pub nanos: u32,
}

impl Instant {
    /// From milliseconds since 1970 UTC.
    pub fn of_millis(millis: i64) -> Self {
        let nanos = u32::try_from(millis.rem_euclid(1_000)).unwrap_or(0) * 1_000_000;
        Instant { seconds: millis.div_euclid(1_000), nanos }
    }

    /// Milliseconds since 1970 UTC, if they fit.
    pub fn millis(self) -> Option<i64> {
        self.seconds.checked_mul(1_000)?.checked_add(i64::from(self.nanos / 1_000_000))
    }
}

impl<'a> Val<'a> {
    pub fn text(text: impl Into<String>) -> Self {
        Val::Str(Text::from(text.into()))
    }

    pub fn borrowed(text: &'a str) -> Self {
        Val::Str(Text::Borrowed(text))
    }

    pub fn list(items: Vec<Val<'a>>) -> Self {
        Val::List(List::Owned { items: items.into(), constant: false })
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Val::Null)
    }

    /// The text of a string; nothing for any other kind.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Val::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The text of what Java calls a character sequence: strings and statuses.
    pub fn as_sequence(&self) -> Option<&str> {
        match self {
            Val::Str(text) => Some(text.as_str()),
            Val::Status(status) => Some(status.name()),
            _ => None,
        }
    }

    /// The elements of a list, set or array.
    pub fn elements(&self) -> Option<Vec<Val<'a>>> {
        match self {
            Val::List(list) => Some(list.iter().collect()),
            Val::Set(set) => Some(set.items.to_vec()),
            Val::Array(array) => Some(array.items.to_vec()),
            _ => None,
        }
    }
}
