//! Methods of beans: getters by their Java name, and walks over the graph of stages.
use super::{Bean, Shape};
use crate::execution::Execution;
use crate::value::Val;

/// The value of a method without arguments; nothing when there is no such method.
pub(crate) fn without_arguments<'a>(bean: &Bean<'a>, name: &str) -> Option<Val<'a>> {
    if let Some(value) = getter(bean, name) {
        return Some(value);
    }
    let Bean::Stage(execution, at) = bean else {
        return None;
    };
    let stages = match name {
        "ancestors" => execution.lineage(*at).to_vec(),
        "directAncestors" => execution.direct_ancestors(*at),
        "directChildren" => execution.children(*at),
        "downstreamStages" => execution.downstream(*at),
        "allDownstreamStages" => execution.all_downstream(*at),
        _ => return None,
    };
    Some(Val::list(stages.into_iter().map(|at| Val::Bean(Bean::Stage(execution, at))).collect()))
}

/// `getName()`, `isCanceled()`: the property of that name.
fn getter<'a>(bean: &Bean<'a>, name: &str) -> Option<Val<'a>> {
    let capital = name.strip_prefix("get").or_else(|| name.strip_prefix("is"))?;
    let mut letters = capital.chars();
    let first = letters.next().filter(|first| first.is_uppercase())?;
    let property: String = first.to_lowercase().chain(letters).collect();
    bean.property(&property)
}

/// Methods of the execution that find a stage by one text.
pub(crate) const FINDERS: [&str; 3] = ["stageByRef", "stageById", "namedStage"];

/// What a finder finds; `None` inside when there is no such stage.
pub(crate) fn find_stage<'a>(execution: &'a Execution<'a>, finder: &str, text: &str) -> Option<Val<'a>> {
    let at = match finder {
        "stageByRef" => execution.stage_by_ref_id(text),
        "stageById" => execution.stage_by_id(text),
        _ => execution.stages.iter().position(|stage| stage.kind == text),
    };
    at.map(|at| Val::Bean(Bean::Stage(execution, at)))
}

/// Methods listed in the reference for a kind of bean.
pub(crate) fn listed(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Execution => &FINDERS,
        Shape::Stage => &["ancestors", "directAncestors", "directChildren", "downstreamStages", "allDownstreamStages"],
        _ => &[],
    }
}
