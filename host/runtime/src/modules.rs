//! Loaded modules: what of a component is ready to be instantiated, by digest.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::Digest;
use domain::plugin::PluginKind;
use rustc_hash::FxHashMap;
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower, TypedFunc,
};

use crate::contract;
use crate::imports::Linkers;
use crate::instance::CallState;
use crate::limits::InForce;

/// The functions of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Describe,
    Check,
    Step,
    Verify,
    Operate,
    Query,
    Receive,
    Poll,
    Next,
    Match,
}

impl Function {
    const ALL: [Function; 10] = [
        Function::Describe,
        Function::Check,
        Function::Step,
        Function::Verify,
        Function::Operate,
        Function::Query,
        Function::Receive,
        Function::Poll,
        Function::Next,
        Function::Match,
    ];

    /// Its name in the contract.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Function::Describe => "describe",
            Function::Check => "check",
            Function::Step => "step",
            Function::Verify => "verify",
            Function::Operate => "operate",
            Function::Query => "query",
            Function::Receive => "receive",
            Function::Poll => "poll",
            Function::Next => "next",
            Function::Match => "match",
        }
    }
}

/// A component that is linked: instantiating it looks nothing up.
pub(crate) struct Module {
    pub(crate) kind: PluginKind,
    pub(crate) limits: InForce,
    /// Permits of this component alone.
    pub(crate) share: Semaphore,
    pre: InstancePre<CallState>,
    functions: [Option<ComponentExportIndex>; Function::ALL.len()],
}

/// The component does not have what the contract says.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unfit(pub(crate) String);

impl Module {
    /// Links a component.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn link(
        linkers: &Linkers,
        component: &Component,
        limits: InForce,
        share: usize,
    ) -> Result<Module, Unfit> {
        let kinds = [PluginKind::Stage, PluginKind::Provider, PluginKind::Trigger];
        let exported = kinds.into_iter().find_map(|kind| {
            let interface = component.get_export_index(None, contract::interface(kind).as_str())?;
            Some((kind, interface))
        });
        let (kind, interface) = exported.ok_or_else(|| Unfit("it exports no interface of a plugin".to_owned()))?;
        let pre = linkers.of(kind).instantiate_pre(component).map_err(|error| Unfit(format!("{error:#}")))?;
        let functions = Function::ALL.map(|function| component.get_export_index(Some(&interface), function.name()));
        Ok(Module { kind, limits, share: Semaphore::new(share), pre, functions })
    }

    /// The same with other limits; the module is not shared yet.
    pub(crate) fn limited(self, limits: InForce) -> Module {
        Module { limits, ..self }
    }

    /// A fresh instance.
    ///
    /// # Errors
    /// The engine's.
    pub(crate) async fn instantiate(&self, store: &mut Store<CallState>) -> wasmtime::Result<Instance> {
        self.pre.instantiate_async(store).await
    }

    /// One of its functions.
    ///
    /// # Errors
    /// [`Unfit`]: it is not there, or has another type.
    pub(crate) fn function<P, R>(
        &self,
        function: Function,
        store: &mut Store<CallState>,
        instance: Instance,
    ) -> wasmtime::Result<TypedFunc<P, R>>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let name = function.name();
        let index = self.functions.get(function as usize).and_then(Option::as_ref).ok_or_else(|| {
            Unfit(format!("a {} plugin exports no `{name}`, or this one does not", contract::kind_name(self.kind)))
        })?;
        let found = instance.get_typed_func(store, index);
        found.map_err(|error| Unfit(format!("its `{name}` has another type: {error:#}")).into())
    }
}

/// All modules of the process.
#[derive(Default)]
pub(crate) struct Modules {
    slots: ArcSwap<FxHashMap<Digest, Slot>>,
}

/// A place that is filled once, however many want it at the same time.
pub(crate) type Slot = Arc<OnceCell<Arc<Module>>>;

impl Modules {
    /// The module, if it is loaded.
    pub(crate) fn find(&self, digest: &Digest) -> Option<Arc<Module>> {
        self.slots.load().get(digest)?.get().cloned()
    }

    /// Where the module is, or will be.
    pub(crate) fn slot(&self, digest: &Digest) -> Slot {
        if let Some(slot) = self.slots.load().get(digest) {
            return Arc::clone(slot);
        }
        self.slots.rcu(|slots| {
            let mut slots = FxHashMap::clone(slots);
            slots.entry(digest.clone()).or_default();
            slots
        });
        self.slots.load().get(digest).map(Arc::clone).unwrap_or_default()
    }

    /// Forgets all others; calls inside of them end undisturbed.
    pub(crate) fn keep(&self, digests: &HashSet<Digest>) {
        self.slots.rcu(|slots| {
            let kept = slots.iter().filter(|(digest, _)| digests.contains(*digest));
            kept.map(|(digest, slot)| (digest.clone(), Arc::clone(slot))).collect::<FxHashMap<_, _>>()
        });
    }

    /// How many are loaded.
    pub(crate) fn loaded(&self) -> usize {
        self.slots.load().values().filter(|slot| slot.initialized()).count()
    }
}
