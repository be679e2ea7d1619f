//! The logic of the stages, linked natively: the same code as the components, without the sandbox. One set for each thread.

use domain::plugin::call::Turn;
use domain::stage::Verdict;
use mainsheet_sdk::stage::StagePlugin;

use super::installation;
use crate::scenario::convert;

thread_local! {
    static STAGES: Vec<StagePlugin> = installation::stages();
}

/// Steps the stage that `turn` names. Absent: no plugin has its type.
#[must_use]
pub fn step(turn: &Turn<'_>) -> Option<Verdict> {
    STAGES.with(|stages| {
        let plugin = stages.iter().find(|plugin| plugin.kinds().contains(&turn.kind))?;
        Some(convert::verdict(plugin.step(convert::turn(turn))))
    })
}
