//! The `#functions` (§3 of the reference), one file each or per family.
mod artifacts;
pub(crate) mod base64;
mod json;
mod judgment;
mod manifest;
pub(crate) mod md5;
pub(crate) mod numbers;
mod outside;
mod properties;
mod server_groups;
mod service_key;
mod stage;
mod text;
mod to_json;
mod url;
mod yaml;

use crate::beans::Bean;
use crate::convert::to_text;
use crate::error::{Code, Eval, Fault};
use crate::eval::Evaluator;
use crate::execution::Execution;
use crate::value::Val;

/// What a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// The execution, put in by the rewrite of §1.6.
    Execution,
    /// A text; other values are converted.
    Text(&'static str),
    /// Anything.
    Any(&'static str),
}

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub name: &'static str,
    pub parameters: &'static [Parameter],
    /// Whether the last parameter takes any number.
    pub variadic: bool,
    /// What it answers, for the reference.
    pub returns: &'static str,
    /// One sentence, for the reference.
    pub about: &'static str,
    pub call: for<'x, 'a> fn(&mut Evaluator<'a>, &'x [Val<'a>]) -> Eval<Val<'a>>,
}

/// Every function.
pub(crate) static ALL: &[Function] = &[
    numbers::TO_INT,
    numbers::TO_FLOAT,
    numbers::TO_BOOLEAN,
    base64::TO_BASE64,
    base64::FROM_BASE64,
    text::ALPHANUMERICAL,
    text::FETCH_REFERENCE,
    to_json::TO_JSON,
    to_json::DO_NOT_EVAL,
    json::READ_JSON,
    yaml::READ_YAML,
    yaml::READ_ALL_YAML,
    url::FROM_URL,
    url::JSON_FROM_URL,
    url::YAML_FROM_URL,
    url::PROPERTIES_FROM_URL,
    stage::STAGE,
    stage::STAGE_BY_REF_ID,
    stage::STAGE_EXISTS,
    stage::CURRENT_STAGE,
    stage::CURRENT_USER,
    judgment::JUDGMENT,
    judgment::JUDGEMENT,
    server_groups::DEPLOYED_SERVER_GROUPS,
    manifest::MANIFEST_LABEL_VALUE,
    artifacts::TRIGGER_RESOLVED_ARTIFACT,
    artifacts::TRIGGER_RESOLVED_ARTIFACT_BY_TYPE,
    artifacts::RESOLVED_ARTIFACTS,
    service_key::CF_SERVICE_KEY,
    outside::PIPELINE_ID,
    outside::PIPELINE_ID_OR_NULL,
    outside::PIPELINE_ID_IN_APPLICATION,
    outside::APPLICATION_METADATA,
    outside::CANARY_CONFIG_NAME_TO_ID,
];

impl Function {
    /// Whether the rewrite puts the execution in.
    pub fn takes_execution(&self) -> bool {
        self.parameters.first() == Some(&Parameter::Execution)
    }

    /// Arguments as the function takes them.
    pub fn convert<'a>(&self, arguments: Vec<Val<'a>>) -> Eval<Vec<Val<'a>>> {
        let last = self.parameters.last().copied();
        let fixed = self.parameters.len() - usize::from(self.variadic);
        let spread = match arguments.get(fixed..) {
            Some([Val::List(list)]) if self.variadic => Some(list.iter().collect::<Vec<_>>()),
            Some([Val::Array(array)]) if self.variadic => Some(array.items.to_vec()),
            _ => None,
        };
        let arguments = match spread {
            Some(rest) => arguments.into_iter().take(fixed).chain(rest).collect(),
            None => arguments,
        };
        arguments
            .into_iter()
            .enumerate()
            .map(|(at, argument)| match self.parameters.get(at).copied().or(last) {
                Some(Parameter::Text(_)) => Ok(match argument {
                    Val::Str(_) | Val::Null => argument,
                    other => to_text(&other)?.map_or(Val::Null, Val::text),
                }),
                Some(Parameter::Execution) if !matches!(argument, Val::Null | Val::Bean(Bean::Execution(_))) => {
                    Err(Fault::spel(Code::Conversion, 1001, "the first argument must be the execution"))
                }
                _ => Ok(argument),
            })
            .collect()
    }
}

/// The text of an argument, if it is not null.
fn text_of<'x>(arguments: &'x [Val<'_>], at: usize) -> Option<&'x str> {
    arguments.get(at).and_then(Val::as_str)
}

/// The text of an argument that may not be null.
fn required<'x>(arguments: &'x [Val<'_>], at: usize) -> Eval<&'x str> {
    text_of(arguments, at).ok_or_else(crate::classes::method::null_pointer)
}

/// The execution that was put in.
fn execution_of<'a>(arguments: &[Val<'a>]) -> Eval<&'a Execution<'a>> {
    match arguments.first() {
        Some(Val::Bean(Bean::Execution(execution))) => Ok(execution),
        _ => Err(Fault::java("java.lang.NullPointerException", "there is no execution here")),
    }
}

/// What Orca's functions throw.
fn helper(message: impl Into<String>) -> Box<Fault> {
    Fault::java("com.netflix.spinnaker.kork.expressions.SpelHelperFunctionException", message)
}
