//! Evaluates lines of `{"context": …, "expression": …}` and prints what each gives: to try things, and to compare.
use std::io::{BufRead, Write};

use expression::{Environment, Level, Options, Root, Walk, evaluate_value};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        let empty = serde_json::Map::new();
        let context = case["context"].as_object().unwrap_or(&empty);
        let mut options = Options::new(Environment::new(0, 0));
        options.allow_unknown_keys = case.get("allowUnknownKeys").is_none_or(|allow| allow == true);
        let wrapped = json!({"k": case["expression"]});
        let outcome = evaluate_value(&wrapped, &Root::of_context(context), &options, Walk::default());
        let level = [(Level::Error, "ERROR"), (Level::Info, "INFO")].into_iter().find(|(l, _)| outcome.summary.has(*l));
        let described: Vec<&str> = outcome.summary.descriptions().collect();
        let answer = json!({
            "expression": case["expression"],
            "level": level.map(|(_, name)| name),
            "value": outcome.value["k"],
            "desc": described.join("; "),
        });
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
