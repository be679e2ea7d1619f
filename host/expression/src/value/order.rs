//! Order of values, as Spring's type comparator has it.
use std::cmp::Ordering;

use super::Val;
use super::number::{Promoted, promote};
use crate::classes::Class;
use crate::error::{Code, Eval, Fault};

/// Orders two values: null first, numbers by promotion, the rest within its own kind.
///
/// # Errors
/// Values of kinds that have no common order.
pub(crate) fn compare(left: &Val<'_>, right: &Val<'_>) -> Eval<Ordering> {
    match (left.is_null(), right.is_null()) {
        (true, true) => return Ok(Ordering::Equal),
        (true, false) => return Ok(Ordering::Less),
        (false, true) => return Ok(Ordering::Greater),
        (false, false) => {}
    }
    if let Some(numbers) = promote(left, right) {
        return Ok(match numbers {
            Promoted::Double(a, b) => java_double(a, b),
            Promoted::Float(a, b) => java_double(f64::from(a), f64::from(b)),
            Promoted::Big(a, b) => a.cmp(&b),
            Promoted::Long(a, b) => a.cmp(&b),
            Promoted::Int(a, b) => a.cmp(&b),
        });
    }
    same_kind(left, right).ok_or_else(|| {
        Fault::spel(
            Code::Operand,
            1013,
            format_args!("cannot compare {} with {}", Class::of(left).java_name(), Class::of(right).java_name()),
        )
    })
}

/// `Double.compare`: -0.0 before 0.0, NaN last.
pub(crate) fn java_double(left: f64, right: f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => left.total_cmp(&right),
    }
}

/// Strings by UTF-16 unit.
pub(crate) fn strings(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() { left.cmp(right) } else { left.encode_utf16().cmp(right.encode_utf16()) }
}

/// `compareTo` of values of one comparable kind.
pub(crate) fn same_kind(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    Some(match (left, right) {
        (Val::Str(a), Val::Str(b)) => strings(a.as_str(), b.as_str()),
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Char(a), Val::Char(b)) => a.cmp(b),
        (Val::Status(a), Val::Status(b)) => a.cmp(b),
        (Val::Date(a), Val::Date(b)) => a.cmp(b),
        (Val::Instant(a), Val::Instant(b)) => a.cmp(b),
        (Val::LocalDate(a), Val::LocalDate(b)) => a.cmp(b),
        (Val::LocalDateTime(a), Val::LocalDateTime(b)) => a.cmp(b),
        (Val::DayOfWeek(a), Val::DayOfWeek(b)) => a.cmp(b),
        (Val::ChronoUnit(a), Val::ChronoUnit(b)) => a.cmp(b),
        (Val::Uuid(a), Val::Uuid(b)) => uuids(**a, **b),
        _ => return None,
    })
}

/// Java compares the halves of a UUID as signed numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "the halves, as Java has them")]
fn uuids(left: u128, right: u128) -> Ordering {
    let halves = |bits: u128| ((bits >> 64) as u64 as i64, bits as u64 as i64);
    halves(left).cmp(&halves(right))
}
