//! Types that read what Spinnaker documents really hold: numbers as text, booleans as text, lists as text with commas.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// A whole number, as number or numeric text. Fractions are cut off.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(cut)),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .or_else(|| text.trim().parse().ok().filter(|number: &f64| number.is_finite()).map(cut)),
        _ => None,
    };
    number.ok_or_else(|| D::Error::custom(format!("{value} is not a whole number")))
}

#[expect(clippy::cast_possible_truncation, reason = "cutting off is the rule, and `as` saturates")]
fn cut(number: f64) -> i64 {
    number as i64
}

/// The same number type under several names, each with its unit.
macro_rules! number {
    ($(#[$docs:meta])* $name:ident, $widget:literal) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub struct $name(pub i64);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                whole(deserializer).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": ["integer", "string"], "x-ui-widget": $widget })
            }
        }
    };
}

number!(
    /// A whole number.
    Integer, "number-or-expression"
);
number!(
    /// A length in seconds.
    Seconds, "duration"
);
number!(
    /// A length in milliseconds.
    Millis, "duration"
);

impl Seconds {
    /// The length in milliseconds, for adding to an instant.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "instants are whole milliseconds up to 2^53")]
    pub fn millis(self) -> f64 {
        self.0 as f64 * 1000.0
    }
}

/// A boolean, also as the text `true` or `false` in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(value) => Ok(Self(value)),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(Self(true)),
            Value::String(text) if text.trim().is_empty() || text.trim().eq_ignore_ascii_case("false") => {
                Ok(Self(false))
            }
            other => Err(D::Error::custom(format!("{other} is neither true nor false"))),
        }
    }
}

impl JsonSchema for Flag {
    fn schema_name() -> Cow<'static, str> {
        "Flag".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "string"] })
    }
}

/// A list of texts, written as one text with commas or as a list. Each is trimmed, empty ones are dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Csv(pub Vec<String>);

impl<'de> Deserialize<'de> for Csv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let plain = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            _ => None,
        };
        let value = Value::deserialize(deserializer)?;
        let texts = match &value {
            Value::Array(items) => items.iter().map(plain).collect(),
            other => plain(other).map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>()),
        };
        let texts = texts.ok_or_else(|| D::Error::custom(format!("{value} is not a list of texts")))?;
        Ok(Self(texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()))
    }
}

impl JsonSchema for Csv {
    fn schema_name() -> Cow<'static, str> {
        "Csv".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}
