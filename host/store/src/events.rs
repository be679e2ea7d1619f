//! Events, by execution and in the installation's feed.

use domain::execution::Event;
use domain::id::ExecutionId;

use crate::{Committed, ReadError, Store};

/// Reads events.
pub struct Events<'s> {
    pub(crate) store: &'s Store,
}

impl Events<'_> {
    /// Events of an execution with numbers above `after`, in order; numbers begin with 1. At least one row of the journal is read,
    /// so a few more than `limit` may come.
    pub async fn of(&self, execution: &ExecutionId, after: i64, limit: u32) -> Result<Vec<(i64, Event)>, ReadError> {
        let _ = (self.store, execution, after, limit);
        todo!()
    }

    /// Commits after a position of the feed, in order.
    pub async fn feed_after(&self, feed: i64, limit: u32) -> Result<Vec<Committed>, ReadError> {
        let _ = (feed, limit);
        todo!()
    }

    /// The newest position of the feed; 0 before the first.
    pub async fn newest(&self) -> Result<i64, ReadError> {
        todo!()
    }

    /// The oldest position still kept: a cursor before it must be told to reset.
    pub async fn oldest(&self) -> Result<Option<i64>, ReadError> {
        todo!()
    }
}
