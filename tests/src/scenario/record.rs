//! What an execution shows at its end, compared with what a scenario says it shows at least.

use anyhow::{Result, ensure};
use domain::Params;
use serde_json::{Value, json};

/// A stage, as the section `Shows` names its parts.
#[must_use]
pub fn stage(context: &Params, outputs: &Params, artifacts: &Params) -> Value {
    json!({ "context": context, "outputs": outputs, "artifacts": artifacts })
}

/// Checks that every member that `wanted` names is shown; lists must be equal in length.
///
/// # Errors
/// The first that is not, with its place.
pub fn check(wanted: Option<&Value>, shown: &Value) -> Result<()> {
    wanted.map_or(Ok(()), |wanted| part("", wanted, shown))
}

fn part(at: &str, wanted: &Value, shown: &Value) -> Result<()> {
    match (wanted, shown) {
        (Value::Object(wanted), Value::Object(shown)) => wanted
            .iter()
            .try_for_each(|(key, wanted)| part(&format!("{at}/{key}"), wanted, shown.get(key).unwrap_or(&Value::Null))),
        (Value::Array(wanted), Value::Array(shown)) if wanted.len() == shown.len() => {
            let mut pairs = wanted.iter().zip(shown).enumerate();
            pairs.try_for_each(|(index, (wanted, shown))| part(&format!("{at}/{index}"), wanted, shown))
        }
        _ => {
            ensure!(wanted == shown, "it shows {shown} at {at}, not {wanted}");
            Ok(())
        }
    }
}
