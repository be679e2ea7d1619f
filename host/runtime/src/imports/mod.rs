//! What components import: one file for each interface of `host@1`, and WASI where it reaches nothing.

mod blobs;
mod http;
mod log;
mod sign;

use bindings::mainsheet::host;
use domain::plugin::PluginKind;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use crate::instance::CallState;

/// The linkers, made once: looking names up is the slow part of instantiating.
pub(crate) struct Linkers {
    deciding: Linker<CallState>,
    acting: Linker<CallState>,
}

impl Linkers {
    /// Links everything that is offered.
    ///
    /// # Errors
    /// A name is defined twice, which is a mistake of this crate.
    pub(crate) fn new(engine: &Engine) -> wasmtime::Result<Linkers> {
        let mut deciding = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut deciding)?;
        deciding.instance("mainsheet:types/common@1.0.0")?;
        host::log::add_to_linker::<_, HasSelf<_>>(&mut deciding, |state| state)?;
        let mut acting = deciding.clone();
        host::http::add_to_linker::<_, HasSelf<_>>(&mut acting, |state| state)?;
        host::blobs::add_to_linker::<_, HasSelf<_>>(&mut acting, |state| state)?;
        host::sign::add_to_linker::<_, HasSelf<_>>(&mut acting, |state| state)?;
        Ok(Linkers { deciding, acting })
    }

    /// The one for a kind of plugin. That a stage has nothing but its log is so because nothing else is linked.
    pub(crate) fn of(&self, kind: PluginKind) -> &Linker<CallState> {
        match kind {
            PluginKind::Stage => &self.deciding,
            PluginKind::Provider | PluginKind::Trigger => &self.acting,
        }
    }
}
