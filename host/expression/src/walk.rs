//! The walk over a JSON value: every key and every string that holds an expression (§1.1).
use std::borrow::Cow;

use serde_json::Value;

use crate::error::Problem;
use crate::execution::{EMPTY, Object};
use crate::need::Need;
use crate::options::Options;
use crate::rewrite::rewrite;
use crate::root::Root;
use crate::summary::{Entry, Level, Summary};
use crate::template::{Raw, Template, Templates};
use crate::value::Val;

/// Values nest no deeper; what is below stays as it is.
const DEEPEST: usize = 256;

/// How to walk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Walk<'w> {
    /// Parsed templates, shared with other walks.
    pub templates: Option<&'w Templates>,
    /// JSON pointers of values that stay as they are; `*` stands for any one key or position.
    pub deferred: &'w [&'w str],
}

/// What a walk gives.
#[derive(Debug, Clone)]
pub struct Outcome<'v> {
    /// The value, results in the place of expressions; borrowed when nothing changed. Texts that failed, or that
    /// need something first, stand as they were.
    pub value: Cow<'v, Value>,
    /// What gave no value.
    pub summary: Summary,
    /// What has to be fetched before the rest can be evaluated; ask again with the answers.
    pub needs: Vec<Need>,
}

/// Evaluates every expression of a value. A failure never ends the walk; results are not looked at again.
pub fn evaluate_value<'v>(value: &'v Value, root: &Root<'_>, options: &Options<'_>, walk: Walk<'_>) -> Outcome<'v> {
    let mut walker = Walker { root, options, walk, path: Vec::new(), summary: Summary::default(), needs: Vec::new() };
    let result =
        if holds_expression(value, DEEPEST) { Cow::Owned(walker.value(value, &EMPTY)) } else { Cow::Borrowed(value) };
    walker.needs.sort();
    walker.needs.dedup();
    Outcome { value: result, summary: walker.summary, needs: walker.needs }
}

fn holds_expression(value: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match value {
        Value::String(text) => Template::is_one(text),
        Value::Array(items) => items.iter().any(|item| holds_expression(item, depth)),
        Value::Object(map) => map.iter().any(|(key, value)| Template::is_one(key) || holds_expression(value, depth)),
        _ => false,
    }
}

pub(crate) struct Walker<'w> {
    root: &'w Root<'w>,
    options: &'w Options<'w>,
    walk: Walk<'w>,
    path: Vec<String>,
    pub summary: Summary,
    pub needs: Vec<Need>,
}

/// The result of one string.
enum Text {
    Value(Value),
    /// For keys: the value as Java writes it.
    Written(String),
    AsItWas,
}

impl<'w> Walker<'w> {
    pub fn new(root: &'w Root<'w>, options: &'w Options<'w>, walk: Walk<'w>, summary: Summary) -> Self {
        Walker { root, options, walk, path: Vec::new(), summary, needs: Vec::new() }
    }

