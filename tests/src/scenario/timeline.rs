//! Events as lines of a timeline.

use std::collections::BTreeMap;

use domain::execution::{Event, EventKind};
use domain::{StageId, Timestamp};

/// Writes events as lines; stages appear by reference.
#[derive(Debug, Default)]
pub struct Timeline {
    references: BTreeMap<StageId, String>,
    /// The lines so far.
    pub lines: Vec<String>,
}

impl Timeline {
    /// Adds an event that happened `start` milliseconds into the clock's time.
    pub fn add(&mut self, event: &Event, start: Timestamp) {
        let at = duration(event.at.since(start));
        let Some(text) = self.text(&event.kind) else { return };
        let line = format!("{at} {text}");
        let place = match &event.kind {
            EventKind::OperationEnded { stage, .. } => {
                self.place(&line, &format!("{at} {} has ", self.reference(stage)))
            }
            _ => self.lines.len(),
        };
        self.lines.insert(place, line);
    }

    /// Operations of a stage run side by side: which of those that end in the same instant is first is nobody's claim, so they
    /// stand in the order of their names.
    fn place(&self, line: &str, beginning: &str) -> usize {
        let later = |other: &&String| other.starts_with(beginning) && other.as_str() > line;
        self.lines.len() - self.lines.iter().rev().take_while(later).count()
    }

    fn text(&mut self, kind: &EventKind) -> Option<String> {
        let by = |by: &Option<String>| by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
        Some(match kind {
            EventKind::ExecutionCreated => return None,
            EventKind::ExecutionStarted => "execution started".into(),
            EventKind::ExecutionPaused { by: who } => format!("execution paused{}", by(who)),
            EventKind::ExecutionResumed { by: who } => format!("execution resumed{}", by(who)),
            EventKind::ExecutionCancelling { by: who, .. } => format!("execution cancelling{}", by(who)),
            EventKind::ExecutionEnded { status } => format!("execution {}", status.as_str()),
            EventKind::StagePlanned { stage, reference, kind, .. } => {
                self.references.insert(stage.clone(), reference.to_string());
                format!("{reference} planned {kind}")
            }
            EventKind::StageStarted { stage, reference, .. } => {
                self.references.insert(stage.clone(), reference.to_string());
                format!("{reference} started")
            }
            EventKind::StagePhase { stage, phase } => format!("{} phase {phase}", self.reference(stage)),
            EventKind::StageEnded { reference, status, problem, .. } => {
                let code = problem.as_ref().map(|failure| format!(" {}", failure.code)).unwrap_or_default();
                format!("{reference} {}{code}", status.as_str())
            }
            EventKind::StageRestarted { stage, reference, by: who, run } => {
                self.references.insert(stage.clone(), reference.to_string());
                format!("{reference} restarted as run {run}{}", by(who))
            }
            EventKind::StageReset { stage, reference, run } => {
                self.references.insert(stage.clone(), reference.to_string());
                format!("{reference} reset to run {run}")
            }
            EventKind::StagePatched { stage, by: who, keys } => {
                format!("{} patched {}{}", self.reference(stage), keys.join(","), by(who))
            }
            EventKind::OperationOrdered { stage, label, provider, operation } => {
                let provider = provider.as_deref().unwrap_or("?");
                format!("{} orders {label}: {provider}/{operation}", self.reference(stage))
            }
            EventKind::OperationEnded { stage, label, failure } => {
                let outcome = failure.as_ref().map_or("done".to_owned(), |failure| failure.code.to_string());
                format!("{} has {label}: {outcome}", self.reference(stage))
            }
            EventKind::QuestionAsked { stage, label, .. } => format!("{} asks {label}", self.reference(stage)),
            EventKind::QuestionAnswered { stage, label, by: who } => {
                format!("{} answered {label}{}", self.reference(stage), by(who))
            }
            EventKind::ChildStarted { stage, .. } => format!("{} started a pipeline", self.reference(stage)),
            EventKind::Notice { stage, when, .. } => format!("{} tells {when}", self.reference(stage)),
            EventKind::StageHeld { reference, reason, .. } => format!("{reference} held {}", reason.code),
            EventKind::StageReleased { reference, .. } => format!("{reference} released"),
            EventKind::NotificationOrdered { .. }
            | EventKind::NotificationEnded { .. }
            | EventKind::NotificationUndeliverable { .. } => return self.notification(kind),
            EventKind::StageFault { stage, failure, retrying } => {
                let then = if *retrying { "tried again" } else { "given up" };
                format!("{} fault {}, {then}", self.reference(stage), failure.code)
            }
        })
    }

    fn notification(&self, kind: &EventKind) -> Option<String> {
        match kind {
            EventKind::NotificationOrdered { stage, when, kind, address, .. } => {
                Some(format!("{} tells {when} to {kind} {address}", self.teller(stage.as_ref())))
            }
            EventKind::NotificationEnded { stage, label, failure: Some(failure) } => {
                let name = label.as_str().trim_start_matches("$notify/");
                let name = name.trim_end_matches(|end: char| end.is_ascii_digit() || end == '/');
                Some(format!("{} could not tell {name}: {}", self.teller(stage.as_ref()), failure.code))
            }
            EventKind::NotificationUndeliverable { stage, when, kind, address, reason } => {
                let teller = self.teller(stage.as_ref());
                Some(format!("{teller} cannot tell {when} to {kind} {address}: {}", reason.code))
            }
            // Nothing waits for a delivery, so when it is done is nobody's claim.
            _ => None,
        }
    }

    fn teller(&self, stage: Option<&StageId>) -> String {
        stage.map_or_else(|| "execution".to_owned(), |stage| self.reference(stage))
    }

    fn reference(&self, stage: &StageId) -> String {
        self.references.get(stage).cloned().unwrap_or_else(|| stage.to_string())
    }
}

fn duration(millis: i64) -> String {
    if millis % 1_000 == 0 { format!("{}s", millis / 1_000) } else { format!("{millis}ms") }
}
