//! Events that trigger plugins hear and match.

use bindings::mainsheet::trigger::trigger::{Event as WitEvent, Payload as WitPayload};
use domain::Timestamp;
use domain::plugin::call::{Heard, Payload};

use super::reply::{Malformed, Reply};

/// To the contract.
pub(crate) fn to_wit(event: &Heard) -> WitEvent {
    let Heard { key, source, verified, payload, occurred } = event;
    WitEvent {
        key: key.clone(),
        source: source.text().to_owned(),
        verified: verified.clone(),
        payload: payload.text().to_owned(),
        occurred: occurred.map(Timestamp::as_f64),
    }
}

/// From the contract.
///
/// # Errors
/// Something in it is not JSON.
pub(crate) fn from_wit(reply: &mut Reply, event: WitEvent) -> Result<Heard, Malformed> {
    let WitEvent { key, source, verified, payload, occurred } = event;
    Ok(Heard {
        key: reply.text("event.key", key)?,
        source: reply.json("event.source", &source)?,
        verified: reply.texts("event.verified", verified)?,
        payload: reply.json("event.payload", &payload)?,
        occurred: occurred.filter(|instant| instant.is_finite()).map(Timestamp::from_f64),
    })
}

/// What an execution is started with, from the contract.
///
/// # Errors
/// Something in it is not JSON.
pub(crate) fn payload(reply: &mut Reply, payload: WitPayload) -> Result<Payload, Malformed> {
    let WitPayload { trigger, artifacts } = payload;
    Ok(Payload {
        trigger: reply.json("payload.trigger", &trigger)?,
        artifacts: reply.json("payload.artifacts", &artifacts)?,
    })
}
