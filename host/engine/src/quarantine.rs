//! Components that fault again and again in different places: the plugin is broken, not one project's input. Here faults are counted and
//! executions with held stages remembered; what is in quarantine is the store's to know ([`app::App::quarantined`]).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::{ApplicationName, Digest, ExecutionId};
use domain::plugin::Quarantined;
use domain::plugin::call::Scope;
use domain::stage::Demand;
use domain::stage::request::QueryRequest;
use domain::{Failure, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::watch;

use crate::actors::News;
use crate::core::Core;
use crate::perform::{Asked, HOST, find_provider};
use crate::seat::Seat;
use crate::tasks::Phase;

/// Executions that a component must have faulted in.
const EXECUTIONS: usize = 3;

/// Applications that these must belong to: one project's input must not stop the others.
const APPLICATIONS: usize = 2;

/// Where each component has faulted since this process started or it was released, bounded by the two figures above.
#[derive(Default)]
pub(crate) struct Quarantine {
    faulted: Mutex<FxHashMap<Digest, Faulted>>,
    held: Mutex<FxHashSet<ExecutionId>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Faulted {
    executions: BTreeSet<ExecutionId>,
    applications: BTreeSet<ApplicationName>,
}

impl Quarantine {
    /// Notes a fault; the evidence, when it is the one by which the component counts as broken. Counting begins anew then.
    fn note(&self, digest: &Digest, application: &ApplicationName, execution: &ExecutionId) -> Option<Faulted> {
        let mut faulted = self.faulted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = faulted.entry(digest.clone()).or_default();
        if known.executions.len() < EXECUTIONS || !known.applications.contains(application) {
            known.executions.insert(execution.clone());
            known.applications.insert(application.clone());
        }
        let broken = known.executions.len() >= EXECUTIONS && known.applications.len() >= APPLICATIONS;
        if broken { faulted.remove(digest) } else { None }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, FxHashSet<ExecutionId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether stages of that execution wait for a release.
    pub(crate) fn holds(&self, execution: &ExecutionId) -> bool {
        self.held().contains(execution)
    }

    /// How many executions have stages that wait for a release.
    pub(crate) fn len(&self) -> usize {
        self.held().len()
    }
}

/// Notes a fault of the component that `scope` names. Returns why it is in quarantine, if it is now.
pub(crate) async fn note(core: &Core, scope: &Scope, failure: &Failure) -> Option<Failure> {
    if let Some(reason) = core.app.quarantined(&scope.digest) {
        return Some(reason);
    }
    let (application, execution) = (scope.application.as_str().into(), scope.execution.as_str().into());
    if let Some(Faulted { executions, applications }) = core.quarantine.note(&scope.digest, &application, &execution) {
        let evidence = Quarantined {
            plugin: scope.plugin.clone(),
            since: core.now(),
            executions: executions.into_iter().collect(),
            applications: applications.into_iter().collect(),
            code: failure.code.to_string(),
            message: failure.message.clone(),
        };
        tracing::error!(plugin = %scope.plugin, digest = %scope.digest, "a plugin fails in executions of several applications; it is quarantined");
        match core.app.put_in_quarantine(&scope.digest, evidence).await {
            Ok(()) => core.counters.quarantined.one(),
            Err(error) => tracing::error!(%error, "a component could not be put into quarantine"),
        }
    }
    core.app.quarantined(&scope.digest)
}

/// Lets those held stages of the seat go on whose plugin may be called again, or that are told to stop. True when there were any.
pub(crate) fn let_go(core: &Core, seat: &mut Seat, now: Timestamp) -> bool {
    let free: Vec<usize> = held(seat).filter(|&position| is_free(core, seat, position)).collect();
    for &position in &free {
        scheduler::release(&mut seat.view, position, now);
    }
    !free.is_empty()
}

/// Remembers whether the execution waits for a release. True when what it waited for has happened meanwhile.
pub(crate) fn remember(core: &Core, seat: &Seat) -> bool {
    let id = &seat.view.execution.id;
    if held(seat).next().is_none() {
        if core.quarantine.len() > 0 {
            core.quarantine.held().remove(id);
        }
        return false;
    }
    core.quarantine.held().insert(id.clone());
    held(seat).any(|position| is_free(core, seat, position))
}

/// Positions of held stages.
pub(crate) fn held(seat: &Seat) -> impl Iterator<Item = usize> + '_ {
    let stages = seat.view.stages.iter().enumerate();
    stages.filter(|(_, stage)| stage.running().is_some_and(|run| run.held.is_some())).map(|(position, _)| position)
}

fn is_free(core: &Core, seat: &Seat, position: usize) -> bool {
    let stage = &seat.view.stages[position];
    let Some(run) = stage.running().filter(|run| run.cancelled.is_none()) else { return true };
    let offer = seat.catalog.find_stage(&stage.kind, stage.provider.as_deref());
    let own = offer.and_then(|(installed, _)| of(core, &installed.digest));
    let mut asked = run.pending.iter().filter_map(|pending| match &pending.demand {
        Demand::Query(request) if !pending.withdrawn => of_query(core, seat, request),
        _ => None,
    });
    own.is_none() && asked.next().is_none()
}

fn of(core: &Core, digest: &Digest) -> Option<Failure> {
    core.app.quarantined(&core.app.digest_in_force(digest))
}

/// Why a query is not performed for now.
pub(crate) fn of_query(core: &Core, seat: &Seat, request: &QueryRequest) -> Option<Failure> {
    let QueryRequest { account, provider, input, .. } = request;
    if provider.as_deref() == Some(HOST) {
        return None;
    }
    let asked = Asked { provider: provider.as_deref(), account: account.as_deref(), input };
    let installed = find_provider(&seat.catalog, &core.app.accounts_in_force(), asked).ok()?;
    of(core, &installed.digest)
}

/// Drives whoever waits for a release, whenever the quarantine has changed.
pub(crate) async fn watch(core: Arc<Core>, mut changes: watch::Receiver<u64>) {
    loop {
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = core.tasks.reached(Phase::Closing) => return,
        }
        let waiting: Vec<ExecutionId> = core.quarantine.held().iter().cloned().collect();
        for id in waiting {
            core.actors.tell(&id, None, News::Due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_project_cannot_put_a_component_in_quarantine() {
        let quarantine = Quarantine::default();
        let digest = Digest::from("d");
        let note = |application: &str, execution: &str| {
            quarantine.note(&digest, &ApplicationName::from(application), &ExecutionId::from(execution))
        };
        for number in 0..10 {
            assert_eq!(note("loud", &format!("loud-{number}")), None);
        }
        let evidence = note("quiet", "quiet-0").expect("the second application");
        assert_eq!((evidence.executions.len(), evidence.applications.len()), (4, 2));
        assert_eq!(note("third", "third-0"), None, "counting begins anew");
    }
}
