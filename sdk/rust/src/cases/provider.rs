//! Provider cases: tries of one operation with their exchanges, or one query.

use serde::Deserialize;
use serde_json::{Value, json};

use super::exchange::{self, Exchange};
use super::matching::part;
use crate::provider::{OperationCall, Progress, ProviderPlugin, QueryCall, Wake};
use crate::{Account, Failure, Meta};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProviderCase {
    #[serde(default, rename = "about")]
    _about: String,
    operation: Option<String>,
    query: Option<String>,
    #[serde(default)]
    input: Value,
    account: Option<Account>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    meta: Meta,
    calls: Vec<CallCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CallCase {
    at: Option<f64>,
    #[serde(default)]
    repeated: bool,
    #[serde(default)]
    cancelling: bool,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    exchanges: Vec<Exchange>,
    done: Option<Value>,
    failed: Option<Value>,
    again: Option<Value>,
}

pub(super) fn run(plugin: &ProviderPlugin, case: ProviderCase) -> Vec<String> {
    let mut meta = case.meta.clone();
    let mut checkpoint = None;
    let mut differences = Vec::new();
    for (number, expected) in case.calls.iter().enumerate() {
        let place = format!("call {}", number + 1);
        meta.now = expected.at.unwrap_or(meta.now);
        let once = || play(plugin, &case, expected, &meta, checkpoint.clone());
        let (result, found) = once();
        if once().0 != result {
            differences.push(format!("{place}: the same call does two different things"));
        }
        differences.extend(found.into_iter().map(|difference| format!("{place}: {difference}")));
        differences.extend(compare(&place, expected, &result));
        if let Ok(Progress::Again { checkpoint: next, .. }) = result {
            checkpoint = Some(next);
        }
    }
    differences
}

fn play(
    plugin: &ProviderPlugin,
    case: &ProviderCase,
    expected: &CallCase,
    meta: &Meta,
    checkpoint: Option<Vec<u8>>,
) -> (Result<Progress, Failure>, Vec<String>) {
    exchange::begin(&expected.exchanges);
    let (meta, account, input) = (meta.clone(), case.account.clone(), case.input.clone());
    let result = match &case.query {
        Some(kind) => {
            plugin.read(QueryCall { meta, account, kind: kind.clone(), input, max_age: 0 }).map(Progress::Done)
        }
        None => plugin.operate(OperationCall {
            meta,
            account,
            kind: case.operation.clone().unwrap_or_default(),
            input,
            idempotency_key: case.key.clone(),
            repeated: expected.repeated,
            dry_run: expected.dry_run,
            checkpoint,
            cancelling: expected.cancelling,
        }),
    };
    (result, exchange::end())
}

fn compare(place: &str, expected: &CallCase, result: &Result<Progress, Failure>) -> Vec<String> {
    match (result, expected) {
        (Ok(Progress::Done(answer)), CallCase { done: Some(expected), .. }) => {
            part(&format!("{place}: done"), expected, answer)
        }
        (Err(failure), CallCase { failed: Some(expected), .. }) => {
            part(&format!("{place}: failed"), expected, &serde_json::to_value(failure).unwrap_or_default())
        }
        (Ok(Progress::Again { wakes, progress, .. }), CallCase { again: Some(expected), .. }) => {
            let after = wakes.iter().find_map(|wake| if let Wake::After(millis) = wake { Some(*millis) } else { None });
            let changed = wakes.iter().find_map(|wake| if let Wake::Changed(id) = wake { Some(id) } else { None });
            part(
                &format!("{place}: again"),
                expected,
                &json!({ "after": after, "changed": changed, "progress": progress }),
            )
        }
        _ => vec![format!("{place}: another outcome came: {result:?}")],
    }
}
