//! How soon a restarted server has taken up everything that was open (G11): many executions, each with an operation under way.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::task::JoinSet;

use super::workload::APPLICATION;
use crate::http::Client;
use crate::process::Setup;

/// Milliseconds from the ready line until these shares of the open operations had been called again.
pub struct Resumed {
    /// The first.
    pub first: f64,
    /// 99 of 100.
    pub most: f64,
}

/// Starts `count` executions whose operation goes on for hours, kills the server, starts it again and watches its figures.
///
/// # Errors
/// The server refuses, or does not take everything up within a minute.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub async fn measure(setup: &Setup, count: usize) -> Result<Resumed> {
    let mut process = setup.start().await?;
    let mut client = Client::new(&process.address, &setup.token);
    let stage = json!({ "refId": "1", "type": "act", "name": "Act", "provider": "idle", "operation": "slow",
        "input": { "times": 1_000, "after": 3_600_000 } });
    let document =
        json!({ "application": APPLICATION, "name": "acts for hours", "limitConcurrent": false, "stages": [stage] });
    let path = format!("/api/v1/applications/{APPLICATION}/pipelines");
    let saved = client.post(&path, &document).await?.ok()?;
    let start = format!("{path}/{}/executions", saved["id"].as_str().context("no id")?);
    let mut submitting = JoinSet::new();
    for _ in 0..16 {
        let (address, token, start) = (process.address.clone(), setup.token.clone(), start.clone());
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
    until(&mut client, count / 16 * 16).await?;
    process.kill().await?;
    let mut process = setup.start().await?;
    let begun = Instant::now();
    let mut client = Client::new(&process.address, &setup.token);
    until(&mut client, 1).await?;
    let first = begun.elapsed().as_secs_f64() * 1_000.0;
    until(&mut client, count * 99 / 100).await?;
    let most = begun.elapsed().as_secs_f64() * 1_000.0;
    process.kill().await?;
    Ok(Resumed { first, most })
}

/// Waits until the server has made `calls` calls of operations.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn until(client: &mut Client, calls: usize) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_mins(1) {
        let text = client.text("/metrics").await?;
        let line = text.lines().find_map(|line| line.strip_prefix("mainsheet_operation_calls_total "));
        if line.and_then(|figure| figure.trim().parse::<f64>().ok()).is_some_and(|made| made >= calls as f64) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bail!("the server has not made {calls} calls within a minute")
}
