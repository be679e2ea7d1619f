//! Notifications: who is told of what, and in which words (reference pipelines-and-stages.md §2.14, triggers-and-notifications.md §9).
//!
//! Pure: an event and the entries that are configured give the deliveries that are due. Each becomes an operation of the commit that
//! holds the event, so that it is ordered once, whatever happens to the process.

use serde_json::{Map, Value, json};

use crate::execution::{Execution, ExecutionStatus};
use crate::id::{Label, StageId};
use crate::operation::OperationKey;
use crate::params::Params;
use crate::stage::{Stage, StageStatus};

/// In the place of a stage, for what is ordered by the execution itself. No stage's id begins so.
pub const OF_EXECUTION: &str = "$execution";

/// Labels of events begin with this: orders of the host's own.
const EVENT: &str = "$event/";

/// Labels of deliveries begin with this.
const DELIVERY: &str = "$notify/";

/// What providers call the operation that delivers.
pub const OPERATION: &str = "notify";

/// The first event of an execution.
pub const PIPELINE_STARTING: &str = "pipeline.starting";

/// The first event of a run of a stage.
pub const STAGE_STARTING: &str = "stage.starting";

/// The event that an execution's end is: none when it was cancelled.
#[must_use]
pub fn of_end(status: ExecutionStatus) -> Option<&'static str> {
    match status {
        ExecutionStatus::Succeeded => Some("pipeline.complete"),
        ExecutionStatus::Terminal => Some("pipeline.failed"),
        _ => None,
    }
}

/// The event that a stage's end is: none when it was skipped or cancelled; an ignored failure is a failure.
#[must_use]
pub fn of_stage_end(status: StageStatus) -> Option<&'static str> {
    match status {
        StageStatus::Succeeded => Some("stage.complete"),
        StageStatus::Terminal | StageStatus::Stopped | StageStatus::FailedContinue => Some("stage.failed"),
        _ => None,
    }
}

/// Label of an event of a stage's run.
#[must_use]
pub fn event_label(when: &str) -> Label {
    Label::from(format!("{EVENT}{when}"))
}

/// The identity of an event of the execution itself. `at` sets it apart from that of an earlier life: a restart begins another.
#[must_use]
pub fn execution_event(execution: &Execution, when: &str) -> OperationKey {
    let at = execution.started().unwrap_or(execution.created);
    OperationKey {
        execution: execution.id.clone(),
        stage: StageId::from(OF_EXECUTION),
        run: 1,
        label: Label::from(format!("{EVENT}{when}/{}", at.0)),
    }
}

/// Whether a label is an event of the host's own, so that nobody waits for an answer.
#[must_use]
pub fn is_event(label: &Label) -> bool {
    label.as_str().starts_with(EVENT)
}

/// Whether a label is a delivery.
#[must_use]
pub fn is_delivery(label: &Label) -> bool {
    label.as_str().starts_with(DELIVERY)
}

/// The identity of a delivery: that of its event, and which of the entries it is for.
#[must_use]
pub fn delivery(event: &OperationKey, entry: usize) -> OperationKey {
    let name = event.label.as_str();
    let name = name.strip_prefix(EVENT).unwrap_or(name);
    OperationKey { label: Label::from(format!("{DELIVERY}{name}/{entry}")), ..event.clone() }
}

/// A configured entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Type, which chooses the provider.
    pub kind: String,
    /// Where it goes; empty where the type needs none.
    pub address: String,
    /// The moments it is for; absent: whatever the stage itself tells.
    when: Option<Vec<String>>,
    /// As written.
    pub entry: Params,
}

impl Notification {
    /// Reads an entry; one without type is none.
    #[must_use]
    pub fn read(value: &Value) -> Option<Notification> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let when = value.get("when").filter(|when| !when.is_null()).map(|when| match when {
            Value::String(one) => vec![one.clone()],
            other => other.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        });
        Some(Notification {
            kind: text("type")?.to_owned(),
            address: text("address").or_else(|| text("publisherName")).unwrap_or_default().to_owned(),
            when,
            entry: Params::new(value.clone()),
        })
    }

    fn read_all(values: Option<&Value>) -> impl Iterator<Item = Notification> + '_ {
        values.and_then(Value::as_array).into_iter().flatten().filter_map(Notification::read)
    }

    fn names(&self, when: &str) -> bool {
        self.when.as_ref().is_some_and(|named| named.iter().any(|one| one == when))
    }

    /// Milliseconds after which a stage wants it sent again.
    fn repeats(&self) -> Option<f64> {
        self.entry.get("notifyEveryMs").and_then(Value::as_f64).filter(|millis| *millis > 0.0)
    }
}

/// Entries of an application's document: a list, or as Spinnaker keeps them, an object of lists by type.
#[must_use]
pub fn of_application(document: &Params) -> Vec<Notification> {
    match document.get("notifications") {
        Some(Value::Object(by_type)) => by_type
            .iter()
            .flat_map(|(kind, entries)| entries.as_array().into_iter().flatten().map(move |entry| (kind, entry)))
            .filter_map(|(kind, entry)| {
                let mut entry = entry.as_object()?.clone();
                entry.entry("type").or_insert_with(|| kind.as_str().into());
                Notification::read(&Value::Object(entry))
            })
            .collect(),
        list => Notification::read_all(list).collect(),
    }
}

