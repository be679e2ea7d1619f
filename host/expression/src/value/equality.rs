//! `equals` and `hashCode`.
use super::{List, Map, SetKind, Val};

impl<'a> Val<'a> {
    /// Java's `equals`: kinds must match, so `1` equals neither `1L` nor `'1'`.
    pub fn java_equals(&self, other: &Val<'a>) -> bool {
        match (self, other) {
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Byte(a), Val::Byte(b)) => a == b,
            (Val::Short(a), Val::Short(b)) => a == b,
            (Val::Int(a), Val::Int(b)) => a == b,
            (Val::Long(a), Val::Long(b)) => a == b,
            (Val::Big(a), Val::Big(b)) => a == b,
            (Val::Float(a), Val::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Val::Double(a), Val::Double(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Val::Char(a), Val::Char(b)) => a == b,
            (Val::Str(a), Val::Str(b)) => a.as_str() == b.as_str(),
            (Val::List(a), Val::List(b)) => lists(a, b),
            (Val::Map(a), Val::Map(b)) => maps(a, b),
            (Val::Set(a), Val::Set(b)) if (a.kind == SetKind::Values) == (b.kind == SetKind::Values) => {
                a.items.len() == b.items.len()
                    && a.items.iter().all(|item| b.items.iter().any(|other| item.java_equals(other)))
            }
            (Val::Array(a), Val::Array(b)) => std::rc::Rc::ptr_eq(&a.items, &b.items),
            (Val::Entry(a), Val::Entry(b)) => a.0.java_equals(&b.0) && a.1.java_equals(&b.1),
            (Val::Bean(a), Val::Bean(b)) => a.same(b),
            (Val::Status(a), Val::Status(b)) => a == b,
            (Val::Class(a), Val::Class(b)) => a == b,
            (Val::Date(a), Val::Date(b)) => a == b,
            (Val::Format(a), Val::Format(b)) => a.pattern == b.pattern,
            (Val::Instant(a), Val::Instant(b)) => a == b,
            (Val::LocalDate(a), Val::LocalDate(b)) => a == b,
            (Val::LocalDateTime(a), Val::LocalDateTime(b)) => a == b,
            (Val::DayOfWeek(a), Val::DayOfWeek(b)) => a == b,
            (Val::ChronoUnit(a), Val::ChronoUnit(b)) => a == b,
            (Val::Uuid(a), Val::Uuid(b)) => a == b,
            _ => false,
        }
    }

    /// As `==` sees two arrays: element by element.
    pub fn deep_equals(&self, other: &Val<'a>) -> bool {
        match (self, other) {
            (Val::Array(a), Val::Array(b)) => {
                a.items.len() == b.items.len() && a.items.iter().zip(b.items.iter()).all(|(x, y)| x.java_equals(y))
            }
            _ => self.java_equals(other),
        }
    }

    /// Java's `hashCode` where it is defined by the value; 0 for objects whose hash is their address.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Java's hashes wrap")]
    pub fn java_hash(&self) -> i32 {
        let fold = |bits: u64| (bits ^ (bits >> 32)) as i32;
        match self {
            Val::Bool(value) => {
                if *value {
                    1231
                } else {
                    1237
                }
            }
            Val::Byte(value) => i32::from(*value),
            Val::Short(value) => i32::from(*value),
            Val::Int(value) => *value,
            Val::Char(value) => i32::from(*value),
            Val::Long(value) | Val::Date(value) => fold(*value as u64),
            Val::Float(value) => value.to_bits() as i32,
            Val::Double(value) => fold(value.to_bits()),
            Val::Str(text) => text
                .as_str()
                .encode_utf16()
                .fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit))),
            Val::List(list) => {
                list.iter().fold(1i32, |hash, item| hash.wrapping_mul(31).wrapping_add(item.java_hash()))
            }
            Val::Set(set) => set.items.iter().fold(0i32, |hash, item| hash.wrapping_add(item.java_hash())),
            Val::Map(map) => map
                .entries()
                .iter()
                .fold(0i32, |hash, (key, value)| hash.wrapping_add(key.java_hash() ^ value.java_hash())),
            Val::Entry(entry) => entry.0.java_hash() ^ entry.1.java_hash(),
            Val::Big(value) => {
                let magnitude = value.unsigned_abs();
                let words = (0..4).rev().map(|at| (magnitude >> (32 * at)) as u32);
                let hash = words.fold(0i32, |hash, word| hash.wrapping_mul(31).wrapping_add(word.cast_signed()));
                if **value < 0 { hash.wrapping_neg() } else { hash }
            }
            Val::Uuid(bits) => {
                let both = ((**bits >> 64) as u64) ^ (**bits as u64);
                fold(both)
            }
            Val::LocalDate(date) => {
                let year = i32::from(date.year());
                (year & -2048) ^ ((year << 11) + (i32::from(date.month()) << 6) + i32::from(date.day()))
            }
            _ => 0,
        }
    }
}

fn lists<'a>(left: &List<'a>, right: &List<'a>) -> bool {
    if let (List::Json(a), List::Json(b)) = (left, right)
        && std::ptr::eq(*a, *b)
    {
        return true;
    }
    left.len() == right.len() && left.iter().zip(right.iter()).all(|(a, b)| a.java_equals(&b))
}

fn maps<'a>(left: &Map<'a>, right: &Map<'a>) -> bool {
    left.len() == right.len()
        && left.entries().iter().all(|(key, value)| {
            right.contains(key) && right.get_key(key).is_some_and(|other| value.java_equals(&other))
        })
}
