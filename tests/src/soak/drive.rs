//! What a user of the server does meanwhile: starts executions, answers judgments, asks how it went. Every request may meet a dead server;
//! whoever sends it sends it again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::process::Command;

use super::check::Ended;
use super::documents::{APPLICATION, RELEASE, SOURCE, child, release};
use super::random::Random;
use crate::http::Client;
use crate::process::{Process, Setup};
use crate::sink::Sink;

/// How an execution is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// By a program, over HTTP.
    Http,
    /// By a person at a terminal.
    CommandLine,
    /// By another system that calls the webhook trigger.
    Webhook,
}

impl Way {
    fn of(number: u32) -> Way {
        match number % 3 {
            0 => Way::Http,
            1 => Way::CommandLine,
            _ => Way::Webhook,
        }
    }
}

/// A run under way.
pub struct Run {
    setup: Setup,
    sink: Sink,
    random: Random,
    process: Process,
    client: Client,
    started: BTreeMap<u32, String>,
    /// How many were started each way.
    pub ways: BTreeMap<Way, u32>,
    /// From each start after a kill to the ready line.
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
        let (started, ways, ready) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Ok(Run { setup, sink, random, process, client, started, ways, ready, kills: 0 })
    }

    /// Starts executions up to number `until`: in turn over HTTP, by the command line and by the webhook trigger. One whose request was
    /// not answered is asked for again under the same key, so a kill between the server's commit and its answer starts nothing twice.
    pub async fn start_executions(&mut self, until: u32) {
        for number in 1..=until {
            if self.started.contains_key(&number) {
                continue;
            }
            let way = Way::of(number);
            match self.start_one(way, number).await {
                Some(id) => {
                    self.started.insert(number, id);
                    *self.ways.entry(way).or_default() += 1;
                }
                None => return,
            }
        }
    }

    /// Its id, where the server acknowledged it.
    async fn start_one(&mut self, way: Way, number: u32) -> Option<String> {
        let (key, version) = (format!("soak-{number}"), format!("1.0.{number}"));
        match way {
            Way::Http => {
                let path = format!("/api/v1/applications/{APPLICATION}/pipelines/{RELEASE}/executions");
                let body = json!({ "parameters": { "version": version }, "correlationId": key });
                let body = self.client.post(&path, &body).await.ok()?.ok().ok()?;
                body.get("id")?.as_str().map(str::to_owned)
            }
            Way::CommandLine => {
                let words = ["run", APPLICATION, RELEASE, "--output", "json", "--correlation-id", &key, "--param"];
                let mut command = Command::new(&self.setup.program);
                command.args(words).arg(format!("version={version}")).kill_on_drop(true);
                command.env("MAINSHEET_SERVER", format!("http://{}", self.process.address));
                command.env("MAINSHEET_TOKEN", &self.setup.token);
                let said = command.output().await.ok()?;
                let said: Value = serde_json::from_slice(&said.stdout).ok()?;
                said.get("id")?.as_str().map(str::to_owned)
            }
            Way::Webhook => {
                let body = json!({ "kind": "release", "parameters": { "version": version } });
                let path = format!("/webhooks/webhook/{SOURCE}");
                let body = self.client.deliver(&path, &key, &body).await.ok()?.ok().ok()?;
                body.pointer("/started/0")?.as_str().map(str::to_owned)
            }
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
        let span = Duration::from_millis(self.random.between(30, 900));
        // Cut wherever it stands, so that kills find requests on their way, too.
        let _cut = tokio::time::timeout(span, self.work(executions)).await;
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

    async fn work(&mut self, executions: u32) {
        loop {
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
