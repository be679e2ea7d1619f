//! Reading a scenario file: a title that is the claim, then the sections `Pipeline`, `Script` and `Timeline` as fenced blocks.
//!
//! Three more sections may stand there. `Others` is a list of pipelines of the same application that are stored before, which the pipeline names by
//! name. `Outside` is what `http://outside` answers: a list of `{"send": "METHOD /path", "status", "headers", "body"}`; of those that fit a request
//! the first is used up, the last stays. `Answers` has, by `<stage> <label>`, what the host answers where nothing but `decide` is played.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use domain::Params;
use serde_json::{Map, Value};

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// The claim.
    pub claim: String,
    /// The pipeline's document.
    pub pipeline: Params,
    /// What people do, in order of time.
    pub script: Vec<Step>,
    /// What happens, one line an event.
    pub timeline: Vec<String>,
    /// Pipelines that are there before.
    pub others: Vec<Value>,
    /// What the world outside answers.
    pub outside: Vec<Exchange>,
    /// What the host answers in a play without one.
    pub answers: Map<String, Value>,
}

/// One answer of the world outside.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Method and path, query included.
    pub send: String,
    /// Status of the answer.
    #[serde(default = "ok")]
    pub status: u16,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of the answer: text, or JSON.
    #[serde(default)]
    pub body: Value,
}

fn ok() -> u16 {
    200
}

/// One line of the script.
#[derive(Debug)]
pub struct Step {
    /// Milliseconds after the start.
    pub at: i64,
    /// What is done.
    pub act: Act,
}

/// What people can do.
#[derive(Debug)]
pub enum Act {
    /// Start with these parameters.
    Start(Value),
    /// Answer the open question of a stage.
    Answer {
        /// Reference of the stage.
        stage: String,
        /// The answer.
        answer: Value,
        /// Who.
        by: String,
    },
    /// Change a stage's context.
    Patch {
        /// Reference of the stage.
        stage: String,
        /// Keys laid over.
        patch: Value,
        /// Who.
        by: String,
    },
    /// Skip a stage.
    Skip {
        /// Reference of the stage.
        stage: String,
        /// Who.
        by: String,
    },
    /// Cancel, pause or resume.
    Control(domain::execution::ControlKind, String),
}

impl Scenario {
    /// Parses the text of a scenario file.
    ///
    /// # Errors
    /// What is missing or cannot be understood, with the line.
    pub fn parse(text: &str) -> Result<Scenario> {
        let claim = text.lines().find_map(|line| line.strip_prefix("# ")).context("a title `# claim`")?.to_owned();
        let pipeline = Params::parse(&section(text, "Pipeline")?).context("the pipeline is no JSON")?;
        let script =
            section(text, "Script")?.lines().filter(|line| !line.trim().is_empty()).map(step).collect::<Result<_>>()?;
        let timeline = section(text, "Timeline")?
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        let others = optional(text, "Others")?;
        let (outside, answers) = (optional(text, "Outside")?, optional(text, "Answers")?);
        Ok(Scenario { claim, pipeline, script, timeline, others, outside, answers })
    }
}

impl Scenario {
    /// The parameters that it is started with.
    #[must_use]
    pub fn parameters(&self) -> Value {
        let given = self.script.iter().find_map(|step| match &step.act {
            Act::Start(parameters) => Some(parameters.clone()),
            _ => None,
        });
        given.unwrap_or_else(|| Value::Object(Map::new()))
    }
}

fn optional<T: Default + serde::de::DeserializeOwned>(text: &str, name: &str) -> Result<T> {
    if !text.contains(&format!("## {name}\n")) {
        return Ok(T::default());
    }
    serde_json::from_str(&section(text, name)?).with_context(|| format!("the section `{name}`"))
}

fn section(text: &str, name: &str) -> Result<String> {
    let heading = format!("## {name}");
    let after = text.split_once(&heading).with_context(|| format!("a section `{heading}`"))?.1;
    let mut inside = false;
    let mut lines = Vec::new();
    for line in after.lines() {
        match (line.starts_with("```"), inside) {
            (true, true) => return Ok(lines.join("\n")),
            (true, false) => inside = true,
            (false, true) => lines.push(line),
            (false, false) if line.starts_with("## ") => break,
            (false, false) => {}
        }
    }
    bail!("a fenced block under `{heading}`")
}

fn step(line: &str) -> Result<Step> {
    let parse = || {
        let (at, rest) = line.trim().split_once(char::is_whitespace)?;
        Some(Step { at: millis(at)?, act: act(rest.trim())? })
    };
    parse().with_context(|| format!("cannot understand the script's line `{line}`"))
}

/// `500ms`, `2s`, `5m`, `72h` as milliseconds.
#[must_use]
pub fn millis(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let factor = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(digits.parse::<i64>().ok()? * factor)
}

fn act(text: &str) -> Option<Act> {
    use domain::execution::ControlKind::{Cancel, Pause, Run};
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (body, by) = rest.rsplit_once("by ").unwrap_or((rest, "somebody"));
    let (by, body) = (by.trim().to_owned(), body.trim());
    let staged = || {
        let (stage, json) = body.split_once(' ').unwrap_or((body, "null"));
        Some((stage.to_owned(), serde_json::from_str::<Value>(json).ok()?))
    };
    Some(match verb {
        "start" if rest.is_empty() => Act::Start(Value::Object(Map::new())),
        "start" => Act::Start(serde_json::from_str(rest).ok()?),
        "answer" => staged().map(|(stage, answer)| Act::Answer { stage, answer, by })?,
        "patch" => staged().map(|(stage, patch)| Act::Patch { stage, patch, by })?,
        "skip" => Act::Skip { stage: body.to_owned(), by },
        "cancel" => Act::Control(Cancel, by),
        "pause" => Act::Control(Pause, by),
        "resume" => Act::Control(Run, by),
        _ => return None,
    })
}
