//! What all clones of a runtime share, and how modules get into it.

use std::sync::Arc;

use domain::Digest;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, Limits};
use serde::Deserialize;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache::{self, Cache};
use crate::call;
use crate::compile::Compiler;
use crate::config::Config;
use crate::engine;
use crate::error::{LoadError, StartError};
use crate::imports::Linkers;
use crate::instance::{Acting, CallState, Senses};
use crate::lent::{Components, Lent};
use crate::limits::InForce;
use crate::modules::{Function, Module, Modules};
use crate::output::{Origin, Output};
use crate::report::Trouble;
use crate::stats::{self, Counters};
use crate::ticker::Ticker;

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) lent: Lent,
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
    pub(crate) modules: Modules,
    pub(crate) permits: Semaphore,
    pub(crate) counters: Counters,
    components: Arc<dyn Components>,
    linkers: Linkers,
    cache: Cache,
    compiler: Compiler,
}

impl Inner {
    pub(crate) fn new(config: Config, lent: Lent, components: Arc<dyn Components>) -> Result<Inner, StartError> {
        let instances = config.instances.max(1);
        let engine = engine::running(instances, config.limits.stack.greatest as usize)?;
        let linkers = Linkers::new(&engine).map_err(|error| StartError::Engine(error.to_string()))?;
        Ok(Inner {
            ticker: Ticker::start(&engine)?,
            cache: Cache::new(&config.data, &engine::key(&engine)),
            compiler: Compiler::new(config.worker.clone()),
            permits: Semaphore::new(instances as usize),
            modules: Modules::default(),
            counters: Counters::default(),
            components,
            linkers,
            engine,
            lent,
            config,
        })
    }

    /// The module of a component, loaded now if it is not yet.
    ///
    /// # Errors
    /// It cannot be had.
    pub(crate) async fn module(&self, digest: &Digest) -> Result<Arc<Module>, LoadError> {
        if let Some(module) = self.modules.find(digest) {
            return Ok(module);
        }
        self.modules.slot(digest).get_or_try_init(|| self.load(digest)).await.cloned()
    }

    /// From the cache, else from the store's bytes.
    async fn load(&self, digest: &Digest) -> Result<Arc<Module>, LoadError> {
        let component = match self.cached(digest).await {
            Some(component) => component,
            None => {
                let bytes = self.components.component(digest).await;
                let bytes = bytes.ok_or_else(|| LoadError::NotStored(digest.clone()))?;
                if Digest::of(&bytes) != *digest {
                    return Err(LoadError::Damaged(digest.clone()));
                }
                self.compile(digest, &bytes).await?
            }
        };
        let module = self.link(&component).map_err(LoadError::Unfit)?;
        let limits = self.wanted_limits(digest, &module).await;
        Ok(Arc::new(module.limited(InForce::resolve(&limits, &self.config.limits))))
    }

    /// Links a component, under default limits.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn link(&self, component: &Component) -> Result<Module, String> {
        let limits = InForce::resolve(&Limits::default(), &self.config.limits);
        let share = (self.config.instances as usize * 3).div_ceil(4).max(1);
        Module::link(&self.linkers, component, limits, share).map_err(|unfit| unfit.0)
    }

    /// The component from the cache, mapped.
    pub(crate) async fn cached(&self, digest: &Digest) -> Option<Component> {
        let (cache, engine, digest) = (self.cache.clone(), self.engine.clone(), digest.clone());
        let loaded = tokio::task::spawn_blocking(move || cache.load(&engine, &digest)).await.ok().flatten();
        let counter = if loaded.is_some() { &self.counters.cache_hits } else { &self.counters.cache_misses };
        stats::add(counter);
        loaded
    }

    /// Compiles a component and puts it into the cache; a disk that refuses it costs the next start a compilation.
    ///
    /// # Errors
    /// The compiler's.
    pub(crate) async fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<Component, LoadError> {
        stats::add(&self.counters.compiles);
        let compiled = self.compiler.compile(bytes).await.map_err(LoadError::Compile)?;
        let (cache, engine, digest) = (self.cache.clone(), self.engine.clone(), digest.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            if let Err(error) = cache.publish(&digest, &compiled) {
                tracing::warn!(%digest, %error, "a compiled module cannot be cached");
            }
            let cached = cache.load(&engine, &digest);
            cached.map_or_else(|| cache::load_unpublished(&engine, &compiled), Ok)
        });
        loaded.await.map_err(|error| LoadError::Unfit(error.to_string()))?.map_err(LoadError::Unfit)
    }

    /// What a component says of itself, in a store that denies everything.
    ///
    /// # Errors
    /// Whatever ended the call.
    pub(crate) async fn describe(
        &self,
        digest: &Digest,
        module: &Module,
        output: &Arc<Output>,
    ) -> Result<String, Trouble> {
        let state = self.denying(digest, module, output);
        call::call::<(), (String,)>(self, module, state, Function::Describe, ()).await.map(|(text,)| text)
    }

    /// A store's content that denies everything.
    pub(crate) fn denying(&self, digest: &Digest, module: &Module, output: &Arc<Output>) -> CallState {
        let acting = Acting::new(&nobody(digest), None, Vec::new());
        CallState::new(&Senses::none(), module.limits, Arc::clone(output), Some(acting))
    }

    /// The limits of the manifest, which was checked at install; only they are wanted of it here.
    async fn wanted_limits(&self, digest: &Digest, module: &Module) -> Limits {
        #[derive(Deserialize)]
        struct Wanted {
            #[serde(default)]
            limits: Limits,
        }
        let described = self.describe(digest, module, &Arc::new(silent(digest))).await;
        let text = described.unwrap_or_else(|trouble| {
            tracing::warn!(%digest, ?trouble, "a plugin does not describe itself any more, it gets default limits");
            String::new()
        });
        serde_json::from_str::<Wanted>(&text).map(|wanted| wanted.limits).unwrap_or_default()
    }
}

/// The scope of a component that describes itself.
pub(crate) fn nobody(digest: &Digest) -> Scope {
    Scope {
        plugin: digest.as_str().get(..12).unwrap_or_default().into(),
        digest: digest.clone(),
        grants: Grants::default(),
        mode: Mode::Read,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
        account: None,
    }
}

/// Output of a component that describes itself.
pub(crate) fn silent(digest: &Digest) -> Output {
    let scope = nobody(digest);
    Output::new(Origin { plugin: scope.plugin, digest: scope.digest, execution: String::new(), stage: String::new() })
}
