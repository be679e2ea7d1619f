//! `soak kill`: kills the real server again and again, and counts what was lost or done twice.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tests::process::Setup;
use tests::sink::Sink;
use tests::soak::check::{Findings, check};
use tests::soak::drive::Run;
use tests::soak::random::Random;

const USAGE: &str = "\
Usage: soak kill [--kills N] [--seed S] [--executions N] [--server FILE] [--plugins DIR] [--data DIR]

Starts the server, runs executions of a pipeline with branches, a judgment, webhooks and a child, kills the server with SIGKILL N times at
instants that the seed decides, and judges by the record of an outside HTTP server. Exit code 0 when every promise held.";

/// What the command line says.
struct Arguments {
    kills: u32,
    seed: u64,
    executions: u32,
    server: PathBuf,
    plugins: PathBuf,
    data: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(arguments))
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
        if words.next().as_deref() != Some("kill") {
            bail!("{USAGE}");
        }
        let target = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target"));
        let mut arguments = Arguments {
            kills: 20,
            seed: u64::from(std::process::id()),
            executions: 50,
            server: target.join("debug/mainsheet"),
            plugins: target.join("plugins"),
            data: None,
        };
        while let Some(flag) = words.next() {
            let value = words.next().with_context(|| format!("{flag} needs a value\n{USAGE}"))?;
            match flag.as_str() {
                "--kills" => arguments.kills = value.parse()?,
                "--seed" => arguments.seed = value.parse()?,
                "--executions" => arguments.executions = value.parse()?,
                "--server" => arguments.server = value.into(),
                "--plugins" => arguments.plugins = value.into(),
                "--data" => arguments.data = Some(value.into()),
                _ => bail!("{flag} is unknown\n{USAGE}"),
            }
        }
        Ok(arguments)
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = arguments.data.clone().unwrap_or_else(|| folder.path().join("data"));
    let setup = Setup { program: arguments.server, data, plugins: arguments.plugins, token: "mst_soak".into() };
    let sink = Sink::start(Duration::from_millis(150)).await?;
    println!(
        "seed {} · {} executions · {} kills · sink {}",
        arguments.seed, arguments.executions, arguments.kills, sink.address
    );
    let mut run = Run::begin(setup, sink.clone(), Random::new(arguments.seed)).await?;
    for kill in 1..=arguments.kills {
        // Executions begin all along, so that every kill finds some at every place.
        let begun = arguments.executions * kill / arguments.kills.max(1);
        run.kill_once(begun.max(1)).await?;
    }
    let ended = run.finish(arguments.executions, Duration::from_mins(2)).await?;
    let findings = check(&ended, &sink.calls());
    println!("started: {:?}", run.ways);
    spans("ready again", &run.ready);
    spans("first effect after a kill", &sink.resumed());
    report(&findings);
    println!(
        "{} kills, {} executions, {} effects, {} repeated across a kill: {}",
        arguments.kills,
        ended.len(),
        findings.keys,
        findings.extra,
        if findings.holds() { "nothing lost, nothing stuck, nothing twice" } else { "A PROMISE WAS BROKEN" }
    );
    if findings.holds() {
        return Ok(());
    }
    for stuck in findings.stuck.iter().take(3) {
        let execution = stuck.split(' ').next().unwrap_or_default();
        println!("{}", serde_json::to_string_pretty(&run.describe(execution).await)?);
    }
    bail!("a promise was broken; repeat it with --seed {} --kills {}", arguments.seed, arguments.kills)
}

fn spans(what: &str, spans: &[Duration]) {
    let mut sorted: Vec<u128> = spans.iter().map(Duration::as_millis).collect();
    sorted.sort_unstable();
    let at = |share: usize| sorted.get(sorted.len().saturating_sub(1) * share / 100).copied().unwrap_or(0);
    println!("{what}: {} ms p50, {} ms p99, {} ms most", at(50), at(99), at(100));
}

fn report(findings: &Findings) {
    for (what, list) in [
        ("lost", &findings.lost),
        ("stuck or failed", &findings.stuck),
        ("second keys", &findings.second_keys),
        ("repeated without a kill", &findings.repeated),
    ] {
        println!("{what}: {}", list.len());
        list.iter().take(10).for_each(|line| println!("    {line}"));
    }
}
