//! What many waiting executions cost (G16): memory each, and processor time altogether.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::task::JoinSet;

use super::workload::APPLICATION;
use crate::http::Client;
use crate::process::Process;

/// What was measured.
pub struct Waiting {
    /// Executions started a second.
    pub rate: f64,
    /// Resident bytes for each, above what the server had before.
    pub bytes_each: f64,
    /// Share of one processor that all of them cost, in percent.
    pub processor: f64,
}

/// Starts `count` executions that wait for an hour, and watches the server do nothing for `span`.
///
/// # Errors
/// The server refuses.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub async fn measure(process: &Process, token: &str, count: usize, span: Duration) -> Result<Waiting> {
    let mut client = Client::new(&process.address, token);
    let document = json!({ "application": APPLICATION, "name": "waits", "limitConcurrent": false,
        "stages": [{ "refId": "1", "type": "wait", "name": "Wait", "waitTime": 3_600 }] });
    let path = format!("/api/v1/applications/{APPLICATION}/pipelines");
    let saved = client.post(&path, &document).await?.ok()?;
    let start = format!("{path}/{}/executions", saved["id"].as_str().context("no id")?);
    let (before, _) = process.usage().context("the server is gone")?;
    let begun = std::time::Instant::now();
    let mut submitting = JoinSet::new();
    for _ in 0..16 {
        let (address, token, start) = (process.address.clone(), token.to_owned(), start.clone());
        submitting.spawn(async move {
            let mut client = Client::new(&address, &token);
            for _ in 0..count / 16 {
                client.post(&start, &json!({})).await?.ok()?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(part) = submitting.join_next().await {
        part??;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    // Drives, checkpoints and freed memory settle.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (after, cpu_before) = process.usage().context("the server is gone")?;
    tokio::time::sleep(span).await;
    let (_, cpu_after) = process.usage().context("the server is gone")?;
    let spent = cpu_after.saturating_sub(cpu_before);
    Ok(Waiting {
        rate,
        bytes_each: after.saturating_sub(before) as f64 / count as f64,
        processor: 100.0 * spent.as_secs_f64() / span.as_secs_f64(),
    })
}
