//! Events on the wire.

use domain::execution::Event;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;

/// Something that happened in an execution.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberedEvent {
    /// Its number in the execution, from 1.
    #[schema(example = 4)]
    pub number: i64,
    /// When.
    pub at: Moment,
    /// What, by its `type` (`execution.started`, `stage.ended` …), with members of its own.
    #[serde(flatten)]
    #[schema(value_type = Object, example = json!({"type": "stage.started", "stage": "01JGVW7QZ4ABCDEFGHJKMNPQRS", "reference": "1", "run": 1}))]
    pub kind: domain::execution::EventKind,
}

impl NumberedEvent {
    /// An event with its number.
    pub fn of(number: i64, event: Event) -> NumberedEvent {
        let Event { at, kind } = event;
        NumberedEvent { number, at: at.into(), kind }
    }
}