/// Entries that are due for an event of the execution itself: the document's, those of the trigger, and the application's, except
/// where one of the former has the same type and address and names the same moment.
#[must_use]
pub fn due_for_execution(
    document: &Params,
    trigger: &Params,
    application: &[Notification],
    when: &str,
) -> Vec<Notification> {
    let own = Notification::read_all(document.get("notifications"))
        .chain(Notification::read_all(trigger.get("notifications")))
        .filter(|entry| entry.names(when));
    let mut due: Vec<Notification> = own.collect();
    let own = due.len();
    for entry in application.iter().filter(|entry| entry.names(when)) {
        let is_same = |other: &Notification| other.kind == entry.kind && other.address == entry.address;
        if !due[..own].iter().any(is_same) {
            due.push(entry.clone());
        }
    }
    due
}

/// Whether a stage that the host itself tells of has anybody to be told; cheap. Only with `sendNotifications`.
#[must_use]
pub fn is_told(config: &Params, when: &str) -> bool {
    let wanted = match config.get("sendNotifications") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    wanted && Notification::read_all(config.get("notifications")).any(|entry| entry.names(when))
}

/// Entries of a stage that are due for an event. Of what the stage itself tells, an entry that names no moment hears all, and a
/// reminder (`detail.reminder`, the count of the shortest interval) goes to those whose own interval has passed since the last.
#[must_use]
pub fn due_for_stage(config: &Params, when: &str, by_host: bool, detail: &Params) -> Vec<Notification> {
    let all: Vec<Notification> = Notification::read_all(config.get("notifications")).collect();
    let shortest = all.iter().filter_map(Notification::repeats).min_by(f64::total_cmp);
    let reminder = detail.get("reminder").and_then(Value::as_f64);
    let is_due = |entry: &Notification| {
        let hears = entry.names(when) || (!by_host && entry.when.is_none());
        let now = match (reminder, shortest, entry.repeats()) {
            (None, ..) => true,
            (Some(count), Some(shortest), Some(own)) => {
                (count * shortest / own).floor() > ((count - 1.0) * shortest / own).floor()
            }
            _ => false,
        };
        hears && now
    };
    all.into_iter().filter(is_due).collect()
}

/// What a delivery tells of.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The execution.
    pub execution: &'a Execution,
    /// The stage, if it is a stage's event.
    pub stage: Option<&'a Stage>,
    /// The event.
    pub when: &'a str,
    /// More, from the stage; `says` are the words that follow its name.
    pub detail: &'a Params,
    /// Address of the console, without a slash at its end; empty where nobody said.
    pub console: &'a str,
}

impl Occasion<'_> {
    /// The input of the operation that delivers `entry`, whose expressions are evaluated.
    #[must_use]
    pub fn input(&self, entry: &Notification) -> Params {
        let link = self.link();
        let filled = |text: &str| {
            text.replace("{{executionId}}", self.execution.id.as_str())
                .replace("{{link}}", link.as_deref().unwrap_or(""))
        };
        let own = |key: &str| entry.entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(filled);
        let default = self.default_text();
        let added = entry.entry.get("message").and_then(|all| all.get(self.when)?.get("text")?.as_str()).map(filled);
        let text = own("customMessage").unwrap_or_else(|| match added.filter(|text| !text.is_empty()) {
            Some(added) => format!("{default}\n\n{added}"),
            None => default.clone(),
        });
        let mut input = Map::new();
        let mut put = |key: &str, value: Value| {
            if !value.is_null() {
                input.insert(key.to_owned(), value);
            }
        };
        put("type", entry.kind.as_str().into());
        put("address", entry.address.as_str().into());
        put("when", self.when.into());
        put("subject", own("customSubject").unwrap_or(default).into());
        put("text", text.into());
        put("body", own("customBody").into());
        put("link", link.into());
        put("execution", self.facts());
        put("stage", self.stage.map(stage_facts).into());
        put("detail", if self.detail.is_empty() { Value::Null } else { self.detail.value().clone() });
        put("notification", entry.entry.value().clone());
        Params::new(input.into())
    }

    fn facts(&self) -> Value {
        let execution = self.execution;
        json!({
            "id": execution.id.as_str(), "application": execution.application.as_str(), "pipeline": execution.name,
            "pipelineConfigId": execution.pipeline.as_ref().map(|at| at.id.as_str()),
            "status": execution.status().as_str(), "user": execution.trigger.get("user"),
        })
    }

    fn link(&self) -> Option<String> {
        let Occasion { execution, console, .. } = self;
        let (application, id) = (execution.application.as_str(), execution.id.as_str());
        (!console.is_empty()).then(|| format!("{console}/#/applications/{application}/executions/details/{id}"))
    }

    /// The words of a moment when nobody wrote others.
    fn default_text(&self) -> String {
        let Occasion { execution, .. } = self;
        let build = execution.trigger.get("buildInfo").and_then(|build| build.get("number")).filter(|it| !it.is_null());
        let build = build.map(|number| format!(" build #{}", number.to_string().trim_matches('"'))).unwrap_or_default();
        let pipeline = format!("{}'s {} pipeline{build}", execution.application, execution.name);
        let subject = match self.stage {
            Some(stage) => format!("Stage {} for {pipeline}", stage.name),
            None => pipeline,
        };
        match self.when.rsplit('.').next().unwrap_or_default() {
            "starting" => format!("{subject} is starting"),
            "complete" => format!("{subject} has completed successfully"),
            "failed" => format!("{subject} has failed"),
            other => match self.detail.get("says").and_then(Value::as_str) {
                Some(says) => format!("{subject} {says}"),
                None => format!("{subject}: {other}"),
            },
        }
    }
}

fn stage_facts(stage: &Stage) -> Value {
    json!({ "id": stage.id.as_str(), "refId": stage.ref_id.as_str(), "name": stage.name, "type": stage.kind,
        "status": stage.status().as_str() })
}

/// An address as people may see it: of a URL only its host, because whoever knows the rest of a hook may speak through it.
#[must_use]
pub fn shown(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}/…")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
