//! JSON in and out.
use serde_json::{Number, Value};

use super::{List, Map, Text, Val};
use crate::error::{Code, Eval, Fault};
use crate::value::number::{double_text, float_text};

impl<'a> Val<'a> {
    /// A value of a context: borrowed, never copied.
    pub fn from_json(value: &'a Value) -> Val<'a> {
        match value {
            Value::Null => Val::Null,
            Value::Bool(value) => Val::Bool(*value),
            Value::Number(number) => from_number(number),
            Value::String(text) => Val::Str(Text::Borrowed(text)),
            Value::Array(items) => Val::List(List::Json(items)),
            Value::Object(map) => Val::Map(Map::Json(map)),
        }
    }

    /// A value that nobody keeps for us.
    pub fn from_owned_json(value: Value) -> Val<'a> {
        match value {
            Value::Null => Val::Null,
            Value::Bool(value) => Val::Bool(value),
            Value::Number(number) => from_number(&number),
            Value::String(text) => Val::text(text),
            Value::Array(items) => Val::list(items.into_iter().map(Val::from_owned_json).collect()),
            Value::Object(map) => Val::Map(Map::owned(
                map.into_iter().map(|(key, value)| (super::Key(Val::text(key)), Val::from_owned_json(value))).collect(),
            )),
        }
    }

    /// The JSON form of a result, as Spinnaker stores it.
    ///
    /// # Errors
    /// Values that have no JSON form.
    pub fn to_json(&self) -> Eval<Value> {
        Ok(match self {
            Val::Null => Value::Null,
            Val::Bool(value) => Value::Bool(*value),
            Val::Byte(value) => Value::from(*value),
            Val::Short(value) => Value::from(*value),
            Val::Int(value) => Value::from(*value),
            Val::Long(value) | Val::Date(value) => Value::from(*value),
            Val::Big(value) => big(**value),
            Val::Float(value) => real(float_text(*value)),
            Val::Double(value) => real(double_text(*value)),
            Val::Str(text) => Value::String(text.as_str().to_owned()),
            Val::List(List::Json(items)) => Value::Array(items.to_vec()),
            Val::List(list) => Value::Array(list.iter().map(|item| item.to_json()).collect::<Eval<_>>()?),
            Val::Set(set) => Value::Array(set.items.iter().map(Val::to_json).collect::<Eval<_>>()?),
            Val::Array(array) => return array_json(array),
            Val::Map(Map::Json(map)) => Value::Object((*map).clone()),
            Val::Map(map) => object(map)?,
            Val::Entry(entry) => {
                let key = entry.0.java_string();
                Value::Object([(key, entry.1.to_json()?)].into_iter().collect())
            }
            Val::Bean(bean) => bean.to_json()?,
            Val::Instant(instant) => decimal(instant.seconds, instant.nanos),
            Val::LocalDate(date) => serde_json::json!([date.year(), date.month(), date.day()]),
            Val::LocalDateTime(moment) => local_date_time(moment),
            Val::NotEvaluable(inner) => {
                Value::Object([("expression".to_owned(), inner.to_json()?)].into_iter().collect())
            }
            Val::Random(_) | Val::Format(_) => {
                return Err(Fault::spel(Code::Conversion, 1001, "the result is an object that has no JSON form"));
            }
            _ => Value::String(self.java_string()),
        })
    }
}

fn object(map: &Map<'_>) -> Eval<Value> {
    let mut object = serde_json::Map::new();
    for (key, value) in map.entries() {
        object.insert(key.java_string(), value.to_json()?);
    }
    Ok(Value::Object(object))
}

fn array_json(array: &super::Array<'_>) -> Eval<Value> {
    use crate::classes::Class;
    Ok(match (array.primitive, array.element) {
        (true, Class::Byte) => {
            let bytes: Vec<u8> = array.items.iter().filter_map(Val::as_byte).collect();
            Value::String(crate::functions::base64::encode(&bytes))
        }
        (true, Class::Character) => {
            let units: Vec<u16> = array
                .items
                .iter()
                .filter_map(|item| if let Val::Char(unit) = item { Some(*unit) } else { None })
                .collect();
            Value::String(String::from_utf16_lossy(&units))
        }
        _ => Value::Array(array.items.iter().map(Val::to_json).collect::<Eval<_>>()?),
    })
}

impl Val<'_> {
    /// The bits of a byte.
    pub fn as_byte(&self) -> Option<u8> {
        match self {
            Val::Byte(byte) => Some(byte.cast_unsigned()),
            _ => None,
        }
    }
}

/// Integers fit the smallest of int, long and big; decimals are doubles.
fn from_number<'a>(number: &Number) -> Val<'a> {
    if let Some(value) = number.as_i64() {
        return i32::try_from(value).map_or(Val::Long(value), Val::Int);
    }
    if let Some(value) = number.as_u64() {
        return Val::Big(Box::new(i128::from(value)));
    }
    Val::Double(number.as_f64().unwrap_or(f64::NAN))
}

#[expect(clippy::cast_precision_loss, reason = "a JSON number beyond 64 bits is read as a double anyway")]
fn big(value: i128) -> Value {
    Number::from_i128(value).or_else(|| Number::from_f64(value as f64)).map_or(Value::Null, Value::Number)
}

/// A real by its own digits (a float keeps its width); what JSON cannot say is text.
fn real(text: String) -> Value {
    match text.parse::<f64>().ok().and_then(Number::from_f64) {
        Some(number) => Value::Number(number),
        None => Value::String(text),
    }
}

fn decimal(seconds: i64, nanos: u32) -> Value {
    real(format!("{seconds}.{nanos:09}"))
}

fn local_date_time(moment: &jiff::civil::DateTime) -> Value {
    let mut parts: Vec<i64> = vec![
        moment.year().into(),
        moment.month().into(),
        moment.day().into(),
        moment.hour().into(),
        moment.minute().into(),
    ];
    if moment.second() != 0 || moment.subsec_nanosecond() != 0 {
        parts.push(moment.second().into());
    }
    if moment.subsec_nanosecond() != 0 {
        parts.push(moment.subsec_nanosecond().into());
    }
    Value::from(parts)
}
