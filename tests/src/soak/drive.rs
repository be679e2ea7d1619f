//! What a user of the server does meanwhile: starts executions, answers judgments, asks how it went. Every request may meet a dead server;
//! whoever sends it sends it again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::check::Ended;
use super::documents::{APPLICATION, RELEASE, child, release};
use super::random::Random;
use crate::http::Client;
use crate::process::{Process, Setup};
use crate::sink::Sink;

/// A run under way.
pub struct Run {
    setup: Setup,
    sink: Sink,
    random: Random,
    process: Process,
    client: Client,
    started: BTreeMap<u32, String>,
    /// From the start of each process to its ready line.
    pub ready: Vec<Duration>,
    kills: u32,
}

impl Run {
    /// Prepares data, server and pipelines.
    ///
    /// # Errors
    /// The server does not start, or refuses the pipelines.
    pub async fn begin(setup: Setup, sink: Sink, random: Random) -> Result<Run> {
        setup.prepare().await?;
        let process = setup.start().await?;
        let mut client = Client::new(&process.address, &setup.token);
        client.post("/api/v1/applications", &json!({ "name": APPLICATION })).await?.ok()?;
        let pipelines = format!("/api/v1/applications/{APPLICATION}/pipelines");
        for document in [child(&sink.address), release(&sink.address)] {
            client.post(&pipelines, &document).await?.ok()?;
        }
        let ready = vec![process.ready_after];
        Ok(Run { setup, sink, random, process, client, started: BTreeMap::new(), ready, kills: 0 })
    }

    /// Starts executions up to number `until`. One whose request was not answered is asked for again under its correlation id, so a kill
    /// between the server's commit and its answer starts nothing twice.
    pub async fn start_executions(&mut self, until: u32) {
        for number in 1..=until {
            if self.started.contains_key(&number) {
                continue;
            }
            let path = format!("/api/v1/applications/{APPLICATION}/pipelines/{RELEASE}/executions");
            let body = json!({ "parameters": { "version": format!("1.0.{number}") }, "correlationId": format!("soak-{number}") });
            let Ok(reply) = self.client.post(&path, &body).await else { return };
            match reply.ok().ok().and_then(|body| body.get("id")?.as_str().map(str::to_owned)) {
                Some(id) => self.started.insert(number, id),
                None => return,
            };
        }
    }

    /// Answers every open judgment.
    pub async fn answer(&mut self) {
        let Ok(reply) = self.client.get("/api/v1/questions?limit=100").await else { return };
        let Ok(page) = reply.ok() else { return };
        let ids = page["items"].as_array().into_iter().flatten().filter_map(|question| question["id"].as_str());
        for id in ids.map(str::to_owned).collect::<Vec<String>>() {
            let path = format!("/api/v1/questions/{}/answers", id.replace('/', "%2F"));
            // Refused when it was answered before the last kill; that is as good.
            if self.client.post(&path, &json!({ "status": "continue" })).await.is_err() {
                return;
            }
        }
    }

    /// Lets the server work for a while, then kills it, starts it again.
    ///
    /// # Errors
    /// It does not come back.
    pub async fn kill_once(&mut self, executions: u32) -> Result<()> {
        let work = Duration::from_millis(self.random.between(30, 900));
        self.work(work, executions).await;
        self.kills += 1;
        let process = self.kill_and_start().await?;
        self.ready.push(process.ready_after);
        self.client = Client::new(&process.address, &self.setup.token);
        self.process = process;
        Ok(())
    }

    async fn kill_and_start(&mut self) -> Result<Process> {
        let dead = self.process.id().context("the server ended by itself")?;
        self.process.kill().await?;
        // What the dead server had sent may still be on its way; it belongs to the time before.
        pause(Duration::from_millis(30)).await;
        self.sink.killed();
        self.setup.start().await.with_context(|| format!("after kill {} of process {dead}", self.kills))
    }

    #[expect(clippy::disallowed_methods, reason = "the run has the clock of the outside world")]
    async fn work(&mut self, span: Duration, executions: u32) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            self.start_executions(executions).await;
            if self.random.below(4) == 0 {
                self.answer().await;
            }
            pause(Duration::from_millis(20)).await;
        }
    }

    /// Lets everything end, and tells how each execution did.
    ///
    /// # Errors
    /// The server does not answer any more, or not all executions were acknowledged.
    #[expect(clippy::disallowed_methods, reason = "the run has the clock of the outside world")]
    pub async fn finish(&mut self, executions: u32, patience: Duration) -> Result<Vec<Ended>> {
        let until = Instant::now() + patience;
        loop {
            self.start_executions(executions).await;
            self.answer().await;
            let ended = self.ended().await?;
            let open = ended.iter().filter(|ended| !is_complete(&ended.status)).count();
            if (ended.len() == executions as usize && open == 0) || Instant::now() > until {
                ensure!(
                    ended.len() == executions as usize,
                    "only {} of {executions} executions were acknowledged",
                    ended.len()
                );
                return Ok(ended);
            }
            pause(Duration::from_millis(200)).await;
        }
    }

    async fn ended(&mut self) -> Result<Vec<Ended>> {
        let mut all = Vec::new();
        for execution in self.started.values().cloned().collect::<Vec<String>>() {
            let reply = self.client.get(&format!("/api/v1/executions/{execution}")).await?;
            if reply.status == 404 {
                bail!("execution {execution} was acknowledged, and is gone");
            }
            let found = reply.ok()?;
            let status = found["status"].as_str().unwrap_or_default().to_owned();
            let stages = found["stages"].as_array().into_iter().flatten();
            let children = stages.filter_map(|stage| stage.pointer("/context/executionId").and_then(Value::as_str));
            all.push(Ended { execution, children: children.map(str::to_owned).collect(), status });
        }
        Ok(all)
    }

    /// What an execution looks like, for whoever must find out why it is stuck.
    pub async fn describe(&mut self, execution: &str) -> Value {
        let Ok(reply) = self.client.get(&format!("/api/v1/executions/{execution}")).await else { return Value::Null };
        reply.body
    }
}

#[expect(clippy::disallowed_methods, reason = "the run has the clock of the outside world")]
async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}

fn is_complete(status: &str) -> bool {
    matches!(status, "SUCCEEDED" | "TERMINAL" | "CANCELED")
}
