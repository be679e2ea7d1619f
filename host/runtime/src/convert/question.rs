//! Questions to people.

use bindings::mainsheet::stage::stage::Question as WitQuestion;
use domain::question::Question;

use super::reply::{Malformed, Reply};
use super::request::due;

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, question: WitQuestion) -> Result<Question, Malformed> {
    let WitQuestion {
        kind,
        title,
        instructions,
        schema,
        approving,
        roles,
        quorum,
        distinct_roles,
        exclude_submitter,
        expires,
    } = question;
    Ok(Question {
        kind: reply.name("ask.kind", kind)?,
        title: reply.text("ask.title", title)?,
        instructions: reply.text("ask.instructions", instructions)?,
        schema: reply.json("ask.schema", &schema)?,
        approving: reply.json("ask.approving", &approving)?,
        roles: reply.texts("ask.roles", roles)?,
        quorum,
        distinct_roles,
        exclude_submitter,
        expires: expires.map(due).transpose()?,
    })
}
