//! The three workloads, each in two kinds: *pure* stages ask for nothing, *acting* ones run one operation that does nothing.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::figures::Spans;
use super::observer::Observer;
use crate::http::Client;

/// Application of all workloads.
pub const APPLICATION: &str = "bench";

/// What its stages do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Pure,
    /// One operation.
    Acting,
}

impl Kind {
    fn stage_type(self) -> &'static str {
        if self == Kind::Pure { "noop" } else { "act" }
    }

    /// For names of pipelines and figures.
    #[must_use]
    pub fn word(self) -> &'static str {
        if self == Kind::Pure { "pure" } else { "acting" }
    }
}

/// `a`: 40 stages, one after the other.
#[must_use]
pub fn sequential(name: &str, kind: Kind, stages: usize) -> Value {
    let stages: Vec<Value> = (0..stages)
        .map(|number| {
            let before: Vec<String> = number.checked_sub(1).map(|before| before.to_string()).into_iter().collect();
            json!({ "refId": number.to_string(), "requisiteStageRefIds": before, "type": kind.stage_type(), "name": format!("Stage {number}") })
        })
        .collect();
    json!({ "application": APPLICATION, "name": name, "limitConcurrent": false, "stages": stages })
}

/// `b`: ten branches of four stages, and one that joins them.
#[must_use]
pub fn parallel(name: &str, kind: Kind) -> Value {
    let mut stages: Vec<Value> = Vec::new();
    for branch in 0..10 {
        for number in 0..4 {
            let before: Vec<String> = (number > 0).then(|| format!("{branch}.{}", number - 1)).into_iter().collect();
            stages.push(json!({ "refId": format!("{branch}.{number}"), "requisiteStageRefIds": before, "type": kind.stage_type(),
                "name": format!("Stage {number} of branch {branch}") }));
        }
    }
    let ends: Vec<String> = (0..10).map(|branch| format!("{branch}.3")).collect();
    stages.push(json!({ "refId": "join", "requisiteStageRefIds": ends, "type": kind.stage_type(), "name": "Join" }));
    json!({ "application": APPLICATION, "name": name, "limitConcurrent": false, "stages": stages })
}

/// A server with the workloads' pipelines.
pub struct Target {
    /// `host:port`.
    pub address: String,
    /// An administrator's token.
    pub token: String,
    /// Who sees executions end.
    pub observer: Observer,
    client: Client,
}

impl Target {
    /// Connects and subscribes.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn connect(address: &str, token: &str) -> Result<Target> {
        let observer = Observer::subscribe(address, token).await?;
        let client = Client::new(address, token);
        Ok(Target { address: address.to_owned(), token: token.to_owned(), observer, client })
    }

    /// Saves a pipeline and returns the path at which it is started.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn save(&mut self, document: &Value) -> Result<String> {
        let path = format!("/api/v1/applications/{APPLICATION}/pipelines");
        let saved = self.client.post(&path, document).await?.ok()?;
        let id = saved["id"].as_str().context("a saved pipeline without an id")?;
        Ok(format!("{path}/{id}/executions"))
    }

    /// Makes the application.
    ///
    /// # Errors
    /// The server refuses.
    pub async fn prepare(&mut self) -> Result<()> {
        self.client.post("/api/v1/applications", &json!({ "name": APPLICATION })).await?.ok()?;
        Ok(())
    }

    /// Runs a pipeline `times`, one after the other: from before its request is sent until the subscriber sees its end, in milliseconds.
    ///
    /// # Errors
    /// An execution does not succeed.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub async fn one_by_one(&mut self, start: &str, times: usize) -> Result<Spans> {
        let mut spans = Spans::default();
        for _ in 0..times {
            let begun = Instant::now();
            let id = started(self.client.post(start, &json!({})).await?.ok()?)?;
            let (ended, status) = self.observer.ended(&id).await?;
            ensure!(status == "SUCCEEDED", "execution {id} ended {status}");
            spans.add(millis(ended - begun));
        }
        Ok(spans)
    }

    /// Submits `count` executions at once over `connections`: milliseconds of the whole, and of each from its request to its end.
    ///
    /// # Errors
    /// An execution does not succeed.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub async fn at_once(&mut self, start: &str, count: usize, connections: usize) -> Result<(f64, Spans)> {
        let begun = Instant::now();
        let mut submitting = JoinSet::new();
        for part in 0..connections {
            let (address, token, start) = (self.address.clone(), self.token.clone(), start.to_owned());
            let share = count / connections + usize::from(part < count % connections);
            submitting.spawn(async move {
                let mut client = Client::new(&address, &token);
                let mut sent = Vec::with_capacity(share);
                for _ in 0..share {
                    let at = Instant::now();
                    sent.push((at, started(client.post(&start, &json!({})).await?.ok()?)?));
                }
                anyhow::Ok(sent)
            });
        }
        let mut all = Vec::with_capacity(count);
        while let Some(part) = submitting.join_next().await {
            all.extend(part??);
        }
        let (mut spans, mut last) = (Spans::default(), begun);
        for (sent, id) in all {
            let (ended, status) = self.observer.ended(&id).await?;
            ensure!(status == "SUCCEEDED", "execution {id} ended {status}");
            spans.add(millis(ended - sent));
            last = last.max(ended);
        }
        Ok((millis(last - begun), spans))
    }
}

fn started(reply: Value) -> Result<String> {
    let id = reply["id"].as_str().or_else(|| reply["execution"].as_str());
    Ok(id.context("a started execution without an id")?.to_owned())
}

fn millis(span: std::time::Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}
