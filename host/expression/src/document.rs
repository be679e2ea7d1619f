//! The pass over a pipeline when it is submitted, by version of the evaluator (§1.7).
use serde_json::Value;

use crate::options::Options;
use crate::root::Root;
use crate::walk::{Outcome, Walk, evaluate_value};

/// Version of the evaluator that a pipeline asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluatorVersion {
    /// Stages are evaluated at submit time too.
    V2,
    /// The same; what a pipeline without a known version gets.
    V3,
    /// Stages wait for their own time, variables see earlier ones, `templateVariables` is visible.
    V4,
}

impl EvaluatorVersion {
    /// The version that `spelEvaluator` names, whatever the case.
    pub fn parse(name: Option<&str>) -> Self {
        match name {
            Some(name) if name.eq_ignore_ascii_case("v4") => EvaluatorVersion::V4,
            Some(name) if name.eq_ignore_ascii_case("v2") => EvaluatorVersion::V2,
            _ => EvaluatorVersion::V3,
        }
    }

    /// As `spelEvaluator` has it.
    pub fn name(self) -> &'static str {
        match self {
            EvaluatorVersion::V2 => "v2",
            EvaluatorVersion::V3 => "v3",
            EvaluatorVersion::V4 => "v4",
        }
    }
}

/// Evaluates a submitted pipeline; with version 4 its `stages` stay as they are. Use options [`Options::at_submit`].
pub fn evaluate_pipeline<'v>(
    pipeline: &'v Value,
    version: EvaluatorVersion,
    root: &Root<'_>,
    options: &Options<'_>,
    walk: Walk<'_>,
) -> Outcome<'v> {
    let mut deferred = walk.deferred.to_vec();
    if version == EvaluatorVersion::V4 {
        deferred.push("/stages");
    }
    evaluate_value(pipeline, root, options, Walk { deferred: &deferred, ..walk })
}
