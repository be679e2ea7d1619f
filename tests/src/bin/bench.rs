//! `bench`: figures of the real server, release build, beside the floor of the machine in the same run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tests::bench::expressions;
use tests::bench::figures::Figures;
use tests::bench::floor::Floor;
use tests::bench::workload::{Kind, Target, parallel, sequential};
use tests::bench::{recovery, steps, waiting};
use tests::process::Setup;

const USAGE: &str = "\
Usage: bench [--quick] [--json] [--expressions] [--server FILE] [--plugins DIR] [--guests DIR]

Workloads: a 40 sequential stages, b ten branches of four and their join, c 500 pipelines of 5 stages at once; pure stages ask for nothing, acting
ones run one operation. Measured from the HTTP request to the end at a subscriber of the event stream, synchronous=FULL.
With --expressions only what the expression language costs; it needs no server.";

/// Executions of c.
const MANY: usize = 500;
/// Connections that submit them.
const CONNECTIONS: usize = 16;

struct Arguments {
    quick: bool,
    json: bool,
    expressions: bool,
    server: PathBuf,
    plugins: PathBuf,
    guests: PathBuf,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
        let target = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target"));
        let mut arguments = Arguments {
            quick: false,
            json: false,
            expressions: false,
            server: target.join("release/mainsheet"),
            plugins: target.join("plugins"),
            guests: target.join("guests"),
        };
        while let Some(word) = words.next() {
            let mut value =
                || words.next().map(PathBuf::from).with_context(|| format!("{word} needs a value\n{USAGE}"));
            match word.as_str() {
                "--quick" => arguments.quick = true,
                "--json" => arguments.json = true,
                "--expressions" => arguments.expressions = true,
                "--server" => arguments.server = value()?,
                "--plugins" => arguments.plugins = value()?,
                "--guests" => arguments.guests = value()?,
                _ => bail!("{word} is unknown\n{USAGE}"),
            }
        }
        Ok(arguments)
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let mut figures = Figures::default();
    if !arguments.expressions {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(run(&arguments, &mut figures))?;
    }
    expressions::measure(&mut figures, arguments.quick)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&figures.json())?);
    } else {
        println!("{}", figures.table());
    }
    Ok(())
}

async fn run(arguments: &Arguments, figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugins = folder.path().join("plugins");
    gather(&[&arguments.plugins, &arguments.guests], &plugins)?;
    let setup = Setup {
        program: arguments.server.clone(),
        data: folder.path().join("data"),
        plugins,
        token: "mst_bench".into(),
    };
    setup.prepare().await?;
    let mut process = setup.start().await?;
    figures.put("first start, plugins compiled", millis(process.ready_after), "ms", String::new());
    process.kill().await?;
    let mut process = setup.start().await?;
    figures.put("ready, plugins cached (G10)", millis(process.ready_after), "ms", "goal 50".into());
    settle().await;
    figures.put("idle RSS (G8)", resident(&process)?, "MB", "goal 40".into());

    let floor = Floors::measure(folder.path(), arguments.quick)?;
    figures.put("floor: commit of 1 transition", floor.one, "ms", "bare SQLite, FULL".into());
    figures.put("floor: 256 transitions a commit", floor.grouped, "ms/transition", "bare SQLite, FULL".into());
    let mut target = Target::connect(&process.address, &setup.token).await?;
    target.prepare().await?;
    singles(arguments, figures, &mut target, &floor).await?;
    many(arguments, figures, &mut target, &floor).await?;
    figures.put("RSS after c (G9)", resident(&process)?, "MB", "goal 100".into());
    wait(arguments, figures, &process, &setup).await?;

    process.kill().await?;
    let mut process = setup.start().await?;
    figures.put("ready, with all that history (G10)", millis(process.ready_after), "ms", "goal 50".into());
    process.kill().await?;

    let live = if arguments.quick { 1_600 } else { 10_000 };
    let resumed = recovery::measure(&setup, live).await?;
    let remark = format!("first after {:.0} ms · goal 1000", resumed.first);
    figures.put(&format!("{live} open operations taken up, p99 (G11)"), resumed.most, "ms", remark);

    let steps = steps::measure(&setup.data, &setup.program, if arguments.quick { 2_000 } else { 20_000 }).await?;
    figures.put(
        "one step, p50 (G15)",
        steps.median(),
        "us",
        format!("p99 {:.1} · goal 20 and 100", steps.percentile(99)),
    );
    Ok(())
}

