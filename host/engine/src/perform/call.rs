//! The life of one operation in this process: try, wait, try again, until there is an outcome.

use std::sync::Arc;

use app::AppError;
use app::accounts::Wanted;
use domain::execution::Execution;
use domain::operation::{Begun, Operation, OperationState, Repeat};
use domain::plugin::call::{Meta, Mode, OperationCall, Pause, Progress, Scope, Wake};
use domain::plugin::manifest::OperationOffer;
use domain::plugin::{Catalog, Manifest};
use domain::stage::request::OperationRequest;
use domain::{Failure, FailureClass, Timestamp, code::code};
use runtime::Fault;
use store::{Checkpoint, Write, WriteError};
use tokio::sync::watch;

use super::{Asked, HOST, never_begun, outcome_unknown};
use crate::core::Core;
use crate::orders::Outcome;
use crate::quarantine;
use crate::scope::Provider;
use crate::tasks::Phase;
use crate::trouble::Trouble;

/// Milliseconds before a try that ended in a fault is repeated on a fresh instance (reference plugins-and-wasm.md §4.9).
const RETRY_AFTER: [i64; 3] = [1_000, 5_000, 30_000];

/// Milliseconds between two tries of an operation that waits for nothing but a change, as long as nobody tells of changes.
const CHANGE_UNTOLD: i64 = 10_000;

/// Milliseconds that an operation has for its clean-up when its timeout has struck.
const TIMEOUT_GRACE: i64 = 30_000;

/// An operation with everything that a try of it needs.
pub(super) struct Call {
    operation: Operation,
    begun: Begun,
    performer: Performer,
    repeat: Repeat,
    deadline: Option<Timestamp>,
    /// A try from this checkpoint may have been made.
    repeated: bool,
}

/// Who does it.
enum Performer {
    /// A provider plugin, with what the call may do. The account, if any, is bound anew for every try.
    Plugin(Box<Scope>, Option<Wanted>),
    /// The host itself, for this execution.
    Host(Box<Execution>),
}

/// What a try leads to.
enum Next {
    End(Outcome),
    /// The server stops; whoever comes next goes on.
    Stop,
    Wait(Timestamp),
    /// Its plugin is in quarantine.
    Held,
}

impl Call {
    /// Prepares an operation; `found` when a try may have been made by a process that is gone.
    ///
    /// # Errors
    /// Its outcome, where it cannot be performed; nothing where the server could not read what it needs and the next start goes on.
    pub(super) async fn new(
        core: &Core,
        operation: Operation,
        pinned: Option<Arc<Catalog>>,
        found: bool,
    ) -> Result<Call, Option<Outcome>> {
        let found_out = loop {
            match prerequisites(core, &operation, pinned.clone()).await {
                Ok(found_out) => break found_out,
                Err(trouble) => {
                    core.counters.store_errors.one();
                    tracing::warn!(error = %trouble, "an operation could not be prepared; it is tried again");
                }
            }
            if !core.rest(1_000).await {
                return Err(None);
            }
        };
        let (performer, repeat, timeout) = match found_out {
            Prerequisites::Host(execution) => (Performer::Host(execution), Repeat::Safe, None),
            Prerequisites::Plugin(found) => {
                let (scope, offer, wanted) = *found;
                (Performer::Plugin(Box::new(scope), wanted), offer.repeat, offer.timeout)
            }
            Prerequisites::Missing => {
                let message = format!("What does `{}` is gone.", operation.request.kind);
                let failure = Failure::new(FailureClass::NotFound, code("operation.unknown"), message);
                return Err(Some(Err(failure)));
            }
        };
        // One that must not be repeated writes down that it begins, before it does: so what was only ordered is known not to have begun.
        let (begun, repeated) = match &operation.state {
            OperationState::Begun(begun) => (begun.clone(), found),
            _ => (Begun::default(), found && repeat != Repeat::Never),
        };
        let deadline = timeout.map(|millis| operation.ordered.plus(millis));
        Ok(Call { operation, begun, performer, repeat, deadline, repeated })
    }

