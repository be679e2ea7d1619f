//! Questions that people are asked, and their votes.

use domain::id::{ApplicationName, ExecutionId};
use domain::question::QuestionRow;

use crate::{Cursor, Page, ReadError, Store};

/// Reads questions.
pub struct Questions<'s> {
    pub(crate) store: &'s Store,
}

impl Questions<'_> {
    /// The question of that id ([`QuestionRow::id`]), open or closed, with its votes.
    pub async fn get(&self, id: &str) -> Result<Option<QuestionRow>, ReadError> {
        let _ = (self.store, id);
        todo!()
    }

    /// Open questions, newest first, of one application or of all.
    pub async fn open(
        &self,
        application: Option<&ApplicationName>,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<QuestionRow>, ReadError> {
        let _ = (application, cursor, limit);
        todo!()
    }

    /// Questions of an execution, open and closed, in the order asked.
    pub async fn of(&self, execution: &ExecutionId) -> Result<Vec<QuestionRow>, ReadError> {
        let _ = execution;
        todo!()
    }
}
