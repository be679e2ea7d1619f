//! `mainsheet plugin enable`, `disable`, `rollback`, `remove`: a new revision of the catalogue each.

use clap::Args;
use ureq::http::Method;

use super::super::Context;
use super::super::client::{Content, route};
use super::super::error::{CliError, Exit};
use super::super::output;

/// Let new executions find a plugin again.
#[derive(Args)]
#[command(after_help = "Examples:\n  mainsheet plugin enable my-stage")]
pub(super) struct Enable {
    #[command(flatten)]
    plugin: Plugin,
}

/// Let no new execution find a plugin; those that run keep it.
#[derive(Args)]
#[command(after_help = "Examples:\n  mainsheet plugin disable my-stage")]
pub(super) struct Disable {
    #[command(flatten)]
    plugin: Plugin,
}

/// Bring back the version of a plugin that was in force before.
#[derive(Args)]
#[command(after_help = "Examples:\n  mainsheet plugin rollback my-stage")]
pub(super) struct Rollback {
    #[command(flatten)]
    plugin: Plugin,
}

/// Let a plugin be called again that is in quarantine. Stages that wait for it go on with the version in force.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  mainsheet plugin install my-stage-1.0.1.wasm && mainsheet plugin release my-stage     with a fix\n  mainsheet plugin rollback my-stage && mainsheet plugin release my-stage                with the version before\n  mainsheet plugin release my-stage                                                      as it is"
)]
pub(super) struct Release {
    #[command(flatten)]
    plugin: Plugin,
}

/// Take a plugin out of the catalogue; executions that run keep it to their end.
#[derive(Args)]
#[command(after_help = "Examples:\n  mainsheet plugin remove my-stage")]
pub(super) struct Remove {
    #[command(flatten)]
    plugin: Plugin,
}

#[derive(Args)]
struct Plugin {
    /// Its name.
    name: String,
}

impl Enable {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.plugin.switch("enable", "is enabled", context)
    }
}

impl Disable {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.plugin.switch("disable", "is disabled for new executions", context)
    }
}

impl Rollback {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.plugin.switch("rollback", "is what it was before", context)
    }
}

impl Release {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        self.plugin.switch("release", "is released: stages that waited for it go on", context)
    }
}

impl Remove {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let path = route::one("plugins", &self.plugin.name);
        let reply = context.client().call(Method::DELETE, &path, &Content::None)?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{} is removed", self.plugin.name));
        }
        Ok(Exit::Success)
    }
}

impl Plugin {
    fn switch(&self, verb: &str, effect: &str, context: &Context) -> Result<Exit, CliError> {
        let path = route::below("plugins", &self.name, verb);
        let reply = context.client().post(&path, &Content::None)?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{} {effect}", self.name));
        }
        Ok(Exit::Success)
    }
}
