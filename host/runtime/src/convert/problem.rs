//! Complaints about a configuration.

use bindings::mainsheet::types::common::Problem as WitProblem;
use domain::Problem;
use domain::code::Code;

use super::reply::{Malformed, Reply};

/// From the contract.
///
/// # Errors
/// A code is empty.
pub(crate) fn from_wit(reply: &mut Reply, problem: WitProblem) -> Result<Problem, Malformed> {
    let WitProblem { pointer, code, message } = problem;
    Ok(Problem {
        pointer: reply.text("problem.pointer", pointer)?,
        code: Code::from(reply.name("problem.code", code)?),
        message: reply.text("problem.message", message)?,
    })
}
