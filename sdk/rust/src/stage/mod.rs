//! Stage plugins: what a stage is told, what it may answer, and how its crate declares itself.
//!
//! ```
//! use mainsheet_sdk::prelude::*;
//!
//! #[config]
//! struct Greet {
//!     /// Whom to greet
//!     name: String,
//! }
//!
//! async fn greet(config: Greet, flow: Flow) -> Finish {
//!     flow.phase("greet");
//!     flow.output("greeting", format!("Hello, {}", config.name));
//!     Finish::succeeded()
//! }
//!
//! pub fn plugin() -> StagePlugin {
//!     StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(Stage::new("greet", greet).label("Greet", "问候"))
//! }
//! mainsheet_sdk::export_stages!(plugin);
//! ```

mod convert;
mod demand;
mod turn;
mod verdict;

use std::future::Future;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use demand::{
    ChildExecution, ChildGraph, ChildStage, Demand, Due, Expression, Notice, Operation, Placement, Query, Question,
    Request,
};
pub use turn::{Answer, Cancel, Cause, Turn};
pub use verdict::{Finish, Patch, Status, Verdict, Waiting};

use crate::config::{self, Config, has_expressions};
use crate::flow::{Flow, drive};
use crate::manifest::{Header, Text, header_methods};
use crate::{Failure, FailureClass, code};

/// One complaint about a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// JSON pointer into the configuration; empty is the whole of it.
    pub pointer: String,
    /// Stable code with a page in `docs/errors/`.
    pub code: String,
    /// One sentence: what is wrong and what would be right.
    pub message: String,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let place = if problem.pointer.is_empty() { "configuration" } else { &problem.pointer };
        Self::new(FailureClass::InvalidInput, problem.code, format!("{place}: {}", problem.message))
            .with_details(json!({ "pointer": problem.pointer }))
    }
}

type Step = Box<dyn Fn(Turn) -> Verdict>;
type Check = Box<dyn Fn(Value) -> Vec<Problem>>;

/// One stage type.
pub struct Stage {
    kind: &'static str,
    aliases: &'static [&'static str],
    provider: Option<&'static str>,
    label: Text,
    help: Text,
    reads: &'static [&'static str],
    timeout: Option<u64>,
    skippable: bool,
    drop: &'static [&'static str],
    reread: &'static [&'static str],
    schema: fn() -> Value,
    step: Step,
    check: Check,
}

impl Stage {
    /// A stage type that is one async function of its configuration and a [`Flow`]. A configuration that cannot be read fails the stage.
    pub fn new<C, Run, Work>(kind: &'static str, run: Run) -> Self
    where
        C: Config,
        Run: Fn(C, Flow) -> Work + 'static,
        Work: Future,
        Work::Output: Into<Finish>,
    {
        Self::stepped::<C>(kind, move |config, turn| drive(turn, |flow| run(config, flow)))
    }

    /// A stage type that is a plain function from its turn to a verdict.
    pub fn stepped<C: Config>(kind: &'static str, step: impl Fn(C, Turn) -> Verdict + 'static) -> Self {
        let step = move |turn: Turn| match config::read(turn.config.clone()) {
            Ok(config) => step(config, turn),
            Err(problem) => Verdict::Finished(Finish::failed(problem.into()), Patch::default()),
        };
        Self {
            kind,
            aliases: &[],
            provider: None,
            label: Text::new(kind, kind),
            help: Text::default(),
            reads: &[],
            timeout: None,
            skippable: false,
            drop: &[],
            reread: &[],
            schema: config::schema::<C>,
            step: Box::new(step),
            check: Box::new(|config| unreadable::<C>(config).err().into_iter().collect()),
        }
    }

    /// What the schema cannot say about a configuration. Not asked while expressions hide the final values.
    #[must_use]
    pub fn check<C: Config>(mut self, check: impl Fn(C) -> Vec<Problem> + 'static) -> Self {
        self.check = Box::new(move |config| match unreadable::<C>(config) {
            Ok(Some(config)) => check(config),
            Ok(None) => Vec::new(),
            Err(problem) => vec![problem],
        });
        self
    }

    /// Name people see, in English and Chinese.
    #[must_use]
    pub fn label(mut self, en: &'static str, zh: &'static str) -> Self {
        self.label = Text::new(en, zh);
        self
    }

    /// A sentence on what it is for, in English and Chinese.
    #[must_use]
    pub fn help(mut self, en: &'static str, zh: &'static str) -> Self {
        self.help = Text::new(en, zh);
        self
    }

    /// Other keys under which documents name this type.
    #[must_use]
    pub fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The cloud provider whose variant of the type this is; without it, any.
    #[must_use]
    pub fn provider(mut self, provider: &'static str) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Context keys that [`Flow::given`] shall know.
    #[must_use]
    pub fn reads(mut self, keys: &'static [&'static str]) -> Self {
        self.reads = keys;
        self
    }

    /// Default timeout of the stage in milliseconds; without it, none.
    #[must_use]
    pub fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(millis);
        self
    }

