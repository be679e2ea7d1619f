//! Reading the fields of users' documents: tolerant where Spinnaker is (reference pipelines-and-stages.md §1.1), exact where it is wrong.

use serde_json::{Map, Value};

use crate::code::code;
use crate::problem::Problem;

/// Reads one object's members, and collects what is wrong with them.
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    pointer: String,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Fields<'a> {
    /// The members of the object that stands at `pointer`.
    pub fn new(map: &'a Map<String, Value>, pointer: impl Into<String>, problems: &'a mut Vec<Problem>) -> Self {
        Fields { map, pointer: pointer.into(), problems }
    }

    /// The member's value; `null` counts as absent.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Records that `key` is not what it should be.
    pub fn wrong(&mut self, key: &str, wanted: &str) {
        let found = self.map.get(key).map_or("nothing", kind_of);
        self.problems.push(Problem::at(
            format!("{}/{}", self.pointer, escaped(key)),
            code("pipeline.field-type"),
            format!("`{key}` must be {wanted}, but is {found}."),
        ));
    }

    /// A boolean; the texts `true` and `false` count. Absent means `default`.
    pub fn boolean(&mut self, key: &str, default: bool) -> bool {
        match self.value(key) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => true,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") || text.is_empty() => false,
            Some(Value::String(text)) if text.contains("${") => default,
            Some(_) => {
                self.wrong(key, "true or false");
                default
            }
        }
    }

    /// A text. Absent is `None`.
    pub fn text(&mut self, key: &str) -> Option<&'a str> {
        match self.value(key) {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.wrong(key, "a text");
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, key: &str) -> &'a str {
        let before = self.problems.len();
        match self.text(key) {
            Some(text) if !text.trim().is_empty() => text,
            _ => {
                if self.problems.len() == before {
                    self.problems.push(Problem::at(
                        format!("{}/{}", self.pointer, escaped(key)),
                        code("pipeline.field-missing"),
                        format!("`{key}` is required and must not be empty."),
                    ));
                }
                ""
            }
        }
    }

    /// A whole number that is not negative; numeric text counts.
    pub fn count(&mut self, key: &str) -> Option<u64> {
        let parsed = match self.value(key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if parsed.is_none() {
            self.wrong(key, "a whole number that is not negative");
        }
        parsed
    }

    /// The objects of a list; absent is empty. What is no object is a problem with its own pointer.
    pub fn objects(&mut self, key: &str) -> Vec<(usize, &'a Map<String, Value>)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Value::Array(items) = value else {
            self.wrong(key, "a list");
            return Vec::new();
        };
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::Object(map) => objects.push((index, map)),
                other => self.problems.push(Problem::at(
                    format!("{}/{}/{index}", self.pointer, escaped(key)),
                    code("pipeline.field-type"),
                    format!("Every entry of `{key}` must be an object, but this one is {}.", kind_of(other)),
                )),
            }
        }
        objects
    }

    /// The pointer of this object.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The list that problems go to.
    pub fn problems(&mut self) -> &mut Vec<Problem> {
        self.problems
    }
}

/// A member name as a token of a JSON pointer.
#[must_use]
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What a value is, in words.
#[must_use]
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A reference to a stage; numbers count as their text.
#[must_use]
pub fn reference(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
