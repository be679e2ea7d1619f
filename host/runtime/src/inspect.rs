//! What an install wants to know: read, compiled, asked; nothing of it is trusted before.

use std::sync::Arc;
use std::time::Instant;

use domain::Digest;
use domain::plugin::Manifest;

use crate::error::{LoadError, Refusal};
use crate::inner::{self, Inner};
use crate::limits::InForce;
use crate::modules::{Function, Module, Unfit};
use crate::output::Output;
use crate::report::{self, Trouble};
use crate::{call, contract, manifest};

/// What a component turned out to be.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// Its digest.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The contract it speaks, as `mainsheet:stage@1.0.0`.
    pub contract: String,
    /// What it imports.
    pub imports: Vec<String>,
    /// Its bytes.
    pub size: usize,
    /// Milliseconds that compiling took; 0 if it was in the cache.
    pub compiled_in_ms: u64,
}

impl Inner {
    pub(crate) async fn inspect(&self, bytes: &[u8]) -> Result<Inspected, Refusal> {
        let most = self.config.component_size;
        if bytes.len() > most {
            return Err(Refusal::TooLarge { size: bytes.len(), most });
        }
        let spoken = contract::read(bytes)?;
        let digest = Digest::of(bytes);
        let (component, compiled_in_ms) = match self.cached(&digest).await {
            Some(component) => (component, 0),
            None => self.timed_compile(&digest, bytes).await?,
        };
        let module = self.link(&component).map_err(|reason| Refusal::Mismatch { reason })?;
        let output = Arc::new(inner::silent(&digest));
        let refuse = |trouble: Trouble| refusal(&trouble, &digest, &output);
        call::probe(self, &module, self.denying(&digest, &module, &output)).await.map_err(refuse)?;
        let text = self.describe(&digest, &module, &output).await.map_err(refuse)?;
        let manifest = manifest::parse(&text, spoken.kind, &self.config.limits)?;
        self.keep(&digest, module, &manifest);
        let contract::Contract { kind: _, name: contract, imports } = spoken;
        Ok(Inspected { digest, manifest, contract, imports, size: bytes.len(), compiled_in_ms })
    }

    #[expect(clippy::disallowed_methods, reason = "how long compiling took is shown to people and decides nothing")]
    async fn timed_compile(
        &self,
        digest: &Digest,
        bytes: &[u8],
    ) -> Result<(wasmtime::component::Component, u64), Refusal> {
        let begun = Instant::now();
        let component = self.compile(digest, bytes).await.map_err(|error| match error {
            LoadError::Compile(reason) => Refusal::Compile { reason },
            other => Refusal::Mismatch { reason: other.to_string() },
        })?;
        Ok((component, u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)))
    }

    /// Its first call need not load it again.
    fn keep(&self, digest: &Digest, module: Module, manifest: &Manifest) {
        let limits = InForce::resolve(&manifest.limits, &self.config.limits);
        // Somebody else may have loaded it meanwhile.
        let _ = self.modules.slot(digest).set(Arc::new(module.limited(limits)));
    }
}

fn refusal(trouble: &Trouble, digest: &Digest, output: &Output) -> Refusal {
    if let Trouble::Engine(error) = trouble
        && let Some(Unfit(reason)) = error.downcast_ref::<Unfit>()
    {
        return Refusal::Mismatch { reason: reason.clone() };
    }
    Refusal::Describe(Box::new(report::fault(trouble, Function::Describe, &inner::nobody(digest), output)))
}
