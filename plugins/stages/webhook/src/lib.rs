//! Stage `webhook`: calls an address, and may watch what it started. Behaviour: reference `pipelines-and-stages.md` §3.7.
//! All HTTP is done by operations of provider `http`.

mod address;
mod config;
mod report;
mod status;

use mainsheet_sdk::prelude::*;

pub use config::{Resolution, Webhook};
use report::Report;

async fn webhook(config: Webhook, flow: Flow) -> Finish {
    let report = Report::new(&flow);
    let end = match select(work(&config, &flow, &report), flow.cancelled()).await {
        Either::Left(Ok(finish)) => finish,
        Either::Left(Err(failure)) => Finish::failed(failure),
        Either::Right(cancel) => Finish::of(&cancel),
    };
    let must_undo = matches!(end.status, Status::Failed | Status::Cancelled) && report.has_begun();
    if let (true, Some(endpoint)) = (must_undo, config.cancel_endpoint()) {
        // A courtesy: what becomes of it changes nothing.
        let input = json!({
            "url": endpoint, "method": config.cancel_method, "headers": config.headers(), "body": config.cancel_payload,
            "signature": config.signature, "retry": false,
        });
        let _ = flow.operate("cancel", config.operation("request", input)).await;
    }
    end
}

/// Calls, waits and watches, as far as the configuration says.
async fn work(config: &Webhook, flow: &Flow, report: &Report) -> Result<Finish, Failure> {
    let watches = config.wait_for_completion.0;
    if config.monitor_only.0 && !watches {
        let message = "monitorOnly needs waitForCompletion: there would be nothing to do";
        return Err(config::invalid("/monitorOnly", message));
    }
    let reply = if config.monitor_only.0 { Value::Null } else { create(config, flow, report).await? };
    if watches {
        let address = config.status_address(&reply).inspect_err(|failure| report.error(&failure.message))?;
        report.status_endpoint(&address);
        if config.wait_before_monitor.0 > 0 {
            flow.phase("waitBeforeMonitorWebhook");
            flow.until("before-monitor", flow.started() + config.wait_before_monitor.millis()).await;
        }
        return monitor(config, flow, report, address).await;
    }
    bind(config, flow, &reply)
}

/// Without waiting, artifacts come from the reply.
fn bind(config: &Webhook, flow: &Flow, reply: &Value) -> Result<Finish, Failure> {
    let Some(expected) = &config.expected_artifacts else {
        return Ok(Finish::succeeded());
    };
    let artifacts = reply.pointer("/body/artifacts").and_then(Value::as_array);
    if artifacts.is_none() && !expected.is_empty() {
        let message = "The stage expects artifacts, and the reply's body has no list `artifacts`.";
        return Err(Failure::new(FailureClass::InvalidInput, code("webhook.no-artifacts"), message));
    }
    flow.phase("bindProducedArtifacts");
    flow.artifacts(artifacts.into_iter().flatten().cloned());
    Ok(Finish::succeeded())
}

async fn create(config: &Webhook, flow: &Flow, report: &Report) -> Result<Value, Failure> {
    flow.phase("createWebhook");
    let operation = config.operation("request", config.create_input()?);
    report.begun();
    match flow.operate("create", operation).await {
        Ok(reply) => {
            report.created(&reply);
            Ok(reply)
        }
        Err(failure) => {
            report.not_created(&failure);
            Err(failure)
        }
    }
}

async fn monitor(config: &Webhook, flow: &Flow, report: &Report, address: String) -> Result<Finish, Failure> {
    flow.phase("monitorWebhook");
    report.begun();
    let told = match flow.operate("monitor", config.operation("poll", config.poll_input(address))).await {
        Ok(told) => told,
        Err(failure) => {
            report.not_monitored(&failure);
            return Err(failure);
        }
    };
    report.monitored(&told);
    match told.get("outcome").and_then(Value::as_str) {
        Some("succeeded") => {
            if config.expected_artifacts.is_some() {
                flow.phase("bindProducedArtifacts");
            }
            Ok(Finish::succeeded())
        }
        Some("canceled") => Ok(Finish::cancelled()),
        _ => {
            let error = told.get("error").and_then(Value::as_str).unwrap_or("What the webhook started has failed.");
            Err(Failure::new(FailureClass::Internal, code("webhook.failed"), error))
        }
    }
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("webhook", webhook)
            .label("Webhook", "Webhook")
            .help("Calls an address, and may watch what it started.", "调用外部接口，并可等待其完成。")
            .check(Webhook::problems)
            .restart(&["webhook", "statusEndpoint", "buildInfo", "statusCode"], &[]),
    )
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
