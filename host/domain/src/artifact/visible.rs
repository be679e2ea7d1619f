//! Which artifacts a stage sees, and which one it means (reference pipelines-and-stages.md §2.15 *artifacts*, §6.5).

use serde_json::Value;

use super::{Artifact, ExpectedArtifact, distinct};
use crate::code::code;
use crate::execution::report::topological;
use crate::failure::{Failure, FailureClass};
use crate::params::Params;
use crate::stage::{Record, Stage, ancestry};

/// The artifacts that a stage leaves to others.
#[must_use]
pub fn of_stage(record: &Record) -> &[Value] {
    let put_out = record.outputs.get("artifacts").and_then(Value::as_array);
    put_out.or_else(|| record.artifacts.value().as_array()).map(Vec::as_slice).unwrap_or_default()
}

/// The artifacts of an execution as the next one of its pipeline finds them (§6.4): those of its stages, the last ones first, then those
/// of its trigger; as many times as they occur.
#[must_use]
pub fn of_execution(stages: &[Stage], trigger: &Params) -> Vec<Artifact> {
    let records = topological(stages).into_iter().rev().filter_map(|position| stages[position].record());
    let received = trigger.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    records.flat_map(of_stage).chain(received).filter_map(Artifact::read).collect()
}

/// What the stage at `position` sees: its own artifacts, those that its ancestors put out, nearest first, and those of the trigger;
/// without duplicates.
#[must_use]
pub fn visible(stages: &[Stage], position: usize, trigger: &Params) -> Vec<Artifact> {
    let records = ancestry::ancestors(stages, position).filter_map(|ancestor| stages[ancestor].record());
    let received = trigger.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    distinct(records.flat_map(of_stage).chain(received).filter_map(Artifact::read))
}

/// How a stage names an artifact: by the id of an expected one, or as written in its own configuration, which counts only without id;
/// and the account to fetch it with.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Id of an expected artifact.
    pub id: Option<String>,
    /// The artifact itself.
    pub inline: Option<Artifact>,
    /// Account of the stage's own, which comes before the artifact's.
    pub account: Option<String>,
}

impl Wanted {
    /// Reads `{id?, artifact?, account?}`; empty texts count as absent.
    #[must_use]
    pub fn read(input: &Params) -> Wanted {
        let text =
            |key: &str| input.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        Wanted { id: text("id"), inline: input.get("artifact").and_then(Artifact::read), account: text("account") }
    }

    /// The artifact that the stage at `position` means: what the id was bound to, by the stage itself or its nearest ancestor, else at
    /// the start.
    ///
    /// # Errors
    /// `artifact.unbound`: nothing is bound under the id, or the stage names none.
    pub fn find(&self, stages: &[Stage], position: usize, trigger: &Params) -> Result<Artifact, Failure> {
        let found = match &self.id {
            Some(id) => bound(stages, position, trigger, id),
            None => self.inline.clone(),
        };
        let found = found.ok_or_else(|| {
            let message = match &self.id {
                Some(id) => format!(
                    "No artifact is bound to the expected artifact `{id}` where this stage could see it. List it in the trigger's `expectedArtifactIds`, give it a default, or let a stage before this one produce it."
                ),
                None => "The stage names no artifact: give it an id of an expected artifact, or the artifact itself.".to_owned(),
            };
            Failure::new(FailureClass::NotFound, code("artifact.unbound"), message)
        })?;
        Ok(found.with_account(self.account.as_deref()))
    }
}

fn bound(stages: &[Stage], position: usize, trigger: &Params, id: &str) -> Option<Artifact> {
    let in_list = |values: &Value| {
        let entries = values.as_array().into_iter().flatten().filter_map(ExpectedArtifact::read);
        entries.filter(|expected| expected.id == id).find_map(|expected| expected.bound)
    };
    let records = ancestry::ancestors(stages, position).filter_map(|ancestor| stages[ancestor].record());
    let mut put_out = records.filter_map(|record| record.outputs.get("resolvedExpectedArtifacts"));
    put_out.find_map(in_list).or_else(|| in_list(trigger.get("resolvedExpectedArtifacts")?))
}
