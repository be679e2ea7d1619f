//! Plays seeds on the real engine in a simulated world: `sim [--seeds N] [--seed S] [--trace] [--plant NAME]`. `cargo xtask sim` builds it.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use tests::sim::{Mistake, many, play};

const HELP: &str = "usage: sim [--seeds N] [--seed S] [--trace] [--plant NAME|all] [--threads N]";

struct Wanted {
    seeds: u64,
    seed: u64,
    trace: bool,
    plant: Option<String>,
    threads: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn wanted() -> Result<Wanted> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut wanted = Wanted { seeds: 1, seed: 1, trace: false, plant: None, threads };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} wants a value; {HELP}"));
        match word.as_str() {
            "--seeds" => wanted.seeds = value()?.parse()?,
            "--seed" => wanted.seed = value()?.parse()?,
            "--threads" => wanted.threads = value()?.parse()?,
            "--plant" => wanted.plant = Some(value()?),
            "--trace" => wanted.trace = true,
            _ => bail!("`{word}` is not known; {HELP}"),
        }
    }
    Ok(wanted)
}

fn mistake(name: &str) -> Result<Mistake> {
    let found = Mistake::ALL.iter().copied().find(|mistake| mistake.name() == name);
    found.with_context(|| {
        let names: Vec<&str> = Mistake::ALL.iter().map(|mistake| mistake.name()).collect();
        format!("no mistake is called `{name}`; there are: {}", names.join(", "))
    })
}

fn run() -> Result<bool> {
    let wanted = wanted()?;
    if wanted.plant.as_deref() == Some("all") {
        return plant_all(&wanted);
    }
    let planted = wanted.plant.as_deref().map(mistake).transpose()?;
    if wanted.trace {
        let played = play(wanted.seed, planted)?;
        print!("{}", played.trace);
        return Ok(played.violation.is_none());
    }
    simulate(&wanted, planted)
}

#[expect(clippy::disallowed_methods, reason = "how long it took is told to people")]
fn simulate(wanted: &Wanted, planted: Option<Mistake>) -> Result<bool> {
    let begun = Instant::now();
    let tally = many::many(wanted.seed, wanted.seeds, planted, wanted.threads)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} seeds in {seconds:.1} s, {:.0} seeds/s: {} commits, {} calls, {} deaths",
        tally.seeds,
        tally.seeds as f64 / seconds,
        tally.commits,
        tally.effects,
        tally.deaths
    );
    if let Some((seed, violation)) = &tally.violation {
        println!("seed {seed}: {violation}\nreplay it: cargo xtask sim --seed {seed} --trace");
    }
    Ok(tally.violation.is_none())
}

fn plant_all(wanted: &Wanted) -> Result<bool> {
    let mut all = true;
    for mistake in Mistake::ALL {
        let tally = many::many(wanted.seed, wanted.seeds, Some(*mistake), wanted.threads)?;
        let found = tally.violation.map(|(seed, violation)| format!("seed {seed}: {violation}"));
        all &= found.is_some();
        println!("{:<24} {}", mistake.name(), found.as_deref().unwrap_or("NOT FOUND"));
    }
    Ok(all)
}
