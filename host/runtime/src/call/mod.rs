//! Calls: a permit, a fresh store and instance, one function, within all limits; and what its reply is made of.

mod provider;
mod stage;
mod trigger;

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use domain::plugin::PluginKind;
use domain::plugin::call::Scope;
use tokio::sync::SemaphorePermit;
use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower};

use crate::Runtime;
use crate::convert::reply::{Malformed, Reply};
use crate::error::Fault;
use crate::inner::Inner;
use crate::instance::{Acting, CallState, Given, Senses};
use crate::modules::{Function, Module};
use crate::output::{Origin, Output};
use crate::report::{self, Trouble};
use crate::stats;

/// What is particular to a call.
struct Visit<'c> {
    scope: &'c Scope,
    /// Stage id, for the log.
    stage: &'c str,
    senses: Senses,
    /// What the host gives it, for those that act; absent for those that decide.
    given: Option<Vec<Given>>,
}

impl Runtime {
    /// Calls one function of a plugin and reads its reply.
    async fn enter<P, R, O>(
        &self,
        visit: Visit<'_>,
        function: Function,
        params: P,
        read: impl FnOnce(&mut Reply, R) -> Result<O, Malformed>,
    ) -> Result<O, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let Visit { scope, stage, senses, given } = visit;
        let inner = &*self.inner;
        stats::add(&inner.counters.calls);
        let output = Arc::new(Output::new(Origin {
            plugin: scope.plugin.clone(),
            digest: scope.digest.clone(),
            execution: scope.execution.clone(),
            stage: stage.to_owned(),
        }));
        let attempt = async {
            let module = inner.module(&scope.digest).await.map_err(Trouble::Load)?;
            let _permits = inner.permits(&module).await;
            let acting = given.map(|given| Acting::new(scope, Some(inner.lent.clone()), given));
            let state = CallState::new(&senses, module.limits, Arc::clone(&output), acting);
            let (reply,) = call::<P, (R,)>(inner, &module, state, function, params).await?;
            read(&mut Reply::new(), reply).map_err(Trouble::Malformed)
        };
        attempt.await.map_err(|trouble| {
            let fault = report::fault(&trouble, function, scope, &output);
            inner.counters.fault(fault.class);
            fault
        })
    }
}

impl Inner {
    /// Waits for the component's own permit first, so that one plugin's queue does not stand in the way of others.
    async fn permits<'p>(&'p self, module: &'p Module) -> (Option<SemaphorePermit<'p>>, Option<SemaphorePermit<'p>>) {
        if let Ok(own) = module.share.try_acquire()
            && let Ok(any) = self.permits.try_acquire()
        {
            return (Some(own), Some(any));
        }
        let _waiting = self.counters.wait();
        // Neither is ever closed.
        (module.share.acquire().await.ok(), self.permits.acquire().await.ok())
    }
}

/// One call in a store of its own.
///
/// # Errors
/// Whatever ended it.
pub(crate) async fn call<P, R>(
    inner: &Inner,
    module: &Module,
    state: CallState,
    function: Function,
    params: P,
) -> Result<R, Trouble>
where
    P: ComponentNamedList + Lower + Send + Sync,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let mut store = state.into_store(&inner.engine);
    within(inner, module.limits.wall, async {
        let instance = module.instantiate(&mut store).await?;
        let function = module.function::<P, R>(function, &mut store, instance)?;
        function.call_async(&mut store, params).await
    })
    .await
}

/// Instantiates a module and compares the types of all its functions with the contract.
///
/// # Errors
/// What does not fit, or whatever ended it.
pub(crate) async fn probe(inner: &Inner, module: &Module, state: CallState) -> Result<(), Trouble> {
    let mut store = state.into_store(&inner.engine);
    within(inner, module.limits.wall, async {
        let instance = module.instantiate(&mut store).await?;
        match module.kind {
            PluginKind::Stage => stage::typecheck(module, &mut store, instance),
            PluginKind::Provider => provider::typecheck(module, &mut store, instance),
            PluginKind::Trigger => trigger::typecheck(module, &mut store, instance),
        }
    })
    .await
}

/// Runs inside a plugin: the clock ticks, the wall is watched, a panic of the host's stays here.
async fn within<T>(inner: &Inner, wall: u32, work: impl Future<Output = wasmtime::Result<T>>) -> Result<T, Trouble> {
    let _running = inner.ticker.run();
    let mut work = pin!(work);
    let caught = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(result.map_err(Trouble::Engine)),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            Poll::Ready(Err(Trouble::Panic(text)))
        }
    });
    match tokio::time::timeout(Duration::from_millis(u64::from(wall)), caught).await {
        Ok(result) => result,
        Err(_) => Err(Trouble::Wall(wall)),
    }
}

/// Whether one function has the contract's type.
fn typed<P, R>(
    module: &Module,
    function: Function,
    store: &mut Store<CallState>,
    instance: Instance,
) -> wasmtime::Result<()>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    module.function::<P, R>(function, store, instance).map(|_| ())
}
