//! Trigger events and what became of them.

use domain::id::PipelineId;
use domain::trigger::{TriggerEvent, TriggerOutcome};
use domain::Params;

use crate::{Cursor, Page, ReadError, Store};

/// Reads trigger events.
pub struct Triggers<'s> {
    pub(crate) store: &'s Store,
}

/// An event with what became of it, trigger by trigger.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Grows with every event recorded.
    pub number: i64,
    /// The event.
    pub event: TriggerEvent,
    /// What became of it.
    pub outcomes: Vec<TriggerOutcome>,
}

/// Which events. Absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this trigger type.
    pub kind: Option<String>,
    /// Looked at for this pipeline.
    pub pipeline: Option<PipelineId>,
}

impl Triggers<'_> {
    /// The event of that identity: type, source and key together.
    pub async fn event(&self, kind: &str, source: &Params, key: &str) -> Result<Option<RecordedEvent>, ReadError> {
        let _ = (self.store, kind, source, key);
        todo!()
    }

    /// Events, newest first. A page may be short although there is a next one: a bounded number of rows is looked at.
    pub async fn events(
        &self,
        filter: &EventFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<RecordedEvent>, ReadError> {
        let _ = (filter, cursor, limit);
        todo!()
    }
}
