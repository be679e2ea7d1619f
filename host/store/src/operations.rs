//! Operations.

use domain::id::{ApplicationName, ExecutionId};
use domain::operation::{Operation, OperationKey};

use crate::{Cursor, Page, ReadError, Store};

/// Reads operations.
pub struct Operations<'s> {
    pub(crate) store: &'s Store,
}

/// Which operations. Absent members ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationFilter {
    /// Of this execution.
    pub execution: Option<ExecutionId>,
    /// Of this application.
    pub application: Option<ApplicationName>,
    /// Without (true) or with (false) an outcome.
    pub open: Option<bool>,
}

impl Operations<'_> {
    /// Operations of an execution that have no outcome, in the order ordered.
    pub async fn open_of(&self, execution: &ExecutionId) -> Result<Vec<Operation>, ReadError> {
        let _ = (self.store, execution);
        todo!()
    }

    /// All operations without outcome, oldest first.
    pub async fn open_all(&self, cursor: Option<&Cursor>, limit: u32) -> Result<Page<Operation>, ReadError> {
        let _ = (cursor, limit);
        todo!()
    }

    /// Operations, newest first.
    pub async fn list(
        &self,
        filter: &OperationFilter,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Operation>, ReadError> {
        let _ = (filter, cursor, limit);
        todo!()
    }

    /// One operation.
    pub async fn get(&self, key: &OperationKey) -> Result<Option<Operation>, ReadError> {
        let _ = key;
        todo!()
    }
}