/// What bare SQLite needs, in milliseconds.
struct Floors {
    one: f64,
    ten: f64,
    grouped: f64,
}

impl Floors {
    fn measure(folder: &Path, quick: bool) -> Result<Floors> {
        let mut floor = Floor::open(folder)?;
        let times = if quick { 200 } else { 1_000 };
        floor.commit_of(1, 50)?;
        let grouped = floor.commit_of(256, times / 10)? / 256.0;
        Ok(Floors { one: floor.commit_of(1, times)?, ten: floor.commit_of(10, times)?, grouped })
    }
}

/// a and b: one execution at a time.
async fn singles(arguments: &Arguments, figures: &mut Figures, target: &mut Target, floor: &Floors) -> Result<()> {
    let times = if arguments.quick { 20 } else { 200 };
    for kind in [Kind::Pure, Kind::Acting] {
        let commits = if kind == Kind::Pure { 1.0 } else { 2.0 };
        for (name, document, once) in [
            ("a", sequential(&format!("a-{}", kind.word()), kind, 40), floor.one * 40.0),
            ("b", parallel(&format!("b-{}", kind.word()), kind), floor.ten * 4.0 + floor.one),
            ("single", sequential(&format!("single-{}", kind.word()), kind, 1), floor.one),
        ] {
            let start = target.save(&document).await?;
            target.one_by_one(&start, 3).await?;
            let spans = target.one_by_one(&start, times).await?;
            let floor = once * commits;
            let remark =
                format!("p99 {:.3} · {:.2} x a floor of {floor:.2}", spans.percentile(99), spans.median() / floor);
            figures.put(&format!("{name} {}, p50", kind.word()), spans.median(), "ms", remark);
        }
    }
    Ok(())
}

/// c, five times in a row on one database.
async fn many(arguments: &Arguments, figures: &mut Figures, target: &mut Target, floor: &Floors) -> Result<()> {
    let rounds = if arguments.quick { 2 } else { 5 };
    for kind in [Kind::Pure, Kind::Acting] {
        let start = target.save(&sequential(&format!("c-{}", kind.word()), kind, 5)).await?;
        target.at_once(&start, 50, CONNECTIONS).await?;
        let mut rates = Vec::new();
        for round in 1..=rounds {
            let (whole, spans) = target.at_once(&start, MANY, CONNECTIONS).await?;
            let rate = 1_000.0 * MANY as f64 / whole;
            rates.push(rate);
            let possible = 1_000.0 / (floor.grouped * 5.0);
            let remark = format!(
                "one: p50 {:.1}, p99 {:.1} ms · {:.1} % of {possible:.0}/s",
                spans.median(),
                spans.percentile(99),
                100.0 * rate / possible
            );
            figures.put(&format!("c {}, round {round}", kind.word()), rate, "pipelines/s", remark);
        }
        let (first, last) = (rates.first().copied().unwrap_or(1.0), rates.last().copied().unwrap_or(0.0));
        figures.put(&format!("c {}, last to first (G4)", kind.word()), last / first, "x", "goal 0.95".into());
    }
    Ok(())
}

async fn wait(
    arguments: &Arguments,
    figures: &mut Figures,
    process: &tests::process::Process,
    setup: &Setup,
) -> Result<()> {
    let (count, span) = if arguments.quick { (9_600, 5) } else { (100_000, 30) };
    let waiting = waiting::measure(process, &setup.token, count, Duration::from_secs(span)).await?;
    figures.put(&format!("{count} waiting: started"), waiting.rate, "a second", String::new());
    figures.put(&format!("{count} waiting: each (G16)"), waiting.bytes_each, "bytes", "goal 1000".into());
    figures.put(&format!("{count} waiting: processor (G16)"), waiting.processor, "% of a core", "goal 0.5".into());
    Ok(())
}

fn gather(from: &[&Path], to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    let of_use = |name: &str| matches!(name, "scripted.wasm" | "idle.wasm");
    for (index, folder) in from.iter().enumerate() {
        let entries = std::fs::read_dir(folder)
            .with_context(|| format!("{}: run `cargo xtask plugins --guests`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".wasm") && (index == 0 || of_use(&name)) {
                std::fs::copy(entry.path(), to.join(&name))?;
            }
        }
    }
    Ok(())
}

fn resident(process: &tests::process::Process) -> Result<f64> {
    let (bytes, _) = process.usage().context("the server is gone")?;
    Ok(bytes as f64 / 1_048_576.0)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn settle() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