    /// A person may skip it while it runs.
    #[must_use]
    pub fn skippable(mut self) -> Self {
        self.skippable = true;
        self
    }

    /// What a restart drops from the context, and which configuration it reads afresh from the stored pipeline.
    #[must_use]
    pub fn restart(mut self, drop: &'static [&'static str], reread: &'static [&'static str]) -> Self {
        (self.drop, self.reread) = (drop, reread);
        self
    }

    fn manifest(&self) -> Value {
        json!({
            "type": self.kind, "aliases": self.aliases, "provider": self.provider,
            "label": self.label.json(), "help": self.help.json(), "schema": (self.schema)(),
            "reads": self.reads, "timeout": self.timeout, "skippable": self.skippable,
            "restart": { "drop": self.drop, "reread": self.reread },
        })
    }
}

/// The configuration, nothing if expressions still hide it, or the problem.
fn unreadable<C: Config>(value: Value) -> Result<Option<C>, Problem> {
    let hidden = has_expressions(&value);
    match config::read(value) {
        Ok(config) => Ok((!hidden).then_some(config)),
        Err(_) if hidden => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// A plugin of kind `stage`: one or more stage types that belong together.
pub struct StagePlugin {
    header: Header,
    stages: Vec<Stage>,
}

impl StagePlugin {
    /// A plugin without stage types. `id` is its unique name, `[a-z0-9-]+`; the package's name by custom, `stage-<name>`.
    #[must_use]
    pub fn new(id: &'static str, version: &'static str) -> Self {
        Self { header: Header::new(id, version), stages: Vec::new() }
    }

    header_methods!();

    /// Adds a stage type.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// The manifest.
    #[must_use]
    pub fn describe(&self) -> Value {
        let stages: Vec<Value> = self.stages.iter().map(Stage::manifest).collect();
        let mut header = self.header.clone();
        if let ([only], true) = (self.stages.as_slice(), header.label.en == header.id) {
            (header.label, header.help) = (only.label, only.help);
        }
        header.manifest("stage", json!({ "stages": stages }))
    }

    /// What is wrong with a configuration as stored.
    #[must_use]
    pub fn check(&self, kind: &str, config: Value) -> Vec<Problem> {
        self.find(kind).map(|stage| (stage.check)(config)).unwrap_or_default()
    }

    /// The next verdict. A type that the plugin does not have fails the stage.
    #[must_use]
    pub fn step(&self, turn: Turn) -> Verdict {
        match self.find(&turn.stage_type) {
            Some(stage) => (stage.step)(turn),
            None => {
                let message = format!("Plugin {} has no stage type {:?}.", self.header.id, turn.stage_type);
                let failure = Failure::new(FailureClass::Internal, code("stage.unknown-type"), message);
                Verdict::Finished(Finish::failed(failure), Patch::default())
            }
        }
    }

    /// Keys of its stage types.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.stages.iter().map(|stage| stage.kind).collect()
    }

    fn find(&self, kind: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.kind == kind || stage.aliases.contains(&kind))
    }
}

/// An object as a map; anything else is empty. For building requests with `json!`.
#[must_use]
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Exports a function `fn() -> StagePlugin` as the component of this crate. Nothing on other targets, so the crate also links natively.
#[macro_export]
macro_rules! export_stages {
    ($plugin:path) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::stage::exports::mainsheet::stage::stage as contract;
            struct Component;
            impl contract::Guest for Component {
                fn describe() -> String {
                    $plugin().describe().to_string()
                }
                fn check(stage_type: String, config: String) -> Vec<contract::Problem> {
                    $crate::stage::check_text(&$plugin(), &stage_type, config)
                }
                fn step(turn: contract::Turn) -> contract::Verdict {
                    $plugin().step(turn.into()).into()
                }
            }
    $crate::bindings::stage::export_stage!(Component with_types_in $crate::bindings::stage);
        };
    };
}

/// `check` in the contract's types; for [`export_stages!`].
#[doc(hidden)]
#[must_use]
pub fn check_text(
    plugin: &StagePlugin,
    kind: &str,
    config: String,
) -> Vec<crate::bindings::stage::exports::mainsheet::stage::stage::Problem> {
    let problems = plugin.check(kind, crate::json::read(config));
    let contract = |problem: Problem| crate::bindings::stage::exports::mainsheet::stage::stage::Problem {
        pointer: problem.pointer,
        code: problem.code,
        message: problem.message,
    };
    problems.into_iter().map(contract).collect()
}
