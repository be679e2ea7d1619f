//! What time alone decides.

use domain::Timestamp;

use crate::view::View;

/// The earliest moment at which time has something to decide.
#[must_use]
pub fn next_due(view: &View) -> Option<Timestamp> {
    let _ = view;
    None
}
