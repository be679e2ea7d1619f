//! What people do in a scenario.

use anyhow::{Context, Result, bail};
use domain::Params;
use domain::execution::{Control, ExecutionState, Fact};
use domain::stage::{Demand, StageState};

use super::super::file::Act;
use super::{Player, answered};

impl Player<'_> {
    pub(super) fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Start(_) => {}
            Act::Answer { stage, answer, by } => {
                let position = self.find(stage)?;
                let run = self.runs[0].view.stages[position].running().context("the stage is not running")?;
                let pending = run.pending.iter().find(|pending| matches!(pending.demand, Demand::Ask(_)));
                let label = pending.with_context(|| format!("stage {stage} asks nobody anything"))?.label.clone();
                let key = self.runs[0].view.key(position, &label);
                let Fact::Answered { stage, run, label, outcome, .. } = answered(&key, Ok(Params::new(answer.clone())))
                else {
                    bail!("an answer is an answer")
                };
                self.runs[0].facts.push_back(Fact::Answered { stage, run, label, by: Some(by.clone()), outcome });
            }
            Act::Patch { stage, patch, by } => {
                let stage = self.runs[0].view.stages[self.find(stage)?].id.clone();
                self.runs[0].facts.push_back(Fact::Patched {
                    stage,
                    by: by.clone(),
                    patch: Params::new(patch.clone()),
                });
            }
            Act::Skip { stage, by } => {
                let stage = self.runs[0].view.stages[self.find(stage)?].id.clone();
                self.runs[0].facts.push_back(Fact::Skipped { stage, by: by.clone() });
            }
            Act::Restart { stage, by } => self.restart(stage, by)?,
            Act::Control(kind, by) => {
                self.runs[0].view.execution.control =
                    Control { kind: *kind, by: Some(by.clone()), reason: None, at: Some(self.now) };
            }
        }
        Ok(())
    }

    /// As the store does it: an execution that is over stands as admitted, with its stages.
    fn restart(&mut self, reference: &str, by: &str) -> Result<()> {
        let found = self.runs[0].view.stages.iter().find(|stage| stage.ref_id.as_str() == reference);
        let stage = found.with_context(|| format!("there is no stage {reference}"))?.id.clone();
        if matches!(self.runs[0].view.execution.state, ExecutionState::Ended { .. }) {
            self.runs[0].view.execution.state = ExecutionState::NotStarted;
            self.runs[0].view.execution.control = Control::default();
            self.runs[0].view.cancel_told = false;
            self.runs[0].view.paused_since = None;
        }
        let renewals = self.native.renewals(&self.runs[0].view);
        self.runs[0].facts.push_back(Fact::Restarted { stage, by: by.to_owned(), renewals, answers: Vec::new() });
        Ok(())
    }

    fn find(&self, reference: &str) -> Result<usize> {
        let found = self.runs[0]
            .view
            .stages
            .iter()
            .position(|stage| stage.ref_id.as_str() == reference && !matches!(stage.state, StageState::NotStarted));
        found.with_context(|| format!("stage {reference} has not started"))
    }
}
