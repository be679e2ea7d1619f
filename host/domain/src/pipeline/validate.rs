//! Whether a document can run on what is installed.

use super::definition::Definition;
use super::graph::Graph;
use crate::code::code;
use crate::params::Params;
use crate::problem::{Problem, nearest};

/// What the catalogue in force offers; the only thing validation needs to know of plugins.
pub trait Offered {
    /// Whether a stage of this type (and provider) can run.
    fn stage(&self, kind: &str, provider: Option<&str>) -> bool;
    /// All stage types on offer, for "did you mean".
    fn stage_types(&self) -> Vec<String>;
    /// Whether a trigger of this type is heard.
    fn trigger(&self, kind: &str) -> bool;
}

/// Reads a document and says everything that is wrong with it: fields, graph, and stage types that nobody offers.
///
/// # Errors
/// All problems at once, in document order as far as they have one.
pub fn validate(document: &Params, offered: &dyn Offered) -> Result<(Definition, Graph), Vec<Problem>> {
    let (definition, mut problems) = Definition::read(document);
    let graph = match Graph::build(&definition.stages) {
        Ok(graph) => graph,
        Err(more) => {
            // A reference that cannot be read is also missing in the graph; once is enough.
            let told: Vec<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
            problems.extend(more.into_iter().filter(|problem| !told.contains(&problem.pointer)));
            Graph::default()
        }
    };
    for (index, stage) in definition.stages.iter().enumerate() {
        let kind = stage_key(stage);
        if !kind.is_empty() && !is_left_out(stage) && !offered.stage(kind, stage.provider.as_deref()) {
            problems.push(unknown_stage_type(index, stage, offered));
        }
    }
    if problems.is_empty() { Ok((definition, graph)) } else { Err(problems) }
}

/// The key that chooses the plugin: `alias` replaces `type` when present (trap 8).
#[must_use]
pub fn stage_key(stage: &super::definition::StageDefinition) -> &str {
    stage.config.get("alias").and_then(|alias| alias.as_str()).filter(|alias| !alias.is_empty()).unwrap_or(&stage.kind)
}

/// Whether a stage says itself, without any expression, that it never runs: then nobody needs to offer its type (§2.8).
#[must_use]
pub fn is_left_out(stage: &super::definition::StageDefinition) -> bool {
    let condition = stage.config.get("stageEnabled");
    let kind = condition.and_then(|condition| condition.get("type")?.as_str());
    let said = condition.and_then(|condition| condition.get("expression"));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("expression"))
        && said.is_some_and(|said| {
            said.as_bool() == Some(false) || said.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("false"))
        })
}

fn unknown_stage_type(index: usize, stage: &super::definition::StageDefinition, offered: &dyn Offered) -> Problem {
    let kind = stage_key(stage);
    let whose = if kind == stage.kind { String::new() } else { format!(", the alias of `{}`", stage.kind) };
    let types = offered.stage_types();
    let near = nearest(kind, types.iter().map(String::as_str));
    let hint = match near.as_slice() {
        [] => String::new(),
        names => format!(" Near it: {}.", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    Problem::at(
        format!("/stages/{index}/type"),
        code("pipeline.stage-type-unknown"),
        format!("No plugin offers `{kind}`{whose}; install one or disable the stage.{hint}"),
    )
}
