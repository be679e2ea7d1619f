//! One step of one stage: the only place where the engine calls a stage plugin.

use domain::plugin::Grants;
use domain::plugin::call::{Mode, Scope};
use domain::stage::{Finish, FinishStatus, Patch, Verdict};
use domain::{Failure, FailureClass, Timestamp, code::code};
use scheduler::{Fault, inputs};

use crate::core::Core;
use crate::dry_run;
use crate::quarantine;
use crate::seat::Seat;

/// Why a stage was not stepped: its plugin is in quarantine.
pub(crate) struct Held(pub Failure);

/// Steps the running stage at `position` on the digest that its execution is pinned to. A type that the catalogue does not have is a
/// failure of the stage, a trap is a fault of the plugin.
///
/// # Errors
/// The plugin is in quarantine, or came there by this step. A stage that is told to stop is stepped nevertheless: it has to end.
pub(crate) async fn step(
    core: &Core,
    seat: &Seat,
    position: usize,
    now: Timestamp,
) -> Result<Result<Verdict, Fault>, Held> {
    let stage = &seat.view.stages[position];
    let execution = &seat.view.execution;
    let Some((installed, offer)) = seat.catalog.find_stage(&stage.kind, stage.provider.as_deref()) else {
        return Ok(Ok(unknown(&stage.kind, stage.provider.as_deref(), seat.catalog.revision)));
    };
    let Some(mut turn) = inputs::turn(&seat.view, position, &offer.reads, now) else {
        return Ok(Ok(unknown(&stage.kind, stage.provider.as_deref(), seat.catalog.revision)));
    };
    turn.kind = &offer.kind;
    let digest = core.app.digest_in_force(&installed.digest);
    let told_to_stop = stage.running().is_some_and(|run| run.cancelled.is_some());
    if let Some(reason) = core.app.quarantined(&digest).filter(|_| !told_to_stop) {
        return Err(Held(reason));
    }
    let scope = Scope {
        plugin: installed.manifest.id.clone(),
        digest,
        grants: Grants::default(),
        mode: Mode::Read,
        application: execution.application.to_string(),
        execution: execution.id.to_string(),
        key: String::new(),
        account: None,
    };
    core.counters.steps.one();
    let fault = match core.app.runtime().step(&scope, &turn).await {
        Ok(verdict) if dry_run::is_dry(execution) => {
            return Ok(Ok(dry_run::instead(verdict, stage.running().map_or(&[], |run| &run.pending))));
        }
        Ok(verdict) => return Ok(Ok(verdict)),
        Err(fault) => fault,
    };
    core.counters.faults.one();
    match quarantine::note(core, &scope, &fault.failure).await.filter(|_| !told_to_stop) {
        Some(reason) => Err(Held(reason)),
        None => Ok(Err(Fault { failure: fault.failure, retryable: fault.retryable })),
    }
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
