//! Stage `runMultiplePipelines`: which pipelines, in which order, from its configuration.

use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::object;

/// Key of what is no pipeline among those that stand beside it.
const ROLLBACK: &str = "rollback_onfailure";

/// Runs several pipelines of one application, each after those it depends on.
#[config]
pub struct RunMultiplePipelines {
    /// The pipelines by a name of their own: YAML, or the map that it means.
    #[field(
        en = "Pipelines (YAML)",
        zh = "流水线（YAML）",
        help_zh = "每项含 child_pipeline、arguments 与 depends_on",
        widget = "text",
        required
    )]
    #[schemars(extend("type" = ["string", "array", "object"]))]
    pub yaml_config: Value,
    /// Whether two that run the same pipeline with the same arguments are a mistake.
    #[field(en = "Refuse duplicates", zh = "拒绝重复项", default = Flag(true))]
    pub check_duplicated: Flag,
    /// Whether those of the next level are started although one before them has failed or was cancelled.
    #[field(en = "Ignore uncompleted", zh = "忽略未成功项")]
    pub ignore_uncompleted: Flag,
    /// Application of the pipelines; the stage's own without it.
    #[field(widget = "hidden")]
    pub pipeline_application: Option<String>,
}

impl RunMultiplePipelines {
    /// What the schema cannot say.
    pub fn problems(self) -> Vec<Problem> {
        // Text may hold expressions that have no value yet.
        let is_text = self.yaml_config.as_str().is_some_and(|text| text.contains("${"));
        if is_text { Vec::new() } else { self.read().err().into_iter().collect() }
    }

    /// The pipelines, level by level: each needs those of earlier levels only.
    ///
    /// # Errors
    /// What cannot be understood, with its place.
    pub fn read(&self) -> Result<Levels, Problem> {
        let (apps, rolls_back) = apps(&self.yaml_config)?;
        if let Some((one, other)) = duplicate(&apps).filter(|_| self.check_duplicated.0) {
            return Err(problem(
                other,
                format!(
                    "`{other}` runs the same pipeline with the same arguments as `{one}`; change one, or leave it out"
                ),
            ));
        }
        Ok(Levels { levels: levels(apps)?, rolls_back })
    }
}

/// What is to be run.
#[derive(Debug)]
pub struct Levels {
    /// One level after the other.
    pub levels: Vec<Vec<App>>,
    /// Whether people are offered to roll back what has run if one fails.
    pub rolls_back: bool,
}

/// One pipeline to be run.
#[derive(Clone, Debug)]
pub struct App {
    /// Its own name.
    pub name: String,
    /// Name or id of the pipeline.
    pub pipeline: String,
    /// Parameters.
    pub arguments: Map<String, Value>,
    depends_on: Vec<String>,
}

/// The entries of `bundle_web`: those under `apps`, and every member beside it that is no setting.
fn apps(config: &Value) -> Result<(Vec<App>, bool), Problem> {
    let parsed = match config {
        Value::String(text) => serde_norway::from_str(text)
            .map_err(|error| problem("", format!("this is no YAML: {error}; look at its indentation")))?,
        other => other.clone(),
    };
    let mut bundle = match parsed {
        Value::Array(list) => object(list.into_iter().next().unwrap_or_default()),
        other => object(other),
    };
    if let Some(inner) = bundle.remove("bundle_web") {
        bundle = object(inner);
    }
    let rolls_back = bundle.remove(ROLLBACK).is_some_and(|value| value.to_string().trim_matches('"') == "true");
    let mut entries = bundle.remove("apps").map(object).unwrap_or_default();
    entries.extend(bundle);
    if entries.is_empty() {
        return Err(problem(
            "",
            "no pipeline is named; write `name: {child_pipeline, arguments, depends_on}` for each".into(),
        ));
    }
    let mut apps: Vec<App> = entries.into_iter().map(|(name, entry)| app(name, &entry)).collect::<Result<_, _>>()?;
    // By name, so that everybody sees the same order whatever a map keeps of it.
    apps.sort_by(|one, other| one.name.cmp(&other.name));
    Ok((apps, rolls_back))
}

fn app(name: String, entry: &Value) -> Result<App, Problem> {
    let pipeline = entry.get("child_pipeline").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if pipeline.is_empty() {
        return Err(problem(&name, format!("`{name}` names no `child_pipeline`")));
    }
    let arguments = match entry.get("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments.clone(),
        Some(other) => return Err(problem(&name, format!("the arguments of `{name}` are no map: {other}"))),
    };
    let depends_on = match entry.get("depends_on") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        Some(other) => return Err(problem(&name, format!("`depends_on` of `{name}` is no list of names: {other}"))),
    };
    Ok(App { name, pipeline, arguments, depends_on })
}

fn duplicate(apps: &[App]) -> Option<(&str, &str)> {
    let pairs = apps.iter().enumerate().flat_map(|(at, one)| apps.iter().skip(at + 1).map(move |other| (one, other)));
    let same = |(one, other): &(&App, &App)| one.pipeline == other.pipeline && one.arguments == other.arguments;
    pairs.into_iter().find(same).map(|(one, other)| (one.name.as_str(), other.name.as_str()))
}

fn levels(mut left: Vec<App>) -> Result<Vec<Vec<App>>, Problem> {
    let names: Vec<String> = left.iter().map(|app| app.name.clone()).collect();
    for app in &left {
        if let Some(unknown) = app.depends_on.iter().find(|name| !names.contains(name)) {
            return Err(problem(&app.name, format!("`{}` depends on `{unknown}`, which is not there", app.name)));
        }
    }
    let mut levels: Vec<Vec<App>> = Vec::new();
    let mut placed: Vec<String> = Vec::new();
    while !left.is_empty() {
        let (ready, later): (Vec<App>, Vec<App>) =
            left.into_iter().partition(|app| app.depends_on.iter().all(|name| placed.contains(name)));
        if ready.is_empty() {
            let round: Vec<&str> = later.iter().map(|app| app.name.as_str()).collect();
            return Err(problem("", format!("{} depend on one another", round.join(", "))));
        }
        placed.extend(ready.iter().map(|app| app.name.clone()));
        levels.push(ready);
        left = later;
    }
    Ok(levels)
}

fn problem(name: &str, message: String) -> Problem {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    let pointer = if name.is_empty() { "/yamlConfig".to_owned() } else { format!("/yamlConfig/bundle_web/{escaped}") };
    Problem { pointer, code: "configuration.invalid".to_owned(), message }
}
