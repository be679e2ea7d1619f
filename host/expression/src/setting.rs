//! A root that is written down as JSON: a context, and where it holds an execution, that one or one of its stages (§7).
use crate::execution::{Execution, Object};
use crate::root::Root;

/// A context as people and cases write it down. Key `execution`, if there, is an execution in its API form.
#[derive(Debug)]
pub struct Setting<'a> {
    fields: &'a Object,
    execution: Option<Execution<'a>>,
    stage: Option<usize>,
}

/// The context has no such stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the context has no execution with a stage `{0}`")]
pub struct UnknownStage(pub String);

impl<'a> Setting<'a> {
    /// The setting of a context; with the reference or the id of a stage, as that stage sees it.
    ///
    /// # Errors
    /// There is no such stage.
    pub fn read(context: &'a Object, stage: Option<&str>) -> Result<Setting<'a>, UnknownStage> {
        let execution = context.get("execution").and_then(Execution::from_json);
        let stage = match stage {
            None => None,
            Some(wanted) => {
                let found = execution
                    .as_ref()
                    .and_then(|execution| execution.stage_by_ref_id(wanted).or_else(|| execution.stage_by_id(wanted)));
                Some(found.ok_or_else(|| UnknownStage(wanted.to_owned()))?)
            }
        };
        Ok(Setting { fields: context, execution, stage })
    }

    /// Where names come from in it.
    #[must_use]
    pub fn root(&'a self) -> Root<'a> {
        let Some(execution) = &self.execution else {
            return Root::of_context(self.fields);
        };
        let of_stage = self.stage.and_then(|stage| Root::of_stage(execution, stage));
        of_stage.unwrap_or_else(|| Root::of_execution(execution).with_context(self.fields))
    }
}
