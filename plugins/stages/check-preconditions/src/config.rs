//! Configuration of `checkPreconditions`, and of the children that it becomes.

use mainsheet_sdk::prelude::*;

/// Goes on only if every one of some conditions holds; each is checked by a stage of its own, all at once.
#[config]
pub struct CheckPreconditions {
    /// What must hold.
    #[field(en = "Preconditions", zh = "前置条件", help_zh = "必须全部满足的条件", widget = "preconditions")]
    pub preconditions: Option<Vec<Precondition>>,
    /// In a child: which kind of condition it checks.
    #[field(widget = "hidden")]
    pub precondition_type: Option<String>,
    /// In a child: what its condition is about.
    #[field(widget = "hidden")]
    pub context: Map<String, Value>,
    /// Provider of the account, for `clusterSize`.
    #[field(en = "Provider", zh = "云平台", widget = "hidden")]
    pub cloud_provider: Option<String>,
    /// Everything else, which children inherit: failure choice, account, regions, cluster.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// One condition.
#[config]
pub struct Precondition {
    /// `expression`, `clusterSize`, `stageStatus` or `noop`.
    #[field(en = "Kind", zh = "类型", required)]
    #[schemars(extend("examples" = ["expression", "clusterSize", "stageStatus"]))]
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about: `expression` and `failureMessage`; `credentials`, `cluster`, `regions`, `comparison`, `expected`; `stageName`, `stageStatus`.
    #[field(en = "Condition", zh = "条件内容", widget = "precondition")]
    pub context: Map<String, Value>,
    /// Whether the pipeline fails if it does not hold; otherwise only this branch stops. Absent: as the stage says.
    #[field(en = "Fail the pipeline", zh = "不满足时流水线失败", initial = true)]
    pub fail_pipeline: Option<Flag>,
    /// Provider of the account, for `clusterSize`.
    #[field(en = "Provider", zh = "云平台")]
    pub cloud_provider: Option<String>,
    /// Everything else goes to the child as it is.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Keys of the stage that a condition about a cluster takes over where it does not say otherwise.
const SHARED: [&str; 3] = ["cluster", "credentials", "regions"];

/// Keys of the stage that are its own and no child's: they would be acted on twice.
const OWN: [&str; 7] = [
    "stageEnabled",
    "restrictExecutionDuringTimeWindow",
    "restrictedExecutionWindow",
    "notifications",
    "sendNotifications",
    "expectedArtifacts",
    "alias",
];

impl CheckPreconditions {
    /// What the stage needs.
    pub fn problems(self) -> Vec<Problem> {
        let unnamed = |(index, condition): (usize, &Precondition)| {
            condition.kind.trim().is_empty().then(|| problem(&format!("/preconditions/{index}/type"), "is missing"))
        };
        match (&self.preconditions, &self.precondition_type) {
            (None, None) => vec![problem("/preconditions", "is missing; an empty list checks nothing")],
            (conditions, _) => conditions.iter().flatten().enumerate().filter_map(unnamed).collect(),
        }
    }

    /// Configuration of the child that checks `condition`: the stage's own, and the condition's laid over it.
    pub fn child(&self, condition: &Precondition) -> Value {
        let mut config: Map<String, Value> = self
            .rest
            .iter()
            .filter(|(key, _)| !OWN.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        config.extend(condition.rest.clone());
        if let Some(fails) = condition.fail_pipeline {
            config.insert("failPipeline".to_owned(), fails.0.into());
        }
        if let Some(provider) = condition.cloud_provider.as_ref().or(self.cloud_provider.as_ref()) {
            config.insert("cloudProvider".to_owned(), provider.as_str().into());
        }
        let mut context = condition.context.clone();
        for key in SHARED {
            if let (None | Some(Value::Null), Some(shared)) = (context.get(key), self.rest.get(key)) {
                context.insert(key.to_owned(), shared.clone());
            }
        }
        config.insert("context".to_owned(), context.into());
        config.insert("preconditionType".to_owned(), condition.kind.trim().into());
        config.into()
    }

    /// A text of the condition; empty if there is none.
    pub fn text(&self, key: &str) -> &str {
        self.context.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default()
    }
}

impl Precondition {
    /// What is told of it when it does not hold.
    pub fn told(&self, name: &str) -> String {
        let own = self.context.get("failureMessage").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        own.map_or_else(|| format!("{name} does not hold."), str::to_owned)
    }
}

/// A complaint about one field.
pub fn problem(pointer: &str, message: &str) -> Problem {
    Problem { pointer: pointer.to_owned(), code: "configuration.invalid".to_owned(), message: message.to_owned() }
}
