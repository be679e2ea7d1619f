//! `sign`: keys as handles. A handle is a place in the call's own list; what it stands for stays with the host.

use std::sync::Arc;

use bindings::mainsheet::host::sign::{Host, HostKey, Key as Handle};
use bindings::mainsheet::types::common::Failure as WitFailure;
use wasmtime::component::Resource;

use crate::convert;
use crate::instance::{Acting, CallState};
use crate::lent::Key;

/// Keys that one call holds at once.
const KEYS: usize = 64;

impl Acting {
    fn keep(&mut self, key: Arc<dyn Key>) -> wasmtime::Result<Resource<Handle>> {
        let free = self.keys.iter().position(Option::is_none).unwrap_or(self.keys.len());
        if free >= KEYS {
            return Err(wasmtime::format_err!("a call holds at most {KEYS} keys at once"));
        }
        if free == self.keys.len() {
            self.keys.push(None);
        }
        if let Some(place) = self.keys.get_mut(free) {
            *place = Some(key);
        }
        Ok(Resource::new_own(u32::try_from(free)?))
    }

    fn key(&self, handle: &Resource<Handle>) -> wasmtime::Result<&Arc<dyn Key>> {
        let place = usize::try_from(handle.rep())?;
        let key = self.keys.get(place).and_then(Option::as_ref);
        key.ok_or_else(|| wasmtime::format_err!("this key was closed"))
    }
}

fn words(reason: String) -> wasmtime::Error {
    wasmtime::Error::msg(reason)
}

impl HostKey for CallState {
    async fn derive(
        &mut self,
        key: Resource<Handle>,
        algorithm: String,
        data: Vec<u8>,
    ) -> wasmtime::Result<Resource<Handle>> {
        let acting = self.acting()?;
        let derived = acting.key(&key)?.derive(&algorithm, &data).map_err(words)?;
        acting.keep(derived)
    }

    async fn mac(&mut self, key: Resource<Handle>, algorithm: String, data: Vec<u8>) -> wasmtime::Result<Vec<u8>> {
        self.acting()?.key(&key)?.mac(&algorithm, &data).map_err(words)
    }

    async fn verify(
        &mut self,
        key: Resource<Handle>,
        algorithm: String,
        data: Vec<u8>,
        mac: Vec<u8>,
    ) -> wasmtime::Result<bool> {
        self.acting()?.key(&key)?.verify(&algorithm, &data, &mac).map_err(words)
    }

    async fn sign(&mut self, key: Resource<Handle>, algorithm: String, data: Vec<u8>) -> wasmtime::Result<Vec<u8>> {
        self.acting()?.key(&key)?.sign(&algorithm, &data).map_err(words)
    }

    async fn drop(&mut self, key: Resource<Handle>) -> wasmtime::Result<()> {
        let place = usize::try_from(key.rep())?;
        if let Some(kept) = self.acting()?.keys.get_mut(place) {
            *kept = None;
        }
        Ok(())
    }
}

impl Host for CallState {
    async fn open(
        &mut self,
        secret: String,
        prefix: Vec<u8>,
    ) -> wasmtime::Result<Result<Resource<Handle>, WitFailure>> {
        let acting = self.acting()?;
        let lent = match acting.lent() {
            Ok(lent) => lent.clone(),
            Err(denied) => return Ok(Err(convert::failure::to_wit(denied))),
        };
        let opened = lent.sign.open(&acting.scope, &secret, &prefix).await;
        self.allowance.waited();
        match opened {
            Ok(key) => Ok(Ok(self.acting()?.keep(key)?)),
            Err(failure) => Ok(Err(convert::failure::to_wit(failure))),
        }
    }
}
