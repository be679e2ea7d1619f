//! What rides together: a drive, or a list of writes. Whoever submits makes the JSON, so that the one writer does not.

use std::sync::Arc;

use domain::execution::{Event, EventKind, ExecutionStatus};
use domain::id::ExecutionId;
use domain::operation::{OperationKey, OperationState};
use domain::trigger::TriggerEvent;
use serde::Serialize;

use crate::drive::{Checkpoint, DriveCommit, NewExecution};
use crate::triggers::StoredOutcome;
use crate::write::{Write, WriteError};

/// One unit of work: all or nothing.
#[derive(Debug)]
pub(crate) enum Unit {
    /// Behind the gate of one execution.
    Drive(Box<Drive>),
    /// Unconditional but for what each presumes.
    Writes(Vec<Item>),
}

/// A drive with its bodies.
#[derive(Debug)]
pub(crate) struct Drive {
    pub(crate) commit: DriveCommit,
    pub(super) events: Arc<[Event]>,
    pub(super) events_body: String,
    pub(super) stages: Vec<String>,
    pub(super) operations: Vec<OperationBody>,
    pub(super) outcomes: Vec<String>,
    pub(super) children: Vec<Admission>,
}

/// JSON columns of an operation.
#[derive(Debug)]
pub(super) struct OperationBody {
    pub(super) request: String,
    pub(super) begun: Option<String>,
    pub(super) outcome: Option<String>,
}

/// An execution to be admitted, with its bodies.
#[derive(Debug)]
pub(crate) struct Admission {
    pub(super) new: Arc<NewExecution>,
    pub(super) status: ExecutionStatus,
    pub(super) events: Arc<[Event]>,
    pub(super) events_body: String,
    pub(super) parent: Option<String>,
    pub(super) roles: String,
    pub(super) control: String,
    pub(super) report: Option<String>,
}

/// One write with its bodies.
#[derive(Debug)]
pub(crate) enum Item {
    Admit(Box<Admission>),
    Inbox {
        execution: ExecutionId,
        fact: String,
    },
    Restart {
        execution: ExecutionId,
        fact: String,
    },
    Checkpoint {
        key: OperationKey,
        begun: String,
    },
    Event {
        event: Box<TriggerEvent>,
        outcomes: Vec<StoredOutcome>,
        body: String,
    },
    /// What is written rarely is encoded by the writer.
    Single(Box<Write>),
}

impl Unit {
    pub(crate) fn of_drive(mut commit: DriveCommit) -> Result<Unit, WriteError> {
        let events: Arc<[Event]> = std::mem::take(&mut commit.events).into();
        let children = std::mem::take(&mut commit.children);
        if let Some(report) = &commit.report {
            let _made_here = report.text();
        }
        let operation = |operation: &domain::operation::Operation| {
            let (begun, outcome) = match &operation.state {
                OperationState::Ordered => (None, None),
                OperationState::Begun(begun) => (Some(json(begun)?), None),
                OperationState::Ended { outcome, .. } => (None, Some(json(outcome)?)),
            };
            Ok(OperationBody { request: json(&operation.request)?, begun, outcome })
        };
        Ok(Unit::Drive(Box::new(Drive {
            events_body: json(&events)?,
            stages: commit.stages.iter().map(json).collect::<Result<_, _>>()?,
            operations: commit.operations.iter().map(operation).collect::<Result<_, WriteError>>()?,
            outcomes: commit.outcomes.iter().map(|(_, outcome, _)| json(outcome)).collect::<Result<_, _>>()?,
            children: children.into_iter().map(Admission::new).collect::<Result<_, _>>()?,
            events,
            commit,
        })))
    }

