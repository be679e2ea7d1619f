//! Where an account's configuration holds secrets: what its provider's schema marks `x-secret`.

use std::collections::BTreeMap;

use crate::code::code;
use crate::params::{Params, Value};
use crate::pipeline::field::escaped;
use crate::problem::{Problem, nearest};
use crate::secret;

/// Steps through a schema that one look takes at most; references can go in a circle.
const DEEPEST: usize = 64;

/// What stands in the place of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The value itself, to be sealed.
    Value(String),
    /// The name of a secret that exists.
    Reference(String),
}

/// A configuration with its secrets' places.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealable {
    config: Params,
    /// What is held, by JSON pointer.
    pub held: BTreeMap<String, Held>,
}

/// Finds the secrets of `config`, an account's under `schema`. Fails closed: what is marked secret and is neither text nor a
/// reference is a problem, and so is a schema that is too deep to be looked through.
///
/// # Errors
/// `account.secret-type`, with pointers that begin with `base`.
pub fn held(schema: &Params, config: &Params, base: &str) -> Result<Sealable, Vec<Problem>> {
    let mut walk = Walk { root: schema.value(), base, held: BTreeMap::new(), problems: Vec::new() };
    walk.look(schema.value(), config.value(), "", false, 0);
    if walk.problems.is_empty() {
        return Ok(Sealable { config: config.clone(), held: walk.held });
    }
    Err(walk.problems)
}

impl Sealable {
    /// The configuration with each secret as a reference: what is stored. `name` says under which name the value at a pointer is kept.
    #[must_use]
    pub fn sealed(&self, mut name: impl FnMut(&str, &str) -> String) -> Params {
        self.with(|pointer, held| match held {
            Held::Value(value) => secret::reference(&name(pointer, value)),
            Held::Reference(name) => secret::reference(name),
        })
    }

    /// The configuration with a placeholder for each secret: what a schema may look at, whose complaints quote values.
    #[must_use]
    pub fn masked(&self) -> Params {
        self.with(|_, _| Value::from("********"))
    }

    fn with(&self, mut replace: impl FnMut(&str, &Held) -> Value) -> Params {
        let mut value = self.config.value().clone();
        for (pointer, held) in &self.held {
            if let Some(place) = value.pointer_mut(pointer) {
                *place = replace(pointer, held);
            }
        }
        Params::new(value)
    }
}

/// Members of `config` that `schema` does not know. A misspelt secret would be kept in clear, so none are taken.
#[must_use]
pub fn unknown_fields(schema: &Params, config: &Params, base: &str) -> Vec<Problem> {
    let (Some(known), Some(given)) = (schema.get("properties").and_then(Value::as_object), config.value().as_object())
    else {
        return Vec::new();
    };
    if schema.get("additionalProperties").is_some_and(|others| others.is_object() || others == &Value::Bool(true)) {
        return Vec::new();
    }
    let unknown = given.keys().filter(|key| !known.contains_key(key.as_str()));
    unknown
        .map(|key| {
            let near = nearest(key, known.keys().map(String::as_str));
            let hint = match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("An account of this provider has no field `{key}` ({hint}).");
            Problem::at(format!("{base}/{}", escaped(key)), code("account.field-unknown"), message)
        })
        .collect()
}

struct Walk<'s> {
    root: &'s Value,
    base: &'s str,
    held: BTreeMap<String, Held>,
    problems: Vec<Problem>,
}

impl<'s> Walk<'s> {
    fn look(&mut self, schema: &'s Value, value: &Value, at: &str, is_secret: bool, depth: usize) {
        if depth > DEEPEST {
            self.wrong(
                at,
                "The provider's schema goes in a circle here, so that secrets cannot be told from the rest.",
            );
            return;
        }
        if is_secret || schema.get("x-secret").and_then(Value::as_bool) == Some(true) {
            self.take(value, at);
            return;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            match self.root.pointer(target.trim_start_matches('#')) {
                Some(target) => self.look(target, value, at, false, depth + 1),
                None => self.wrong(at, "The provider's schema refers to nothing here; its plugin needs a fix."),
            }
        }
        for branch in ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
            self.look(branch, value, at, false, depth + 1);
        }
        match value {
            Value::Object(members) => {
                let own = schema.get("properties").and_then(Value::as_object);
                let others = schema.get("additionalProperties").filter(|others| others.is_object());
                for (key, member) in members {
                    let below = own.and_then(|own| own.get(key)).or(others);
                    if let Some(below) = below {
                        self.look(below, member, &format!("{at}/{}", escaped(key)), false, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(below) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.look(below, item, &format!("{at}/{index}"), false, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// Everything below a place that is marked is secret.
    fn take(&mut self, value: &Value, at: &str) {
        if let Some(name) = secret::referenced(value) {
            self.held.insert(at.to_owned(), Held::Reference(name.to_owned()));
            return;
        }
        match value {
            Value::Null => {}
            Value::String(text) => drop(self.held.insert(at.to_owned(), Held::Value(text.clone()))),
            Value::Object(members) => {
                members.iter().for_each(|(key, member)| self.take(member, &format!("{at}/{}", escaped(key))));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.take(item, &format!("{at}/{index}")));
            }
            Value::Bool(_) | Value::Number(_) => {
                self.wrong(at, "A secret is a text, or a reference `{\"$secret\": \"name\"}`; put it in quotes.");
            }
        }
    }

    fn wrong(&mut self, at: &str, message: &str) {
        self.problems.push(Problem::at(format!("{}{at}", self.base), code("account.secret-type"), message));
    }
}
