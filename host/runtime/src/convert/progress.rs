//! What a try of an operation came to.

use bindings::mainsheet::provider::provider::{Pause as WitPause, Progress as WitProgress, Wake as WitWake};
use domain::plugin::call::{Pause, Progress, Wake};

use super::failure;
use super::reply::{Malformed, Reply};

/// From the contract.
///
/// # Errors
/// Something in it is not what the contract says.
pub(crate) fn from_wit(reply: &mut Reply, progress: WitProgress) -> Result<Progress, Malformed> {
    Ok(match progress {
        WitProgress::Done(value) => Progress::Done(reply.json("done", &value)?),
        WitProgress::Failed(reason) => Progress::Failed(failure::from_wit(reply, reason)?),
        WitProgress::Again(pause) => {
            let WitPause { checkpoint, wakes, progress } = pause;
            Progress::Again(Pause {
                checkpoint: reply.bytes("again.checkpoint", checkpoint)?,
                wakes: wakes.into_iter().map(|one| wake(reply, one)).collect::<Result<_, _>>()?,
                progress: reply.optional("again.progress", progress)?,
            })
        }
    })
}

fn wake(reply: &mut Reply, wake: WitWake) -> Result<Wake, Malformed> {
    Ok(match wake {
        WitWake::After(length) => Wake::After(length),
        WitWake::Changed(subscription) => Wake::Changed(reply.name("again.wakes", subscription)?),
    })
}
