//! `correlationId`: as long as an execution with it is not complete, another start with it is that execution
//! (reference pipelines-and-stages.md §1.5, step 10).

use std::collections::HashMap;

use domain::execution::{Execution, ExecutionStatus};
use domain::id::{ApplicationName, ExecutionId};
use domain::params::Value;
use store::{ExecutionFilter, Store};
use tokio::sync::Mutex;

use crate::AppError;

/// More entries than this are read anew: most of them are over by then.
const MOST: usize = 100_000;
/// Rows of one page when open executions are looked through.
const PAGE: u32 = 500;

type Key = (String, String);

/// Open executions by application and correlation id. Filled from the store when first asked, because a restart forgets it.
#[derive(Debug)]
pub(crate) struct Correlations {
    known: Mutex<Option<HashMap<Key, ExecutionId>>>,
}

impl Correlations {
    pub fn new() -> Correlations {
        Correlations { known: Mutex::new(None) }
    }

    /// The execution in `application` that carries `id` and is not complete.
    pub async fn open(
        &self,
        store: &Store,
        application: &ApplicationName,
        id: &str,
    ) -> Result<Option<Execution>, AppError> {
        let key = key(application, id);
        let candidate = {
            let mut known = self.known.lock().await;
            if known.as_ref().is_none_or(|known| known.len() > MOST) {
                *known = Some(read(store).await?);
            }
            known.as_ref().and_then(|known| known.get(&key)).cloned()
        };
        let Some(candidate) = candidate else { return Ok(None) };
        let found = store.executions().get(&candidate).await?;
        Ok(found.map(|stored| stored.execution).filter(|execution| !execution.status().is_complete()))
    }

    /// Notes an execution that was admitted.
    pub async fn note(&self, application: &ApplicationName, id: &str, execution: ExecutionId) {
        if let Some(known) = self.known.lock().await.as_mut() {
            known.insert(key(application, id), execution);
        }
    }
}

/// The correlation id of a start.
pub(crate) fn of(execution: &Execution) -> Option<&str> {
    execution.trigger.get("correlationId").and_then(Value::as_str).filter(|id| !id.is_empty())
}

fn key(application: &ApplicationName, id: &str) -> Key {
    (application.as_str().to_ascii_lowercase(), id.to_owned())
}

async fn read(store: &Store) -> Result<HashMap<Key, ExecutionId>, AppError> {
    let statuses = vec![ExecutionStatus::NotStarted, ExecutionStatus::Running, ExecutionStatus::Paused];
    let filter = ExecutionFilter { statuses, ..ExecutionFilter::default() };
    let (mut known, mut after) = (HashMap::new(), None);
    loop {
        let page = store.executions().list(&filter, after.as_ref(), PAGE).await?;
        for stored in page.items {
            if let Some(id) = of(&stored.execution) {
                let key = key(&stored.execution.application, id);
                known.entry(key).or_insert(stored.execution.id);
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(known),
        }
    }
}