    pub(crate) fn of_writes(writes: Vec<Write>) -> Result<Unit, WriteError> {
        let item = |write| {
            Ok(match write {
                Write::Admit(new) => Item::Admit(Box::new(Admission::new(new)?)),
                Write::Inbox { execution, fact } => Item::Inbox { execution, fact: json(&fact)? },
                Write::Restart { execution, fact } => Item::Restart { execution, fact: json(&fact)? },
                Write::Checkpoint(Checkpoint { key, begun }) => Item::Checkpoint { key, begun: json(&begun)? },
                Write::Event { event, outcomes } => {
                    let outcomes: Vec<StoredOutcome> = outcomes.into_iter().map(StoredOutcome::from).collect();
                    let body = json(&outcomes)?;
                    Item::Event { event: Box::new(event), outcomes, body }
                }
                single => Item::Single(Box::new(single)),
            })
        };
        Ok(Unit::Writes(writes.into_iter().map(item).collect::<Result<_, WriteError>>()?))
    }

    /// About how much it writes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Unit::Drive(drive) => drive.bytes(),
            Unit::Writes(items) => items.iter().map(Item::bytes).sum(),
        }
    }
}

impl Drive {
    fn bytes(&self) -> usize {
        let operations = self.operations.iter().map(|body| body.request.len());
        let texts = self.stages.iter().chain(&self.outcomes).map(String::len);
        let children = self.children.iter().map(Admission::bytes);
        256 + self.events_body.len() + texts.chain(operations).chain(children).sum::<usize>()
    }
}

impl Admission {
    fn new(new: NewExecution) -> Result<Admission, WriteError> {
        let NewExecution { execution, document, refused } = &new;
        let at = execution.created;
        let mut events = vec![Event { at, kind: EventKind::ExecutionCreated }];
        let (mut status, mut report) = (ExecutionStatus::NotStarted, None);
        if let Some(reason) = refused {
            status = ExecutionStatus::Terminal;
            events.push(Event { at, kind: EventKind::ExecutionEnded { status } });
            report = Some(refusal_report(&execution.name, reason)?);
        }
        for text in [Some(&execution.trigger), document.as_ref()].into_iter().flatten() {
            let _made_here = text.text();
        }
        Ok(Admission {
            status,
            events_body: json(&events)?,
            events: events.into(),
            parent: execution.parent.as_ref().map(json).transpose()?,
            roles: json(&execution.roles)?,
            control: json(&execution.control)?,
            report,
            new: Arc::new(new),
        })
    }

    fn bytes(&self) -> usize {
        let document = self.new.document.as_ref().map_or(0, |document| document.text().len());
        512 + document + self.new.execution.trigger.text().len()
    }
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Item::Admit(admission) => admission.bytes(),
            Item::Inbox { fact, .. } | Item::Restart { fact, .. } => 128 + fact.len(),
            Item::Checkpoint { begun, .. } => 128 + begun.len(),
            Item::Event { event, body, .. } => 256 + body.len() + event.payload.text().len(),
            Item::Single(write) => match write.as_ref() {
                Write::Component { bytes, .. } => bytes.len(),
                Write::SaveAccount { account, secrets, .. } => {
                    1024 + account.config.text().len() + secrets.iter().map(|secret| secret.sealed.len()).sum::<usize>()
                }
                Write::SaveSecret(secret) => 1024 + secret.sealed.len(),
                Write::Reseal(secrets) => secrets.iter().map(|secret| 256 + secret.sealed.len()).sum(),
                _ => 1024,
            },
        }
    }
}

/// What those who wait for a refused start are told: as of an execution that failed with the reason.
fn refusal_report(pipeline: &str, reason: &str) -> Result<String, WriteError> {
    let (status, pipeline, reason) = (ExecutionStatus::Terminal.as_str(), json(pipeline)?, json(reason)?);
    let failure = format!("{{\"pipeline\":{pipeline},\"stage\":null,\"stageId\":null,\"message\":{reason}}}");
    Ok(format!("{{\"status\":\"{status}\",\"outputs\":{{}},\"failures\":[{failure}]}}"))
}

/// JSON text of a domain value.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, WriteError> {
    serde_json::to_string(value).map_err(|error| WriteError::Database(format!("a value has no JSON form: {error}")))
}
