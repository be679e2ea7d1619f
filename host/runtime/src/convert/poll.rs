//! Polls of a source.

use bindings::mainsheet::trigger::trigger::{PollCall as WitCall, Polled as WitPolled};
use domain::plugin::call::{PollCall, Polled};

use super::event;
use super::reply::{Malformed, Reply};

/// To the contract.
pub(crate) fn to_wit(call: PollCall) -> WitCall {
    let PollCall { source, cursor, now } = call;
    WitCall { source: source.text().to_owned(), cursor, now: now.as_f64() }
}

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, polled: WitPolled) -> Result<Polled, Malformed> {
    let WitPolled { events, cursor, next_after } = polled;
    Ok(Polled {
        events: events.into_iter().map(|one| event::from_wit(reply, one)).collect::<Result<_, _>>()?,
        cursor: reply.bytes("cursor", cursor)?,
        next_after,
    })
}
