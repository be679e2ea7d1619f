//! Requests at a trigger's endpoint, and what is answered.

use bindings::mainsheet::trigger::trigger::{Hook as WitHook, Reply as WitReply};
use domain::plugin::call::{Hook, HookReply};

use super::event;
use super::reply::{Malformed, Reply};

/// To the contract.
pub(crate) fn to_wit(hook: Hook) -> WitHook {
    let Hook { source, method, path, query, headers, body, secrets, now } = hook;
    WitHook { source, method, path, query, headers, body, secrets, now: now.as_f64() }
}

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, answer: WitReply) -> Result<HookReply, Malformed> {
    let WitReply { status, headers, body, events } = answer;
    if !(200..=599).contains(&status) {
        return Err(Malformed(format!("`reply.status` is {status}, not a final HTTP status")));
    }
    Ok(HookReply {
        status,
        headers: reply.pairs("reply.headers", headers)?,
        body: reply.bytes("reply.body", body)?,
        events: events.into_iter().map(|one| event::from_wit(reply, one)).collect::<Result<_, _>>()?,
    })
}
