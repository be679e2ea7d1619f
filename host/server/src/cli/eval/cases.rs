//! `mainsheet eval --cases`: a file of conformance cases, each compared strictly.

use std::path::Path;

use domain::code::code;
use expression::Case;
use serde_json::{Map, Value, json};

use super::{object, text, unreadable};
use crate::cli::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output;

/// Named contexts of every file of cases in a folder.
const SHARED: &str = "expression-contexts.json";

/// Runs every case, prints each that does not hold and then how many did.
///
/// # Errors
/// A file cannot be read, or a line is no case.
pub(super) fn run(path: &Path, context: &Context) -> Result<Exit, CliError> {
    let cases = read(path)?;
    let contexts = contexts(path, &cases)?;
    let mut failed = 0;
    for case in &cases {
        let Err(found) = case.check(&contexts) else {
            continue;
        };
        failed += 1;
        if context.json() {
            output::json_line(&json!({
                "id": found.id, "expression": found.expression, "expected": found.expected, "got": found.got,
            }));
        } else {
            output::line(&format!(
                "{}: {}\n  expected {}\n  got      {}",
                found.id, found.expression, found.expected, found.got
            ));
        }
    }
    let passed = cases.len() - failed;
    if context.json() {
        output::json_line(&json!({ "passed": passed, "failed": failed }));
    } else {
        output::line(&format!("{passed} passed, {failed} failed"));
    }
    Ok(if failed == 0 { Exit::Success } else { Exit::Failed })
}

fn read(path: &Path) -> Result<Vec<Case>, CliError> {
    let text = text(path)?;
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let cases = lines
        .map(|(at, line)| Case::read(line).map_err(|error| unreadable(path, &format!("line {}: {error}", at + 1))));
    let cases = cases.collect::<Result<Vec<Case>, CliError>>()?;
    if cases.is_empty() {
        return Err(unreadable(path, "there is no case in it"));
    }
    Ok(cases)
}

/// The contexts that the cases name: those of the folder, and over them those beside a file of the same name
/// (`my-contexts.json` for `my-cases.jsonl`).
fn contexts(path: &Path, cases: &[Case]) -> Result<Map<String, Value>, CliError> {
    let Some(wanted) = cases.iter().find_map(Case::named_context) else {
        return Ok(Map::new());
    };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let own = name.strip_suffix("cases.jsonl").map(|stem| format!("{stem}contexts.json"));
    let files = [Some(SHARED.to_owned()), own.filter(|own| own != SHARED)].into_iter().flatten();
    let found: Vec<_> = files.map(|name| path.with_file_name(name)).filter(|file| file.is_file()).collect();
    if found.is_empty() {
        let message =
            format!("{}: cases name contexts (such as `{wanted}`), but there is no {SHARED} beside it", path.display());
        return Err(CliError::new(Exit::Usage, code("cli.document-unreadable"), message));
    }
    let mut contexts = Map::new();
    for file in found {
        contexts.extend(object(&file)?);
    }
    Ok(contexts)
}