    /// Performs it. Absent: the server stops before there is an outcome.
    pub(super) async fn perform(mut self, core: &Arc<Core>, mut cancelling: watch::Receiver<bool>) -> Option<Outcome> {
        loop {
            let called_off = self.operation.cancelling || *cancelling.borrow_and_update();
            self.operation.cancelling = called_off;
            let never_tried = matches!(self.operation.state, OperationState::Ordered) && !self.repeated;
            if called_off && never_tried {
                return Some(Err(never_begun()));
            }
            if self.repeated && self.repeat == Repeat::Never {
                return Some(outcome_unknown(&self.operation.request.kind));
            }
            let next = self.attempt(core).await;
            let due = match next {
                Next::End(outcome) => return Some(self.ended(core, outcome)),
                Next::Stop => return None,
                Next::Wait(due) => due,
                Next::Held => {
                    if !self.held(core, &mut cancelling).await {
                        return None;
                    }
                    continue;
                }
            };
            tokio::select! {
                biased;
                () = core.environment.sleep_until(due) => {}
                // Called off, the next try is made at once. A second call-off is none.
                changed = cancelling.changed(), if !called_off => if changed.is_err() { return None },
                () = core.tasks.reached(Phase::Closing) => return None,
            }
        }
    }

    /// Waits until its plugin may be called again, or it is called off; its time stands still. False when the server stops before.
    async fn held(&mut self, core: &Core, cancelling: &mut watch::Receiver<bool>) -> bool {
        let (since, mut changes) = (core.now(), core.app.quarantine_changes());
        while self.quarantined(core) && !*cancelling.borrow() {
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return false },
                changed = cancelling.changed() => if changed.is_err() { return false },
                () = core.tasks.reached(Phase::Closing) => return false,
            }
        }
        self.deadline = self.deadline.map(|deadline| deadline.plus(core.now().since(since)));
        true
    }

    /// Whether its plugin is not called for now. One that is called off has to end, and is.
    fn quarantined(&self, core: &Core) -> bool {
        let Performer::Plugin(scope, _) = &self.performer else { return false };
        !self.operation.cancelling && core.app.quarantined(&core.app.digest_in_force(&scope.digest)).is_some()
    }

    /// One try.
    async fn attempt(&mut self, core: &Arc<Core>) -> Next {
        if self.quarantined(core) {
            return Next::Held;
        }
        if self.deadline.is_some_and(|deadline| deadline.plus(TIMEOUT_GRACE) <= core.now()) {
            return Next::End(Err(self.timed_out()));
        }
        if let Err(next) = self.bind(core).await {
            return next;
        }
        let place = tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Closing) => return Next::Stop,
            place = core.calls.acquire() => place,
        };
        let Ok(_place) = place else { return Next::Stop };
        if self.repeat == Repeat::Never && matches!(self.operation.state, OperationState::Ordered) {
            match self.write(core).await {
                Ok(()) => {}
                Err(next) => return next,
            }
        }
        self.operation.state = OperationState::Begun(Begun::default());
        core.counters.calls.one();
        let result = tokio::select! {
            biased;
            result = self.call(core) => result,
            () = core.tasks.reached(Phase::Cut) => return Next::Stop,
        };
        match result {
            Ok(Progress::Done(value)) => Next::End(Ok(value)),
            Ok(Progress::Failed(failure)) => Next::End(Err(failure)),
            Ok(Progress::Again(pause)) => self.pause(core, pause).await,
            Err(fault) => {
                core.counters.faults.one();
                if let Performer::Plugin(scope, _) = &self.performer {
                    let scope = Scope { digest: core.app.digest_in_force(&scope.digest), ..Scope::clone(scope) };
                    let _reason = quarantine::note(core, &scope, &fault.failure).await;
                }
                // One that must not be repeated ends, with its outcome unknown.
                if self.quarantined(core) && self.repeat != Repeat::Never {
                    self.repeated = true;
                    return Next::Held;
                }
                self.fault(core, fault.failure, fault.retryable)
            }
        }
    }

    async fn call(&self, core: &Core) -> Result<Progress, Fault> {
        match &self.performer {
            Performer::Plugin(scope, _) => {
                let scope = Scope { digest: core.app.digest_in_force(&scope.digest), ..Scope::clone(scope) };
                core.app.runtime().operate(&scope, self.plugin_call(&scope, core.now())).await
            }
            Performer::Host(_) if self.operation.cancelling => Ok(Progress::Failed(never_begun())),
            Performer::Host(execution) => {
                let request = &self.operation.request;
                let outcome = core.app.host_operation(execution, &request.kind, &request.input).await;
                Ok(outcome.map_or_else(Progress::Failed, Progress::Done))
            }
        }
    }

    /// Binds the account that the operation acts on, as it is now, if the run may act on it.
    async fn bind(&mut self, core: &Core) -> Result<(), Next> {
        let Performer::Plugin(scope, Some(wanted)) = &mut self.performer else { return Ok(()) };
        let refused = match core.app.store().executions().get(&self.operation.key.execution).await {
            Ok(Some(stored)) => core.app.bind_account((&stored.execution, wanted)).await,
            Ok(None) => return Err(Next::Stop),
            Err(error) => Err(AppError::from(error).into()),
        };
        match refused {
            Ok(account) => scope.account = Some(account),
            // Nobody has said no: it is asked again.
            Err(failure) if failure.class == FailureClass::Internal => return Err(Next::Wait(core.now().plus(1_000))),
            Err(failure) => return Err(Next::End(Err(failure))),
        }
        Ok(())
    }

    fn plugin_call(&self, scope: &Scope, now: Timestamp) -> OperationCall {
        let key = &self.operation.key;
        OperationCall {
            meta: Meta {
                application: self.operation.application.clone(),
                pipeline: String::new(),
                execution: key.execution.to_string(),
                stage: key.stage.to_string(),
                run: key.run,
                started: self.operation.ordered,
                now,
                trace_parent: None,
            },
            account: scope.account.as_ref().map(|account| account.view.clone()),
            kind: self.operation.request.kind.clone(),
            input: self.operation.request.input.clone(),
            idempotency_key: key.idempotency_key(),
            repeated: self.repeated,
            dry_run: false,
            checkpoint: self.begun.checkpoint.clone(),
            cancelling: self.operation.cancelling || self.is_late(now),
        }
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// It goes on later. A checkpoint that says something new is written first: nothing is begun from one that could be lost.
    async fn pause(&mut self, core: &Core, pause: Pause) -> Next {
        let now = core.now();
        let (mut after, mut subscriptions) = (None, Vec::new());
        for wake in pause.wakes {
            match wake {
                Wake::After(millis) => after = Some(after.unwrap_or(i64::MAX).min(i64::from(millis))),
                Wake::Changed(subscription) => subscriptions.push(subscription),
            }
        }
        let wait = after.unwrap_or(CHANGE_UNTOLD).max(self.operation.request.pace.unwrap_or(0));
        let checkpoint = (!pause.checkpoint.is_empty()).then_some(pause.checkpoint);
        let is_new = checkpoint != self.begun.checkpoint || subscriptions != self.begun.subscriptions;
        let due = now.plus(wait);
        self.begun = Begun { checkpoint, due: Some(due), subscriptions, faults: 0, progress: pause.progress };
        self.repeated = false;
        if is_new && let Err(next) = self.write(core).await {
            return next;
        }
        // Its time over, it is called for its clean-up; that over, too, it ends without another call.
        Next::Wait(match self.deadline {
            Some(deadline) if deadline > now => due.min(deadline),
            Some(deadline) => due.min(deadline.plus(TIMEOUT_GRACE)),
            None => due,
        })
    }

    /// Writes where it stands, as often as it takes.
    async fn write(&self, core: &Core) -> Result<(), Next> {
        loop {
            let checkpoint = Checkpoint { key: self.operation.key.clone(), begun: self.begun.clone() };
            match core.app.store().write(vec![Write::Checkpoint(checkpoint)]).await {
                Ok(()) => {
                    core.counters.checkpoints.one();
                    return Ok(());
                }
                Err(WriteError::Gone { .. } | WriteError::Closed) => return Err(Next::Stop),
                Err(error) => {
                    core.counters.store_errors.one();
                    tracing::warn!(%error, "a checkpoint could not be written; it is tried again");
                }
            }
            if !core.rest(1_000).await {
                return Err(Next::Stop);
            }
        }
    }

    /// A fault of the plugin: tried again on a fresh instance a few times, then a failure.
    fn fault(&mut self, core: &Core, failure: Failure, retryable: bool) -> Next {
        tracing::warn!(operation = %self.operation.key.idempotency_key(), code = %failure.code, "a call of an operation ended in a fault");
        self.repeated = true;
        let tried = usize::try_from(self.begun.faults).unwrap_or(usize::MAX);
        let Some(wait) = RETRY_AFTER.get(tried).filter(|_| retryable) else { return Next::End(Err(failure)) };
        self.begun.faults += 1;
        // One that must not be repeated ends at once instead: its outcome is not known.
        Next::Wait(if self.repeat == Repeat::Never { core.now() } else { core.now().plus(*wait) })
    }

    /// The outcome as it counts: whatever comes of a clean-up after the timeout, the operation has timed out, unless it was done after all.
    fn ended(&self, core: &Core, outcome: Outcome) -> Outcome {
        match outcome {
            Err(_) if self.is_late(core.now()) && !self.operation.cancelling => Err(self.timed_out()),
            other => other,
        }
    }

    fn timed_out(&self) -> Failure {
        let message = format!("`{}` was not done within its time.", self.operation.request.kind);
        Failure::new(FailureClass::TimedOut, code("operation.timeout"), message)
    }
}

