//! What a stage is stepped with.

use domain::plugin::call::Turn;
use domain::Timestamp;

use crate::view::View;

/// The turn of the running stage at `position`; `reads` are the context keys of its manifest, looked up by the nearest-ancestor
/// rule (reference pipelines-and-stages.md §2.15). Absent when the stage is not running.
#[must_use]
pub fn turn<'v>(view: &'v View, position: usize, reads: &[String], now: Timestamp) -> Option<Turn<'v>> {
    let _ = (view, position, reads, now);
    None
}
