//! `mainsheet skip`: end a stage that may be skipped.

use clap::Args;
use domain::code::code;
use domain::problem::nearest;
use serde_json::json;

use super::Context;
use super::client::{Client, Content, Stage, route};
use super::error::{CliError, Exit};
use super::{live, output};

const EXAMPLES: &str = "\
Examples:
  mainsheet skip 01JD… 'Cool down'
  mainsheet skip 01JD… 3 --reason 'tested by hand'";

/// Skip a running stage, where the stage allows it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The execution.
    execution: String,
    /// The stage: id, reference or name.
    stage: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let stage = stage(&client, &self.execution, &self.stage)?;
        let path = format!("{}/skip", route::stage(&self.execution, &stage.id));
        let reply = client.post(&path, &Content::Json(&json!({ "reason": self.reason })))?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("{} of {} is being skipped", stage.name, self.execution));
        }
        Ok(Exit::Success)
    }
}

/// The stage of `execution` that `wanted` means: its id, its reference, or its name.
///
/// # Errors
/// There is none, or several have that name.
pub(super) fn stage(client: &Client, execution: &str, wanted: &str) -> Result<Stage, CliError> {
    let execution = live::read(&client.get(&route::one("executions", execution))?)?;
    let exact = execution.stages.iter().find(|stage| stage.id == wanted || stage.ref_id == wanted);
    if let Some(stage) = exact {
        return Ok(stage.clone());
    }
    let named: Vec<&Stage> = execution.stages.iter().filter(|stage| stage.name == wanted).collect();
    let unclear = |message| Err(CliError::new(Exit::Usage, code("cli.stage-unclear"), message));
    match named.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let near = nearest(wanted, execution.stages.iter().map(|stage| stage.name.as_str()));
            let hint = near.first().map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            unclear(format!("execution {} has no stage `{wanted}`{hint}", execution.id))
        }
        several => {
            let references: Vec<&str> = several.iter().map(|stage| stage.ref_id.as_str()).collect();
            unclear(format!(
                "several stages are called `{wanted}`: choose by reference, one of {}",
                references.join(", ")
            ))
        }
    }
}