/// What is found out before the first try.
enum Prerequisites {
    Host(Box<Execution>),
    Plugin(Box<(Scope, OperationOffer, Option<Wanted>)>),
    Missing,
}

async fn prerequisites(
    core: &Core,
    operation: &Operation,
    pinned: Option<Arc<Catalog>>,
) -> Result<Prerequisites, Trouble> {
    let is_host = operation.request.provider.as_deref() == Some(HOST);
    let pinned = match pinned {
        Some(pinned) if !is_host => pinned,
        _ => {
            let Some(stored) = core.app.store().executions().get(&operation.key.execution).await? else {
                return Ok(Prerequisites::Missing);
            };
            if is_host {
                return Ok(Prerequisites::Host(Box::new(stored.execution)));
            }
            core.app.catalogs().at(stored.execution.catalog).await?
        }
    };
    if let Some(installed) = pinned.plugins().values().find(|installed| installed.digest == operation.digest) {
        return Ok(found(core, operation, &pinned, &installed.manifest));
    }
    let manifest = core.app.store().plugins().manifest(&operation.digest).await?;
    Ok(manifest.map_or(Prerequisites::Missing, |manifest| found(core, operation, &pinned, &manifest)))
}

fn found(core: &Core, operation: &Operation, pinned: &Catalog, manifest: &Manifest) -> Prerequisites {
    let Some(offer) = manifest.operations.iter().find(|offer| offer.kind == operation.request.kind) else {
        return Prerequisites::Missing;
    };
    let provider = Provider::new(manifest, &operation.digest, pinned, &core.app.catalogs().current());
    let scope = provider.scope(Mode::Act, &operation.application, &operation.key);
    let OperationRequest { account, provider, kind: _, input, pace: _ } = &operation.request;
    let asked = Asked { provider: provider.as_deref(), account: account.as_deref(), input };
    let wanted = asked.account().map(|account| Wanted::new(account, manifest, &operation.principal, Mode::Act));
    Prerequisites::Plugin(Box::new((scope, offer.clone(), wanted)))
}
