//! Reading a scenario file: a title that is the claim, then the sections `Pipeline`, `Script` and `Timeline` as fenced blocks, and
//! `Shows`, which may be missing: what stages show at the end, a line each, such as `2 outputs image "a:1"` or `3 status NOT_STARTED`.
//!
//! Three more sections may stand there. `Others` is a list of pipelines of the same application that are stored before, which the pipeline
//! names by name. `Outside` is what `http://outside` answers: a list of `{"send": "METHOD /path", "status", "headers", "body"}`; of those
//! that fit a request the first is used up, the last stays. `Answers` has, by `<stage> <label>`, what the host answers where nothing but
//! `decide` is played.

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
    /// What stages show at the end.
    pub shows: Vec<Shown>,
    /// What the execution has on record at its end, at least: `trigger`, and `stages` by reference with `context`, `outputs`, `artifacts`.
    pub record: Option<Value>,
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

/// One line of what is shown.
#[derive(Debug)]
pub struct Shown {
    /// Reference of the stage.
    pub stage: String,
    /// `status`, `run`, `context KEY` or `outputs KEY`.
    pub what: String,
    /// The value.
    pub value: String,
}

impl Shown {
    /// The line, with `value` for what is shown.
    #[must_use]
    pub fn line(&self, value: &str) -> String {
        format!("{} {} {value}", self.stage, self.what)
    }

    /// What a stage of this status, run, context and outputs shows.
    #[must_use]
    pub fn of(&self, status: &str, run: u32, context: &Params, outputs: &Params) -> String {
        let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
        match self.what.split_once(' ') {
            Some(("context", key)) => text(context.value().pointer(&pointer(key))),
            Some(("outputs", key)) => text(outputs.value().pointer(&pointer(key))),
            None if self.what == "run" => run.to_string(),
            None if self.what == "status" => status.to_owned(),
            _ => format!("cannot be shown: {}", self.what),
        }
    }
}

/// `a.b` as the JSON pointer `/a/b`.
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('.', "/"))
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
    /// Start with this trigger: `start {…}` gives its parameters, `trigger {…}` all of it.
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
    /// Restart a stage.
    Restart {
        /// Reference of the stage.
        stage: String,
        /// Who.
        by: String,
    },
    /// Cancel, pause or resume.
    Control(domain::execution::ControlKind, String),
}

impl Scenario {
    /// Every line that a play must give: the timeline, then what is shown.
    #[must_use]
    pub fn expected(&self) -> Vec<String> {
        let shown = self.shows.iter().map(|shown| shown.line(&shown.value));
        self.timeline.iter().cloned().chain(shown).collect()
    }

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
        let shown_lines = if text.contains("## Shows") { section(text, "Shows")? } else { String::new() };
        let shows = shown_lines.lines().filter(|line| !line.trim().is_empty()).map(shown).collect::<Result<_>>()?;
        let record = text.contains("## Record").then(|| section(text, "Record")).transpose()?;
        let record = record.map(|record| serde_json::from_str(&record).context("the record is no JSON")).transpose()?;
        let others = optional(text, "Others")?;
        let (outside, answers) = (optional(text, "Outside")?, optional(text, "Answers")?);
        Ok(Scenario { claim, pipeline, script, timeline, shows, record, others, outside, answers })
    }

    /// The trigger that it is started with.
    #[must_use]
    pub fn trigger(&self) -> Map<String, Value> {
        let given = self.script.iter().find_map(|step| match &step.act {
            Act::Start(trigger) => trigger.as_object().cloned(),
            _ => None,
        });
        given.unwrap_or_default()
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

fn shown(line: &str) -> Result<Shown> {
    let parse = || {
        let (stage, rest) = line.trim().split_once(' ')?;
        let (what, value) = match rest.split_once(' ')? {
            (what @ ("context" | "outputs"), rest) => {
                let (key, value) = rest.split_once(' ')?;
                (format!("{what} {key}"), value)
            }
            (what, value) => (what.to_owned(), value),
        };
        Some(Shown { stage: stage.to_owned(), what, value: value.trim().to_owned() })
    };
    parse().with_context(|| format!("cannot understand the shown line `{line}`"))
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
        "start" if rest.is_empty() => Act::Start(serde_json::json!({})),
        "start" => Act::Start(serde_json::json!({ "parameters": serde_json::from_str::<Value>(rest).ok()? })),
        "trigger" => Act::Start(serde_json::from_str(rest).ok()?),
        "answer" => staged().map(|(stage, answer)| Act::Answer { stage, answer, by })?,
        "patch" => staged().map(|(stage, patch)| Act::Patch { stage, patch, by })?,
        "skip" => Act::Skip { stage: body.to_owned(), by },
        "restart" => Act::Restart { stage: body.to_owned(), by },
        "cancel" => Act::Control(Cancel, by),
        "pause" => Act::Control(Pause, by),
        "resume" => Act::Control(Run, by),
        _ => return None,
    })
}
