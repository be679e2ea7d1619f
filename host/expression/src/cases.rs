//! Conformance cases (§7): what an expression gives in a context, compared strictly.
use serde_json::Value;

use crate::execution::{EMPTY, Object};
use crate::options::{Environment, Options};
use crate::setting::Setting;
use crate::summary::Level;
use crate::walk::{Outcome, Walk, evaluate_value};

/// Any moment will do: no case looks at the clock. This one is in March 2024.
const MOMENT: i64 = 1_711_111_111_000;

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    id: String,
    context: Context,
    stage: Option<String>,
    allow_unknown_keys: bool,
    expression: Value,
    expected: Expected,
}

#[derive(Debug, Clone)]
enum Context {
    Own(Object),
    Named(String),
}

#[derive(Debug, Clone)]
enum Expected {
    /// This value; `unresolved` when it is partly a text that had no value.
    Value { value: Value, unresolved: bool },
    /// The text as it was, and an error.
    Error,
}

/// A line that is no case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCase {
    /// Not JSON, or not an object.
    #[error("a case is a JSON object: {0}")]
    NotAnObject(String),
    /// Something that every case has is missing.
    #[error("the case has no `{0}`")]
    Missing(&'static str),
    /// A member is not what it must be.
    #[error("`{0}` of the case must be {1}")]
    Member(&'static str, &'static str),
}

/// A case that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Which case.
    pub id: String,
    /// Its expression, as JSON.
    pub expression: String,
    /// What the case says.
    pub expected: String,
    /// What came out.
    pub got: String,
}

impl Case {
    /// Reads one line of a file of cases. Members that it does not know are left alone.
    ///
    /// # Errors
    /// The line is no case.
    pub fn read(line: &str) -> Result<Case, MalformedCase> {
        let value: Value = serde_json::from_str(line).map_err(|error| MalformedCase::NotAnObject(error.to_string()))?;
        let Value::Object(mut members) = value else {
            return Err(MalformedCase::NotAnObject("it is another kind of JSON".to_owned()));
        };
        let expression = members.remove("expression").ok_or(MalformedCase::Missing("expression"))?;
        let is = |name: &str, value: bool| members.get(name) == Some(&Value::Bool(value));
        let (error, unresolved) = (is("error", true), is("unresolved", true));
        let allow_unknown_keys = !is("allowUnknownKeys", false);
        let expected = match members.remove("expected") {
            _ if error => Expected::Error,
            Some(value) => Expected::Value { value, unresolved },
            None => return Err(MalformedCase::Missing("expected` or `error")),
        };
        let id = members.get("id").map(written).unwrap_or_default();
        let stage = members.get("stage").filter(|stage| !stage.is_null()).map(written);
        let context = context_of(members.remove("context"))?;
        Ok(Case { id, context, stage, allow_unknown_keys, expression, expected })
    }

    /// Name of the shared context that the case wants, if it has none of its own.
    #[must_use]
    pub fn named_context(&self) -> Option<&str> {
        match &self.context {
            Context::Own(_) => None,
            Context::Named(name) => Some(name),
        }
    }

    /// Runs the case; `contexts` are those that cases name.
    ///
    /// # Errors
    /// The case does not hold.
    pub fn check(&self, contexts: &Object) -> Result<(), Box<Disagreement>> {
        let context = match &self.context {
            Context::Own(context) => context,
            Context::Named(name) => match contexts.get(name) {
                Some(Value::Object(context)) => context,
                _ => return Err(self.disagreement(format!("nothing: there is no context `{name}`"))),
            },
        };
        let mut options = Options::new(Environment::new(MOMENT, 7));
        options.allow_unknown_keys = self.allow_unknown_keys;
        let setting = match Setting::read(context, self.stage.as_deref()) {
            Ok(setting) => setting,
            Err(error) => return Err(self.disagreement(format!("nothing: {error}"))),
        };
        let outcome = evaluate_value(&self.expression, &setting.root(), &options, Walk::default());
        if self.holds(&outcome) { Ok(()) } else { Err(self.disagreement(told(&outcome))) }
    }

    fn holds(&self, outcome: &Outcome<'_>) -> bool {
        let errors = outcome.summary.has(Level::Error);
        let infos = outcome.summary.has(Level::Info);
        outcome.needs.is_empty()
            && match &self.expected {
                Expected::Error => errors && same(&outcome.value, &self.expression),
                Expected::Value { value, unresolved } => !errors && infos == *unresolved && same(&outcome.value, value),
            }
    }

    fn disagreement(&self, got: String) -> Box<Disagreement> {
        let expected = match &self.expected {
            Expected::Error => format!("{} and an error", self.expression),
            Expected::Value { value, unresolved: true } => format!("{value}, unresolved"),
            Expected::Value { value, unresolved: false } => value.to_string(),
        };
        Box::new(Disagreement { id: self.id.clone(), expression: self.expression.to_string(), expected, got })
    }
}

fn context_of(context: Option<Value>) -> Result<Context, MalformedCase> {
    match context {
        None | Some(Value::Null) => Ok(Context::Own(EMPTY.clone())),
        Some(Value::Object(context)) => match context.get("$ref") {
            Some(Value::String(name)) => Ok(Context::Named(name.clone())),
            _ => Ok(Context::Own(context)),
        },
        Some(_) => Err(MalformedCase::Member("context", "an object")),
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn told(outcome: &Outcome<'_>) -> String {
    let mut told = outcome.value.to_string();
    for description in outcome.summary.descriptions() {
        told.push_str("; ");
        told.push_str(description);
    }
    if !outcome.needs.is_empty() {
        told.push_str("; it needs something from outside");
    }
    told
}

/// Strict: `2` is not `2.0`; the order of maps does not matter.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.is_f64() == b.is_f64() && a == b,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
