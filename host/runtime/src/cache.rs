//! Compiled modules on disk. The loader trusts what it maps (of 191 copies with one flipped byte it took 179), so every file
//! has a sidecar with its digest, and every doubt is a miss: the component is compiled again, nothing fails.
//!
//! `<data>/modules/<engine key>/<component>.cwasm`, and `.json` beside it. A published file is never written to, only replaced.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::Digest;
use serde::{Deserialize, Serialize};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The folder of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// What a compiled module must be.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sidecar {
    sha256: String,
    size: u64,
}

impl Cache {
    /// The cache of the engine named `key` below the data folder.
    pub(crate) fn new(data: &Path, key: &str) -> Cache {
        Cache { folder: data.join("modules").join(key) }
    }

    /// The compiled module, mapped; absent if it is not there or there is any doubt about it.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(digest, "cwasm");
        match self.checked(digest, &path).and_then(|()| map(engine, &path)) {
            Ok(component) => Some(component),
            Err(Miss::Absent) => None,
            Err(Miss::Doubt(reason)) => {
                tracing::warn!(%digest, %reason, "a compiled module in the cache is not usable, compiling again");
                None
            }
        }
    }

    /// Publishes a compiled module: written aside, synced, moved into place, the folder synced.
    ///
    /// # Errors
    /// The disk's; the cache is as before, or without the sidecar, which is a miss.
    pub(crate) fn publish(&self, digest: &Digest, compiled: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let sidecar = Sidecar { sha256: Digest::of(compiled).to_string(), size: compiled.len() as u64 };
        self.replace(digest, "cwasm", compiled)?;
        self.replace(digest, "json", &serde_json::to_vec(&sidecar)?)?;
        File::open(&self.folder)?.sync_all()
    }

    fn path(&self, digest: &Digest, extension: &str) -> PathBuf {
        self.folder.join(digest.as_str()).with_extension(extension)
    }

    fn checked(&self, digest: &Digest, path: &Path) -> Result<(), Miss> {
        let sidecar = fs::read(self.path(digest, "json")).map_err(Miss::io)?;
        let sidecar: Sidecar = serde_json::from_slice(&sidecar).map_err(|error| Miss::Doubt(error.to_string()))?;
        let compiled = fs::read(path).map_err(Miss::io)?;
        let seen = Sidecar { sha256: Digest::of(&compiled).to_string(), size: compiled.len() as u64 };
        if seen == sidecar { Ok(()) } else { Err(Miss::Doubt("it is not what its sidecar says".to_owned())) }
    }

    fn replace(&self, digest: &Digest, extension: &str, bytes: &[u8]) -> io::Result<()> {
        static TURN: AtomicU64 = AtomicU64::new(0);
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let aside = self.folder.join(format!("{digest}.{}.{turn}.tmp", std::process::id()));
        let written = File::create_new(&aside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&aside, self.path(digest, extension)));
        if moved.is_err() {
            // What is left behind costs space only.
            let _ = fs::remove_file(&aside);
        }
        moved
    }
}

enum Miss {
    Absent,
    Doubt(String),
}

impl Miss {
    fn io(error: io::Error) -> Miss {
        if error.kind() == io::ErrorKind::NotFound { Miss::Absent } else { Miss::Doubt(error.to_string()) }
    }
}

#[expect(unsafe_code, reason = "the bytes were just checked to be those that our own compiler wrote for this engine")]
fn map(engine: &Engine, path: &Path) -> Result<Component, Miss> {
    unsafe { Component::deserialize_file(engine, path) }.map_err(|error| Miss::Doubt(format!("{error:#}")))
}

/// Loads compiled code that could not be cached.
///
/// # Errors
/// The engine's words.
#[expect(unsafe_code, reason = "the bytes come from our own compile worker over a pipe")]
pub(crate) fn load_unpublished(engine: &Engine, compiled: &[u8]) -> Result<Component, String> {
    unsafe { Component::deserialize(engine, compiled) }.map_err(|error| format!("{error:#}"))
}
