//! JSON Schema: stage configurations at a save or a start, answers of people, schemas of plugins at their install.

use std::sync::Arc;

use domain::code::{Code, code};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::pipeline::validate::stage_key;
use domain::plugin::Catalog;
use domain::{Digest, Params, Problem};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Retrieve, Uri, ValidationError, Validator};

use crate::cache::Cache;

/// Longest message taken over from the validator: it quotes the value, and values may be long.
const LONGEST: usize = 300;
/// Problems told at once about one value.
const MOST: usize = 50;

/// Compiled schemas of stage types, by component and type key.
#[derive(Debug)]
pub struct Schemas {
    compiled: Cache<(Digest, String), Option<Arc<Validator>>>,
}

/// A schema stands alone: it neither reads files nor asks the network.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("a schema must stand alone, but this one refers to {}", uri.as_str()).into())
    }
}

/// Compiles a schema of draft 2020-12 that stands alone.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn compile(schema: &Params) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .with_retriever(Nothing)
        .build(schema.value())
        .map_err(|error| shortened(&error.to_string()))
}

/// Everything that `schema` has against `value`, with pointers that begin with `base`. Absent schemas (`null`) allow all.
#[must_use]
pub fn problems(schema: &Params, value: &Params, base: &str, code: &Code) -> Vec<Problem> {
    if schema.value().is_null() {
        return Vec::new();
    }
    match compile(schema) {
        Ok(validator) => {
            validator.iter_errors(value.value()).take(MOST).map(|error| problem(&error, base, code)).collect()
        }
        Err(message) => vec![Problem::at(base, code.clone(), format!("The schema itself cannot be used: {message}."))],
    }
}

/// Whether `schema` has nothing against `value`; absent schemas allow all, broken ones nothing.
#[must_use]
pub fn fits(schema: &Params, value: &Params) -> bool {
    schema.value().is_null() || compile(schema).is_ok_and(|validator| validator.is_valid(value.value()))
}

impl Default for Schemas {
    fn default() -> Self {
        Schemas::new()
    }
}

impl Schemas {
    /// No schema compiled yet.
    #[must_use]
    pub fn new() -> Schemas {
        Schemas { compiled: Cache::new() }
    }

    /// What the schemas of its stage types have against the configurations in a document, as far as they are literal: an
    /// expression may become anything, keys that a schema does not know are kept (reference pipelines-and-stages.md §1.1), and
    /// an explicit `null` is an absent key.
    #[must_use]
    pub fn check(&self, definition: &Definition, catalog: &Catalog) -> Vec<Problem> {
        let code = code("pipeline.stage-config-invalid");
        let mut problems = Vec::new();
        for (index, stage) in definition.stages.iter().enumerate() {
            let kind = stage_key(stage);
            let Some((installed, offer)) = catalog.find_stage(kind, stage.provider.as_deref()) else { continue };
            let key = (installed.digest.clone(), offer.kind.clone());
            let Some(validator) = self.validator(key, &offer.schema) else { continue };
            let config = stage.config.value();
            let wrong = validator.iter_errors(config).filter(|error| is_certain(error, config)).take(MOST);
            problems.extend(wrong.map(|error| problem(&error, &format!("/stages/{index}"), &code)));
        }
        problems
    }

    fn validator(&self, key: (Digest, String), schema: &Params) -> Option<Arc<Validator>> {
        if let Some(known) = self.compiled.get(&key) {
            return known;
        }
        let generation = self.compiled.generation();
        let compiled = compile(schema).ok().map(Arc::new);
        self.compiled.fill(generation, key, compiled.clone());
        compiled
    }
}

/// Whether no evaluation of expressions can make this right.
fn is_certain(error: &ValidationError<'_>, config: &Value) -> bool {
    let at = config.pointer(error.instance_path().as_str()).unwrap_or(&Value::Null);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { .. }
        | ValidationErrorKind::UnevaluatedProperties { .. }
        | ValidationErrorKind::PropertyNames { .. }
        | ValidationErrorKind::Format { .. } => false,
        ValidationErrorKind::Required { .. } => true,
        ValidationErrorKind::Type { .. } => match at {
            Value::Null => false,
            Value::String(text) => !text.contains("${"),
            _ => true,
        },
        _ => !at.is_null() && !has_expression(at),
    }
}

/// Whether any text in it is an expression, or holds one.
pub(crate) fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains("${") || has_expression(value)),
        _ => false,
    }
}

fn problem(error: &ValidationError<'_>, base: &str, code: &Code) -> Problem {
    Problem::at(
        format!("{base}{}", error.instance_path().as_str()),
        code.clone(),
        format!("{}.", shortened(&error.to_string())),
    )
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use domain::Timestamp;
    use domain::plugin::{Grants, Installed};

    fn catalog() -> Catalog {
        let manifest = r#"{"manifest":1,"id":"sleepy","version":"1","kind":"stage","stages":[{"type":"sleep","schema":
            {"type":"object","required":["millis"],"additionalProperties":false,
             "properties":{"millis":{"type":"integer","minimum":0},"tags":{"type":"array","items":{"type":"string"}}}}}]}"#;
        let installed = Installed {
            digest: Digest::of(b"sleepy"),
            manifest: serde_json::from_str(manifest).expect("a manifest"),
            granted: Grants::default(),
            enabled: true,
            installed: Timestamp(0),
            previous: None,
        };
        Catalog::new(1, BTreeMap::from([("sleepy".into(), installed)]))
    }

    fn complaints(stage: &str) -> Vec<String> {
        let document = format!(r#"{{"application":"a","name":"n","stages":[{{"type":"sleep",{stage}}}]}}"#);
        let (definition, _) = Definition::read(&Params::parse(&document).expect("json"));
        Schemas::new().check(&definition, &catalog()).into_iter().map(|problem| problem.pointer).collect()
    }

    #[test]
    fn only_what_no_expression_can_repair_is_wrong() {
        assert_eq!(complaints(r#""millis": 5, "comments": "kept""#), [""; 0]);
        assert_eq!(complaints(r#""millis": "${ parameters.millis }""#), [""; 0]);
        assert_eq!(complaints(r#""millis": 5, "tags": null"#), [""; 0]);
        assert_eq!(complaints(r#""millis": "soon""#), ["/stages/0/millis"]);
        assert_eq!(complaints(r#""millis": -1"#), ["/stages/0/millis"]);
        assert_eq!(complaints(r#""millis": {"a": "${ b }"}"#), ["/stages/0/millis"]);
        assert_eq!(complaints(r#""tags": ["a", 7, "${ c }"]"#), ["/stages/0/tags/1", "/stages/0"]);
    }

    #[test]
    fn a_schema_that_asks_for_a_file_is_refused() {
        let schema = Params::parse(r#"{"$ref":"file:///etc/passwd"}"#).expect("json");
        let message = compile(&schema).expect_err("refused");
        assert!(message.contains("stand alone"), "{message}");
        assert!(!fits(&schema, &Params::null()));
    }
}