    /// A value; `level` is the nearest map around, which messages refer to.
    pub fn value(&mut self, value: &Value, level: &Object) -> Value {
        if self.path.len() >= DEEPEST || self.is_deferred() {
            return value.clone();
        }
        match value {
            Value::String(text) if Template::is_one(text) => match self.text(text, level, false) {
                Text::Value(value) => value,
                Text::Written(text) => Value::String(text),
                Text::AsItWas => value.clone(),
            },
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(at, item)| {
                    self.path.push(at.to_string());
                    let item = self.value(item, level);
                    self.path.pop();
                    item
                });
                Value::Array(items.collect())
            }
            Value::Object(map) => Value::Object(self.object(map)),
            other => other.clone(),
        }
    }

    fn object(&mut self, map: &Object) -> Object {
        let mut result = Object::with_capacity(map.len());
        for (key, value) in map {
            self.path.push(key.clone());
            let evaluated = match self.is_deferred() || !Template::is_one(key) {
                true => key.clone(),
                false => match self.text(key, map, true) {
                    Text::Written(text) => text,
                    _ => key.clone(),
                },
            };
            let value = self.value(value, map);
            self.path.pop();
            result.insert(evaluated, value);
        }
        result
    }

    fn is_deferred(&self) -> bool {
        self.walk.deferred.iter().any(|pointer| {
            let mut steps = pointer.split('/').skip(1);
            let fits = self.path.iter().all(|step| {
                steps
                    .next()
                    .is_some_and(|wanted| wanted == "*" || wanted.replace("~1", "/").replace("~0", "~") == *step)
            });
            fits && steps.next().is_none() && !self.path.is_empty()
        })
    }

    fn template(&self, text: &str) -> Result<Template, Box<Problem>> {
        match self.walk.templates {
            Some(templates) => templates.get(text),
            None => Template::parse(text, &self.options.limits),
        }
    }

    fn text(&mut self, text: &str, level: &Object, as_key: bool) -> Text {
        let template = match self.template(text) {
            Ok(template) => template,
            Err(problem) => {
                let key = unparsed_key(text);
                self.failed(&key, text, level, *problem);
                self.summary.attempt(key);
                return Text::AsItWas;
            }
        };
        let key = template.key();
        let written = |value: &Val<'_>| {
            if as_key { Ok(Text::Written(value.java_string())) } else { value.to_json().map(Text::Value) }
        };
        let result = match template.raw(self.root, self.options) {
            Raw::Value(value) => match written(&value) {
                Ok(result) => result,
                Err(fault) => {
                    let problem = template.problem(&fault, 0);
                    self.failed(&key, text, level, problem);
                    Text::AsItWas
                }
            },
            Raw::Partial(partial, problem) => {
                self.unresolved(&key, text, level, problem);
                if as_key { Text::Written(partial) } else { Text::Value(Value::String(partial)) }
            }
            Raw::Unresolved(problem) => {
                self.unresolved(&key, text, level, problem);
                Text::AsItWas
            }
            Raw::Failed(problem) => {
                self.failed(&key, text, level, problem);
                Text::AsItWas
            }
            Raw::Needs(needs) => {
                self.needs.extend(needs);
                return Text::AsItWas;
            }
        };
        self.summary.attempt(key);
        result
    }

    fn unresolved(&mut self, key: &str, text: &str, level: &Object, problem: Problem) {
        let mut description = format!("Failed to evaluate {} : {key} not found", place(text, level));
        description.push_str(&hint(&problem));
        self.add(key, Level::Info, description, problem);
    }

    fn failed(&mut self, key: &str, text: &str, level: &Object, problem: Problem) {
        let mut description = format!("Failed to evaluate {} {}", place(text, level), problem.message);
        if let Some(outer) = problem.outer.as_ref().filter(|outer| !problem.message.contains(outer.as_str())) {
            description.push_str(&format!(" - {outer}"));
        }
        description.push_str(&format!(" (line {}, column {})", problem.line, problem.column));
        description.push_str(&hint(&problem));
        self.add(key, Level::Error, description.replace('$', ""), problem);
    }

    fn add(&mut self, key: &str, level: Level, description: String, problem: Problem) {
        let timestamp = self.options.environment.now;
        self.summary.add(key.to_owned(), Entry { level, description, timestamp, problem });
    }
}

fn hint(problem: &Problem) -> String {
    if problem.nearest.is_empty() { String::new() } else { format!("; did you mean {}?", problem.nearest.join(" or ")) }
}

/// The keys of this level whose value, or map below it, holds the text; the text itself when there are none.
fn place(text: &str, level: &Object) -> String {
    fn holds(value: &Value, text: &str, depth: usize) -> bool {
        match value {
            Value::String(found) => found == text,
            Value::Object(map) if depth > 0 => {
                map.iter().any(|(key, value)| key == text || holds(value, text, depth - 1))
            }
            _ => false,
        }
    }
    let keys: Vec<&str> =
        level.iter().filter(|(_, value)| holds(value, text, DEEPEST)).map(|(key, _)| key.as_str()).collect();
    if keys.is_empty() { rewrite(text).text.into_owned() } else { format!("[{}]", keys.join(", ")) }
}

/// The key of a text that does not parse: the inside of `${…}`, else the text without dollars.
fn unparsed_key(text: &str) -> String {
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|rest| !rest.contains('\n'));
    inside.map_or_else(|| text.replace('$', ""), |inside| inside.trim_matches(|c: char| c <= ' ').to_owned())
}
