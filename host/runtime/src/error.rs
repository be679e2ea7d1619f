//! What can go wrong with a plugin: at the start of the server, at install, in a call.

use domain::code::{Code, code};
use domain::{Digest, Failure};
use thiserror::Error;

/// The runtime does not come up.
#[derive(Debug, Error)]
pub enum StartError {
    /// The engine refuses its settings on this machine.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// Threads are exhausted.
    #[error("the clock of the WebAssembly engine does not start: {0}")]
    Ticker(#[from] std::io::Error),
}

/// A call gave no answer: a fault of the plugin (or of the host), not of the work. Never a failure of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened; class `internal`, a code of [`FaultClass::code`], and in the details
    /// `{class, stack, logs, plugin, digest, wasmtime}`: names of functions, innermost first, and the last lines it wrote.
    pub failure: Failure,
    /// Whether another try on a fresh instance may help.
    pub retryable: bool,
    /// What kind of fault.
    pub class: FaultClass,
}

/// Kinds of faults; metrics count by them, quarantine judges by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultClass {
    /// It trapped: a panic, `unreachable`, an import refused what it was given.
    Trap,
    /// It computed longer than it may.
    Cpu,
    /// It took longer than it may, host waits included.
    Wall,
    /// It wanted more memory than it may have.
    Memory,
    /// Its call stack was exhausted.
    Stack,
    /// Its reply is not what the contract says.
    Malformed,
    /// The host failed inside of an import; does not count against the plugin.
    Host,
    /// It could not be loaded.
    Load,
}

impl FaultClass {
    /// All of them, in the order of their discriminants.
    pub const ALL: [FaultClass; 8] = [
        FaultClass::Trap,
        FaultClass::Cpu,
        FaultClass::Wall,
        FaultClass::Memory,
        FaultClass::Stack,
        FaultClass::Malformed,
        FaultClass::Host,
        FaultClass::Load,
    ];

    /// One word, for metrics and details.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FaultClass::Trap => "trap",
            FaultClass::Cpu => "cpu",
            FaultClass::Wall => "wall",
            FaultClass::Memory => "memory",
            FaultClass::Stack => "stack",
            FaultClass::Malformed => "malformed",
            FaultClass::Host => "host",
            FaultClass::Load => "load",
        }
    }

    /// The code of its failure.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            FaultClass::Trap => code("plugin.trap"),
            FaultClass::Cpu => code("plugin.cpu-exceeded"),
            FaultClass::Wall => code("plugin.time-exceeded"),
            FaultClass::Memory => code("plugin.memory-exceeded"),
            FaultClass::Stack => code("plugin.stack-exhausted"),
            FaultClass::Malformed => code("plugin.malformed-reply"),
            FaultClass::Host => code("plugin.host-fault"),
            FaultClass::Load => code("plugin.not-loadable"),
        }
    }

    /// Whether another try may help. An exhausted stack and a malformed reply come again.
    #[must_use]
    pub fn retryable(self) -> bool {
        match self {
            FaultClass::Trap
            | FaultClass::Cpu
            | FaultClass::Wall
            | FaultClass::Memory
            | FaultClass::Host
            | FaultClass::Load => true,
            FaultClass::Stack | FaultClass::Malformed => false,
        }
    }
}

/// Why a component is not installed. The text says what is wrong and what to do.
#[derive(Clone, Debug, Error)]
pub enum Refusal {
    /// Not WebAssembly, or a core module.
    #[error("this is not a WebAssembly component: {reason}; build it for the target wasm32-wasip2")]
    NotAComponent {
        /// What was seen.
        reason: String,
    },
    /// Larger than is looked at.
    #[error(
        "the component has {size} bytes, at most {most} are accepted; strip debug information, or move data out of it"
    )]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// Accepted bytes.
        most: usize,
    },
    /// A component, but none of ours.
    #[error("the component exports {exports}; a plugin exports exactly one of {wanted}")]
    NotAPlugin {
        /// What it exports.
        exports: String,
        /// What is wanted.
        wanted: String,
    },
    /// Another version of the contract.
    #[error("the plugin speaks {found}, this server speaks {wanted}: {remedy}")]
    WrongContract {
        /// What it speaks, as `mainsheet:stage@0.9.0`.
        found: String,
        /// What the server speaks.
        wanted: String,
        /// What to upgrade.
        remedy: &'static str,
    },
    /// An import that no plugin of this kind may have.
    #[error("a {kind} plugin may not import `{import}`; it may import {allowed} and what of WASI reaches nothing")]
    ForbiddenImport {
        /// What it imports.
        import: String,
        /// Its kind.
        kind: &'static str,
        /// What its kind may import.
        allowed: String,
    },
    /// An import of the host's that this server does not offer (yet).
    #[error(
        "the plugin imports `{import}`, which this server does not offer; upgrade the server, or build the plugin without it"
    )]
    NotOffered {
        /// What it imports.
        import: String,
    },
    /// An import or export that has another shape than the contract says.
    #[error("the plugin does not fit the contract: {reason}; rebuild it with the SDK of this server's version")]
    Mismatch {
        /// What does not fit.
        reason: String,
    },
    /// The manifest cannot be used.
    #[error("the manifest is wrong at `{pointer}`: {reason}")]
    BadManifest {
        /// JSON pointer into the manifest.
        pointer: String,
        /// What is wrong there.
        reason: String,
    },
    /// An offer without a schema.
    #[error(
        "the manifest has no JSON Schema at `{pointer}`: every stage, operation, query and trigger needs one, for people write its configuration by it"
    )]
    MissingSchema {
        /// Where it is missing.
        pointer: String,
    },
    /// The compiler refused it, or ran into its limits.
    #[error("the component does not compile: {reason}")]
    Compile {
        /// Why.
        reason: String,
    },
    /// `describe` gave no answer.
    #[error("the plugin does not describe itself: {}", .0.failure.message)]
    Describe(Box<Fault>),
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Refusal::NotAComponent { .. } => code("plugin.not-a-component"),
            Refusal::TooLarge { .. } => code("plugin.too-large"),
            Refusal::NotAPlugin { .. } => code("plugin.not-a-plugin"),
            Refusal::WrongContract { .. } => code("plugin.wrong-contract"),
            Refusal::ForbiddenImport { .. } => code("plugin.forbidden-import"),
            Refusal::NotOffered { .. } => code("plugin.not-offered"),
            Refusal::Mismatch { .. } => code("plugin.contract-mismatch"),
            Refusal::BadManifest { .. } => code("plugin.bad-manifest"),
            Refusal::MissingSchema { .. } => code("plugin.missing-schema"),
            Refusal::Compile { .. } => code("plugin.does-not-compile"),
            Refusal::Describe(_) => code("plugin.does-not-describe"),
        }
    }

    /// The sentence for people: one line, whatever a parser had to say, and with its full stop.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(first) = text.get(..1).map(str::to_uppercase) {
            text.replace_range(..1, &first);
        }
        if !text.ends_with(['.', ')', '?']) {
            text.push('.');
        }
        text
    }
}

/// Why a module could not be had.
#[derive(Clone, Debug, Error)]
pub(crate) enum LoadError {
    #[error("the component {0} is not stored")]
    NotStored(Digest),
    #[error("the stored component has another digest than {0}: the store is damaged")]
    Damaged(Digest),
    #[error("it does not compile: {0}")]
    Compile(String),
    #[error("it does not fit the engine: {0}")]
    Unfit(String),
}
