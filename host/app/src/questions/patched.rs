//! The answer that a patch of a stage's context means.

use domain::Params;
use domain::params::Value;

/// The answer by the schema of what is asked, and the keys of the patch that are no part of it. Absent where the patch has none of the
/// keys that `x-patch` names, or leaves out a member that every answer must have: then it is a patch like any other.
pub(super) fn answer(schema: &Params, patch: &Params) -> Option<(Params, Params)> {
    let properties = schema.get("properties")?.as_object()?;
    let mut rest = patch.value().as_object()?.clone();
    let mut answer = Params::object().value().as_object()?.clone();
    for (name, property) in properties {
        let key = property.get("x-patch").and_then(Value::as_str);
        if let Some(value) = key.and_then(|key| rest.remove(key)) {
            answer.insert(name.clone(), word(property, value));
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let whole = required.into_iter().all(|name| answer.contains_key(name));
    (whole && !answer.is_empty()).then(|| (Params::new(answer.into()), Params::new(rest.into())))
}

/// A word as the schema spells it: clients write `Continue` as well as `continue`.
fn word(property: &Value, value: Value) -> Value {
    let Some(written) = value.as_str().map(str::trim) else { return value };
    let choices = property.get("enum").and_then(Value::as_array).into_iter().flatten();
    let branches = property.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let mut words = choices.chain(branches.filter_map(|branch| branch.get("const"))).filter_map(Value::as_str);
    words.find(|word| word.eq_ignore_ascii_case(written)).map_or_else(|| value.clone(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{ "type": "object", "required": ["status"], "properties": {
        "status": { "type": "string", "x-patch": "judgmentStatus", "oneOf": [{ "const": "continue" }, { "const": "stop" }] },
        "input": { "type": "string", "x-patch": "judgmentInput" } } }"#;

    fn read(patch: &str) -> Option<(String, String)> {
        let answer = answer(&Params::parse(SCHEMA).expect("a schema"), &Params::parse(patch).expect("a patch"));
        answer.map(|(answer, rest)| (answer.text().to_owned(), rest.text().to_owned()))
    }

    #[test]
    fn keys_become_members_and_others_stay() {
        let (answer, rest) =
            read(r#"{"judgmentStatus":" Continue","judgmentInput":"canary","note":1}"#).expect("an answer");
        assert_eq!(Params::parse(&answer).ok(), Params::parse(r#"{"status":"continue","input":"canary"}"#).ok());
        assert_eq!(rest, r#"{"note":1}"#);
    }

    #[test]
    fn a_patch_that_decides_nothing_is_a_patch() {
        assert_eq!(read(r#"{"judgmentInput":"canary"}"#), None);
        assert_eq!(read(r#"{"note":1}"#), None);
        assert_eq!(read("{}"), None);
        let (answer, _) = read(r#"{"judgmentStatus":"perhaps"}"#).expect("it is refused as an answer");
        assert_eq!(answer, r#"{"status":"perhaps"}"#);
    }
}
