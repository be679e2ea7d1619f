//! Reads: performed before the commit, and waited for only so long. Their answers are stored with the next commit.

mod host;

use std::sync::{Arc, Mutex, PoisonError};

use app::accounts::Wanted;
use domain::execution::Execution;
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::plugin::call::{Mode, QueryCall, Scope};
use domain::stage::request::QueryRequest;
use domain::{Failure, FailureClass, code::code};
use runtime::Fault;
use rustc_hash::FxHashSet;
use scheduler::{Order, inputs};
use tokio::sync::oneshot;

use crate::actors::{News, Told};
use crate::core::Core;
use crate::drive::Worker;
use crate::orders::{Outcome, told};
use crate::perform::{self, Asked, HOST};
use crate::quarantine;
use crate::scope::Provider;
use crate::seat::Seat;
use crate::tasks::Phase;

/// Reads under way in this process.
#[derive(Default)]
pub(crate) struct UnderWay {
    keys: Mutex<FxHashSet<OperationKey>>,
}

impl UnderWay {
    fn keys(&self) -> std::sync::MutexGuard<'_, FxHashSet<OperationKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a read of that execution is under way.
    pub(crate) fn is_for(&self, execution: &ExecutionId) -> bool {
        self.keys().iter().any(|key| key.execution == *execution)
    }

    /// Reads of the seat that nobody performs: a process asked for them and ended before their answers were stored.
    pub(crate) fn lost(&self, seat: &Seat) -> Vec<Order> {
        let keys = self.keys();
        let is_lost = |order: &Order| match order {
            Order::Query { key, .. } | Order::Evaluate { key, .. } => !keys.contains(key),
            _ => false,
        };
        seat.open_reads().filter(is_lost).collect()
    }
}

/// A read of a provider, ready to be performed.
struct Read {
    key: OperationKey,
    scope: Scope,
    call: QueryCall,
    /// The account that it reads from, and for whom.
    through: Option<(Execution, Wanted)>,
}

/// Performs reads at once and together. What is not answered within the patience of a drive is left out: it answers later, as a fact.
pub(crate) async fn ask(
    core: &Arc<Core>,
    worker: &mut Worker,
    seat: &Seat,
    queries: Vec<(OperationKey, QueryRequest)>,
) -> Vec<(OperationKey, Outcome)> {
    let mut answers = Vec::with_capacity(queries.len());
    let mut waits = Vec::new();
    for (key, request) in queries {
        core.counters.reads.one();
        if request.provider.as_deref() == Some(HOST) {
            let outcome = host::answer(core, seat, &key.stage, &request).await;
            answers.push((key, outcome));
            continue;
        }
        match prepare(core, seat, key, request) {
            Ok(read) => {
                let (sender, receiver) = oneshot::channel();
                let key = read.key.clone();
                core.reads.keys().insert(key.clone());
                core.tasks.spawn(perform(core.clone(), read, sender));
                waits.push((key, receiver));
            }
            Err(refused) => answers.push((refused.0, Err(refused.1))),
        }
    }
    if !waits.is_empty() {
        worker.rest();
        wait(core, waits, &mut answers).await;
        worker.resume().await;
    }
    answers
}

async fn wait(
    core: &Core,
    waits: Vec<(OperationKey, oneshot::Receiver<Outcome>)>,
    answers: &mut Vec<(OperationKey, Outcome)>,
) {
    let mut patience = core.environment.sleep_until(core.now().plus(core.config.read_patience));
    let mut over = false;
    for (key, mut receiver) in waits {
        if !over {
            tokio::select! {
                biased;
                result = &mut receiver => {
                    answers.extend(result.ok().map(|outcome| (key, outcome)));
                    continue;
                }
                () = &mut patience => over = true,
            }
        }
        // Closing comes first: what was sent before is taken here, what comes later is told as a fact.
        receiver.close();
        match receiver.try_recv() {
            Ok(outcome) => answers.push((key, outcome)),
            Err(_) => core.counters.reads_slow.one(),
        }
    }
}

async fn perform(core: Arc<Core>, read: Read, sender: oneshot::Sender<Outcome>) {
    let Read { key, scope, call, through } = read;
    let outcome = tokio::select! {
        biased;
        result = query(&core, &scope, call, through) => match result {
            Ok(outcome) => outcome,
            Err(fault) => {
                core.counters.faults.one();
                if quarantine::note(&core, &scope, &fault.failure).await.is_some() {
                    // It is asked again, and held then.
                    core.reads.keys().remove(&key);
                    core.actors.tell(&key.execution, None, News::Due);
                    return;
                }
                Err(fault.failure)
            }
        },
        () = core.tasks.reached(Phase::Cut) => return,
    };
    if let Err(outcome) = sender.send(outcome) {
        let told = Told { fact: told(&key, outcome), ends: None };
        core.actors.tell(&key.execution, None, News::Told(told));
    }
    // Only now: whoever loads the execution in between finds the answer before it finds the read lost.
    core.reads.keys().remove(&key);
}

/// Asks the provider, with the account if the run may read from it.
async fn query(
    core: &Core,
    scope: &Scope,
    call: QueryCall,
    through: Option<(Execution, Wanted)>,
) -> Result<Outcome, Fault> {
    let Some((execution, wanted)) = through else { return core.app.runtime().query(scope, call).await };
    let account = match core.app.bind_account((&execution, &wanted)).await {
        Ok(account) => account,
        Err(refused) => return Ok(Err(refused)),
    };
    let call = QueryCall { account: Some(account.view.clone()), ..call };
    let scope = Scope { account: Some(account), ..scope.clone() };
    core.app.runtime().query(&scope, call).await
}

fn prepare(
    core: &Core,
    seat: &Seat,
    key: OperationKey,
    request: QueryRequest,
) -> Result<Read, Box<(OperationKey, Failure)>> {
    let QueryRequest { account, provider, kind, input, max_age } = request;
    let asked = Asked { provider: provider.as_deref(), account: account.as_deref(), input: &input };
    let installed = match perform::find_provider(&seat.catalog, &core.app.accounts_in_force(), asked) {
        Ok(installed) => installed,
        Err(failure) => return Err(Box::new((key, failure))),
    };
    if !installed.manifest.queries.iter().any(|offer| offer.kind == kind) {
        let name = installed.manifest.provider.as_deref().unwrap_or_default();
        let message = format!("Provider `{name}` has no query `{kind}`.");
        return Err(Box::new((key, Failure::new(FailureClass::NotFound, code("query.unknown"), message))));
    }
    let named = asked.account().map(str::to_owned);
    let manifest = &installed.manifest;
    let current = core.app.catalogs().current();
    let provider = Provider::of(installed, &seat.catalog, &current);
    let scope = provider.scope(Mode::Read, seat.view.execution.application.as_str(), &key);
    let scope = Scope { digest: core.app.digest_in_force(&scope.digest), ..scope };
    let now = core.now();
    let position = seat.view.position(&key.stage);
    let placed = position
        .map(|position| (inputs::meta(&seat.view, position, now, now), inputs::principal(&seat.view, position)));
    let Some((meta, principal)) = placed else {
        let message = "The stage that asked is gone.";
        return Err(Box::new((key, Failure::new(FailureClass::Internal, code("query.unknown"), message))));
    };
    let through =
        named.map(|account| (seat.view.execution.clone(), Wanted::new(&account, manifest, &principal, Mode::Read)));
    Ok(Read { key, scope, call: QueryCall { meta, account: None, kind, input, max_age }, through })
}
