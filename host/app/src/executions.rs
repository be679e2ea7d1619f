//! Reading executions.

use std::sync::Arc;

use domain::ExecutionId;
use domain::execution::{Event, Execution, ExecutionState};
use domain::params::Params;
use store::{Cursor, ExecutionFilter, Page, StoredExecution};

use crate::control::unknown_execution;
use crate::known::{Read, read};
use crate::view::{ExecutionView, stages};
use crate::{App, AppError, Caller, PageRequest};

impl App {
    /// One execution with its stages and questions.
    ///
    /// # Errors
    /// `execution.unknown`, `access.denied`.
    pub async fn execution(&self, caller: &Caller, id: &str) -> Result<ExecutionView, AppError> {
        let id = ExecutionId::from(id);
        let executions = self.inner.store.executions();
        let loaded = executions.load(&id).await?.ok_or_else(|| unknown_execution(id.as_str()))?;
        self.permit_read(caller, loaded.execution.application.as_str()).await?;
        let stored = executions.get(&id).await?.ok_or_else(|| unknown_execution(id.as_str()))?;
        let definition = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
        let waiting = match loaded.execution.state {
            ExecutionState::Queued => executions.waiting(&id).await?,
            _ => None,
        };
        let questions = self.inner.store.questions().of(&id).await?;
        Ok(ExecutionView {
            status: loaded.execution.status(),
            version: loaded.version,
            paused_since: loaded.paused_since,
            due: loaded.due,
            refused: stored.refused,
            waiting,
            events: stored.events,
            document: definition.0.document.clone(),
            stages: stages(&loaded.execution, &definition.0, &loaded.stages),
            questions,
            execution: loaded.execution,
        })
    }

    /// Executions that `caller` may look at, newest first. A page may be short although there is a next one.
    ///
    /// # Errors
    /// `application.unknown`, `access.denied` for an application named in the filter; `request.cursor-invalid`.
    pub async fn executions(
        &self,
        caller: &Caller,
        filter: &ExecutionFilter,
        page: &PageRequest,
    ) -> Result<Page<StoredExecution>, AppError> {
        if let Some(application) = &filter.application {
            self.permit_read(caller, application.as_str()).await?;
        }
        let Page { items, next } = self.inner.store.executions().list(filter, page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for stored in items {
            if self.may_read(caller, stored.execution.application.as_str()).await? {
                readable.push(stored);
            }
        }
        Ok(Page { items: readable, next })
    }

    /// Events of an execution, in order, each with its number.
    ///
    /// # Errors
    /// `execution.unknown`, `access.denied`, `request.cursor-invalid`.
    pub async fn execution_events(
        &self,
        caller: &Caller,
        id: &str,
        page: &PageRequest,
    ) -> Result<Page<(i64, Event)>, AppError> {
        let id = ExecutionId::from(id);
        let found = self.find_execution(&id).await?;
        self.permit_read(caller, found.application.as_str()).await?;
        let after = match &page.after {
            None => 0,
            Some(Cursor(text)) => text.parse().map_err(|_| AppError::from(store::ReadError::Cursor))?,
        };
        let items = self.inner.store.events().of(&id, after, page.limit).await?;
        let full = items.len() >= usize::try_from(page.limit).unwrap_or(usize::MAX);
        let next = items.last().filter(|_| full).map(|(number, _)| Cursor(number.to_string()));
        Ok(Page { items, next })
    }

    /// The document that an execution runs, read: its pipeline's at the revision admitted, or the one it was started with.
    ///
    /// # Errors
    /// `pipeline.revision-unknown` when the store has lost it.
    pub async fn definition_of(&self, execution: &Execution, document: Option<&Params>) -> Result<Arc<Read>, AppError> {
        match (&execution.pipeline, document) {
            // Its own document first: the pass over expressions at the start may have changed it.
            (_, Some(document)) => Ok(Arc::new(read(document))),
            (Some(at), None) => self.definition(at).await,
            (None, None) => Ok(Arc::new(read(&Params::object()))),
        }
    }
}
