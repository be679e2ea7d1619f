//! What the runtime is told: where it caches, how much runs at once, what compiles.

use std::path::PathBuf;

/// Settings of the runtime. The defaults are those measured for two cores (reference plugins-and-wasm.md §4.5).
#[derive(Clone, Debug)]
pub struct Config {
    /// The server's data folder; compiled modules are cached in its folder `modules`.
    pub data: PathBuf,
    /// Calls that may be inside plugins at once; more wait. One component may hold three quarters of them.
    pub instances: u32,
    /// The program that compiles components, in a process of its own.
    pub worker: WorkerProgram,
    /// Largest component that is looked at, in bytes.
    pub component_size: usize,
    /// Bounds of one call, and how far a manifest may move them.
    pub limits: Bounds,
}

/// A program that does what [`crate::compile_worker_main`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerProgram {
    /// Path of the executable.
    pub program: PathBuf,
    /// What it is started with.
    pub arguments: Vec<String>,
}

/// Default and greatest value of each limit of a call.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of linear memory.
    pub memory: Bound,
    /// Milliseconds of computing.
    pub cpu: Bound,
    /// Milliseconds altogether, host waits included.
    pub wall: Bound,
    /// Bytes of stack. One size serves all calls, the greatest: a manifest that wants more is refused.
    pub stack: Bound,
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Where the manifest says nothing.
    pub default: u32,
    /// Where a manifest may go.
    pub greatest: u32,
}

impl Bound {
    const fn new(default: u32, greatest: u32) -> Bound {
        Bound { default, greatest }
    }

    /// What is in force for a wish.
    #[must_use]
    pub fn resolve(self, wanted: Option<u32>) -> u32 {
        wanted.unwrap_or(self.default).min(self.greatest)
    }
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            memory: Bound::new(64 << 20, 512 << 20),
            cpu: Bound::new(1_000, 10_000),
            wall: Bound::new(30_000, 300_000),
            stack: Bound::new(512 << 10, 512 << 10),
        }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("mainsheet-data"),
            instances: 256,
            worker: WorkerProgram::default(),
            component_size: 64 << 20,
            limits: Bounds::default(),
        }
    }
}

impl Default for WorkerProgram {
    /// This very program, called as `compile-worker`.
    fn default() -> WorkerProgram {
        WorkerProgram {
            program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mainsheet")),
            arguments: vec!["compile-worker".to_owned()],
        }
    }
}
