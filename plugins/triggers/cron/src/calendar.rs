//! From times on a clock to instants: what a change of the clock does to a schedule (docs/decisions/0501-dates-and-clocks-that-change.md).
//!
//! A time that the clock leaves out fires when the clock has jumped over it. A time that the clock shows twice fires the first time. A
//! schedule of every hour goes by elapsed time instead: it fires both times, and leaves out what a jump of whole hours leaves out.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::schedule::Schedule;

/// Schedules whose next time lies behind so many jumps never fire.
const MOST_JUMPS: usize = 64;

/// The first instant strictly later than `after`; absent: never again.
pub fn next(schedule: &Schedule, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let mut from = zone.to_datetime(after);
    if !schedule.steady() {
        from = from.max(second_pass(zone, after).unwrap_or(from));
    }
    for _ in 0..MOST_JUMPS {
        let time = schedule.next(from)?;
        let found = match zone.to_ambiguous_timestamp(time).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(time).ok()?,
            AmbiguousOffset::Fold { before, after: later } => {
                let first = before.to_timestamp(time).ok()?;
                if first > after { first } else { later.to_timestamp(time).ok()? }
            }
            AmbiguousOffset::Gap { before, .. } => {
                let jump = jump_at_or_before(zone, before.to_timestamp(time).ok()?)?;
                let whole_hours = (jump.to.seconds() - jump.from.seconds()) % 3600 == 0;
                if schedule.steady() && whole_hours {
                    from = before_end_of_gap(&jump)?;
                    continue;
                }
                jump.at
            }
        };
        return Some(if schedule.steady() { repeated(schedule, zone, after, found) } else { found });
    }
    None
}

/// A change of the clock.
struct Jump {
    at: Timestamp,
    from: Offset,
    to: Offset,
}

impl Jump {
    fn at(zone: &TimeZone, at: Timestamp) -> Option<Jump> {
        let from = zone.to_offset(at.checked_sub(1.nanosecond()).ok()?);
        Some(Jump { at, from, to: zone.to_offset(at) })
    }

    /// Set back: times are shown twice.
    fn is_back(&self) -> bool {
        self.to < self.from
    }
}

fn jump_at_or_before(zone: &TimeZone, instant: Timestamp) -> Option<Jump> {
    let later = instant.checked_add(1.nanosecond()).ok()?;
    let jumps = zone.preceding(later).filter_map(|change| Jump::at(zone, change.timestamp()));
    jumps.take(MOST_JUMPS).find(|jump| jump.from != jump.to)
}

fn before_end_of_gap(jump: &Jump) -> Option<DateTime> {
    jump.to.to_datetime(jump.at).checked_sub(1.second()).ok()
}

/// While the clock shows times for the second time: the last of them.
fn second_pass(zone: &TimeZone, now: Timestamp) -> Option<DateTime> {
    let jump = jump_at_or_before(zone, now).filter(Jump::is_back)?;
    jump.from.to_datetime(jump.at).checked_sub(1.second()).ok()
}

/// The first of `found` and of the times that the clock shows again before it.
fn repeated(schedule: &Schedule, zone: &TimeZone, after: Timestamp, found: Timestamp) -> Timestamp {
    let changes = zone.following(after).map(|change| change.timestamp()).take_while(|at| *at <= found);
    for jump in changes.filter_map(|at| Jump::at(zone, at)).filter(Jump::is_back) {
        let (begin, end) = (jump.to.to_datetime(jump.at), jump.from.to_datetime(jump.at));
        let again = begin.checked_sub(1.second()).ok().and_then(|before| schedule.next(before));
        if let Some(again) = again.filter(|time| *time < end)
            && let Ok(instant) = jump.to.to_timestamp(again)
        {
            return found.min(instant);
        }
    }
    found
}
