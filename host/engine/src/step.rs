//! One step of one stage: the only place where the engine calls a stage plugin.

use domain::plugin::Grants;
use domain::plugin::call::{Mode, Scope};
use domain::stage::{Finish, FinishStatus, Patch, Verdict};
use domain::{Failure, FailureClass, Timestamp, code::code};
use scheduler::{Fault, inputs};

use crate::core::Core;
use crate::dry_run;
use crate::seat::Seat;

/// Steps the running stage at `position` on the digest that its execution is pinned to. A type that the catalogue does not have is a
/// failure of the stage, a trap is a fault of the plugin.
pub(crate) async fn step(core: &Core, seat: &Seat, position: usize, now: Timestamp) -> Result<Verdict, Fault> {
    let stage = &seat.view.stages[position];
    let execution = &seat.view.execution;
    let Some((installed, offer)) = seat.catalog.find_stage(&stage.kind, stage.provider.as_deref()) else {
        return Ok(unknown(&stage.kind, stage.provider.as_deref(), seat.catalog.revision));
    };
    let Some(mut turn) = inputs::turn(&seat.view, position, &offer.reads, now) else {
        return Ok(unknown(&stage.kind, stage.provider.as_deref(), seat.catalog.revision));
    };
    turn.kind = &offer.kind;
    let scope = Scope {
        plugin: installed.manifest.id.clone(),
        digest: installed.digest.clone(),
        grants: Grants::default(),
        mode: Mode::Read,
        application: execution.application.to_string(),
        execution: execution.id.to_string(),
        key: String::new(),
    };
    core.counters.steps.one();
    let verdict = core.app.runtime().step(&scope, &turn).await.map_err(|fault| {
        core.counters.faults.one();
        if core.quarantine.note(&installed.digest, &execution.application, &execution.id) {
            core.counters.quarantined.one();
            tracing::error!(plugin = %installed.manifest.id, digest = %installed.digest, "a plugin fails in executions of several applications");
        }
        Fault { failure: fault.failure, retryable: fault.retryable }
    })?;
    if !dry_run::is_dry(execution) {
        return Ok(verdict);
    }
    Ok(dry_run::instead(verdict, stage.running().map_or(&[], |run| &run.pending)))
}

fn unknown(kind: &str, provider: Option<&str>, revision: i64) -> Verdict {
    let of = provider.map(|name| format!(" for `{name}`")).unwrap_or_default();
    let message = format!(
        "No plugin of catalogue revision {revision} offers the stage type `{kind}`{of}. Install one, and start the pipeline again."
    );
    let problem = Failure::new(FailureClass::NotFound, code("stage.unknown-type"), message);
    Verdict::Finished(Finish {
        status: FinishStatus::Failed,
        patch: Patch::default(),
        problem: Some(problem),
        acting_as: None,
    })
}
