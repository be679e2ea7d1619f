//! Verdicts.

use bindings::mainsheet::stage::stage::{
    Finish as WitFinish, Patch as WitPatch, Verdict as WitVerdict, Waiting as WitWaiting,
};
use domain::stage::{Finish, FinishStatus, Patch, Verdict, Waiting};

use super::reply::{Malformed, Reply};
use super::{failure, request};

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, verdict: WitVerdict) -> Result<Verdict, Malformed> {
    match verdict {
        WitVerdict::Waiting(going_on) => waiting(reply, going_on).map(Verdict::Waiting),
        WitVerdict::Finished(end) => finish(reply, end).map(Verdict::Finished),
    }
}

fn waiting(reply: &mut Reply, waiting: WitWaiting) -> Result<Waiting, Malformed> {
    let WitWaiting { patch: shown, requests, withdraw, progress, state } = waiting;
    Ok(Waiting {
        patch: patch(reply, shown)?,
        requests: requests.into_iter().map(|one| request::from_wit(reply, one)).collect::<Result<_, _>>()?,
        withdraw: withdraw.into_iter().map(|label| reply.label("withdraw", label)).collect::<Result<_, _>>()?,
        progress: reply.optional("progress", progress)?,
        state: state.map(|state| reply.bytes("state", state)).transpose()?,
    })
}

fn finish(reply: &mut Reply, finish: WitFinish) -> Result<Finish, Malformed> {
    let WitFinish { status, patch: left, problem, acting_as } = finish;
    Ok(Finish {
        status: match status.as_str() {
            "succeeded" => FinishStatus::Succeeded,
            "failed" => FinishStatus::Failed,
            "cancelled" => FinishStatus::Cancelled,
            "stopped" => FinishStatus::Stopped,
            "skipped" => FinishStatus::Skipped,
            other => {
                let all = "succeeded, failed, cancelled, stopped or skipped";
                return Err(Malformed(format!("`status` is `{other}`, not {all}")));
            }
        },
        patch: patch(reply, left)?,
        problem: problem.map(|problem| failure::from_wit(reply, problem)).transpose()?,
        acting_as: acting_as.map(|label| reply.label("acting-as", label)).transpose()?,
    })
}

fn patch(reply: &mut Reply, patch: WitPatch) -> Result<Patch, Malformed> {
    let WitPatch { context, outputs, artifacts, phases } = patch;
    Ok(Patch {
        context: reply.optional("patch.context", context)?,
        outputs: reply.optional("patch.outputs", outputs)?,
        artifacts: reply.optional("patch.artifacts", artifacts)?,
        phases: reply.texts("patch.phases", phases)?,
    })
}
