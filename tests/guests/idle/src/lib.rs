//! Guest `idle`: a provider that does nothing, slowly, or fails, so that tests can bring an operation into any situation.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, OperationKind, Progress, ProviderPlugin, QueryCall, QueryKind};

/// Any input; it is told back.
#[config]
pub struct Anything {
    #[serde(flatten)]
    members: Map<String, Value>,
}

/// How long it takes.
#[config]
pub struct Slow {
    /// How often it says "again" before it is done.
    #[field(default = Integer(3))]
    times: Integer,
    /// Milliseconds between.
    #[field(default = Millis(100))]
    after: Millis,
    /// Does not heed that it was taken back.
    stubborn: Flag,
}

/// How it fails.
#[config]
pub struct Fail {
    /// Class of the failure.
    #[field(default = FailureClass::Internal)]
    #[schemars(with = "String")]
    class: FailureClass,
    /// Its code.
    #[field(default = "idle.failed".to_owned())]
    code: String,
    /// Its message.
    #[field(default = "It fails, as it was told to.".to_owned())]
    message: String,
}

/// When it traps.
#[config]
pub struct Trap {
    /// Traps on the first try only; a repeated one is done.
    once: Flag,
}

fn nothing(input: Anything, call: OperationCall) -> Result<Progress, Failure> {
    let account = call.account.map(|account| account.name);
    Ok(Progress::Done(json!({
        "input": input.members, "key": call.idempotency_key, "repeated": call.repeated, "dryRun": call.dry_run,
        "cancelling": call.cancelling, "account": account,
    })))
}

fn slow(input: Slow, call: OperationCall) -> Result<Progress, Failure> {
    let tries: i64 = call.checkpoint();
    if call.cancelling && !input.stubborn.0 {
        return Err(Failure::new(FailureClass::Cancelled, "idle.cancelled", "It was taken back."));
    }
    if tries >= input.times.0 {
        return Ok(Progress::Done(json!({ "tries": tries + 1, "key": call.idempotency_key })));
    }
    let after = u32::try_from(input.after.0).unwrap_or(0);
    Ok(Progress::again(&(tries + 1)).after(after).showing(json!({ "tries": tries + 1 })))
}

fn fail(input: Fail, _: OperationCall) -> Result<Progress, Failure> {
    Err(Failure::new(input.class, input.code, input.message))
}

fn trap(input: Trap, call: OperationCall) -> Result<Progress, Failure> {
    assert!(input.once.0 && call.repeated, "this operation traps, as it was told to");
    Ok(Progress::Done(json!({ "repeated": true })))
}

fn echo(input: Anything, _: QueryCall) -> Result<Value, Failure> {
    Ok(input.members.into())
}

/// A cluster called `web-2` has two server groups in each region, the first of them disabled; one without number does not exist.
fn server_groups(input: Anything, _: QueryCall) -> Result<Value, Failure> {
    let cluster = input.members.get("cluster").and_then(Value::as_str).unwrap_or_default();
    let Some(size) = cluster.rsplit_once('-').and_then(|(_, size)| size.parse::<u32>().ok()) else {
        return Err(Failure::new(FailureClass::NotFound, "idle.no-cluster", "There is no such cluster."));
    };
    let regions = input.members.get("regions").and_then(Value::as_array).cloned().unwrap_or_default();
    let group =
        |region: &Value, at| json!({ "name": format!("{cluster}-v{at}"), "region": region, "disabled": at == 0 });
    Ok(regions.iter().flat_map(|region| (0..size).map(move |at| group(region, at))).collect())
}

/// Account `frozen` has a condition that is never met.
fn unmet_conditions(input: Anything, _: QueryCall) -> Result<Value, Failure> {
    let is_frozen = input.members.get("account").and_then(Value::as_str) == Some("frozen");
    Ok(if is_frozen { json!([{ "name": "freeze", "description": "Nothing moves." }]) } else { json!([]) })
}

fn broken(_: Anything, _: QueryCall) -> Result<Value, Failure> {
    panic!("this query traps, whoever asks")
}

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new("idle", env!("CARGO_PKG_VERSION"))
        .label("Idle", "空闲")
        .operation(OperationKind::new("nothing", nothing).safe().dry_run())
        .operation(OperationKind::new("once", nothing).never_repeated())
        .operation(OperationKind::new("slow", slow))
        .operation(OperationKind::new("fail", fail))
        .operation(OperationKind::new("trap", trap))
        .operation(OperationKind::new("notify", nothing))
        .operation(OperationKind::new("fetch", nothing).safe())
        .query(QueryKind::new("echo", echo))
        .query(QueryKind::new("server-groups", server_groups))
        .query(QueryKind::new("unmet-conditions", unmet_conditions))
        .query(QueryKind::new("broken", broken))
        .artifacts(&["idle/thing", "things/*"])
        .notifications(&["idle"])
        .account::<Anything>(&[])
}

mainsheet_sdk::export_provider!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::provider(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
