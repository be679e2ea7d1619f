//! Events that were heard, with what became of them; and how long they are kept.

use domain::code::code;
use domain::trigger::TriggerOutcome;
use store::{EventFilter, Page, RecordedEvent, Write};

use crate::{App, AppError, Caller, ErrorClass, PageRequest};

/// After so many events the oldest are looked at; they are removed in the unit of the one that is recorded.
pub(super) const FORGET_EVERY: u64 = 256;

impl App {
    /// Recorded events, newest first, as far as `caller` may look at the pipelines they were looked at for. A page may be short
    /// although there is a next one.
    ///
    /// # Errors
    /// `request.cursor-invalid`.
    pub async fn events(
        &self,
        caller: &Caller,
        filter: &EventFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordedEvent>, AppError> {
        let Page { items, next } = self.inner.store.triggers().events(filter, page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for event in items {
            readable.extend(self.readable_event(caller, event).await?);
        }
        Ok(Page { items: readable, next })
    }

    /// The event that was recorded under a key, as the reply to its sender names it.
    ///
    /// # Errors
    /// `trigger.event-unknown`, also for one of pipelines that `caller` may not look at, and for one that was forgotten.
    pub async fn event(&self, caller: &Caller, key: &str) -> Result<RecordedEvent, AppError> {
        let found = self.inner.store.triggers().by_key(key).await?;
        let readable = match found {
            Some(event) => self.readable_event(caller, event).await?,
            None => None,
        };
        readable.ok_or_else(|| {
            let message = format!("No event `{key}` is recorded here; old ones are removed, see `trigger-events-age`.");
            AppError::not_found(code("trigger.event-unknown"), message)
        })
    }

    async fn readable_event(&self, caller: &Caller, event: RecordedEvent) -> Result<Option<RecordedEvent>, AppError> {
        let outcomes = self.readable_outcomes(caller, event.outcomes).await?;
        let event = RecordedEvent { outcomes, ..event };
        Ok((!event.outcomes.is_empty() || self.may_audit(caller)).then_some(event))
    }

    /// The outcomes whose pipelines `caller` may look at.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn readable_outcomes(
        &self,
        caller: &Caller,
        outcomes: Vec<TriggerOutcome>,
    ) -> Result<Vec<TriggerOutcome>, AppError> {
        let mut readable = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let may = match self.known(&outcome.pipeline).await {
                Ok(known) => self.may_read(caller, known.pipeline.application.as_str()).await?,
                Err(error) if error.class == ErrorClass::NotFound => self.may_audit(caller),
                Err(error) => return Err(error),
            };
            if may {
                readable.push(outcome);
            }
        }
        Ok(readable)
    }

    /// Removes the oldest events, some thousands at once.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn forget_events(&self) -> Result<(), AppError> {
        Ok(self.inner.store.write(vec![self.forgetting()]).await?)
    }

    pub(super) fn forgetting(&self) -> Write {
        let config = &self.inner.config.triggers;
        let before = self.inner.environment.now().plus(-config.events_age);
        Write::ForgetEvents { most: config.most_events, before }
    }
}
