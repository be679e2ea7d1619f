//! The live stream: committed events of everything that a caller may look at, resumable, and honest about what it cannot resume.

use std::collections::VecDeque;

use domain::environment::{Environment, uuid};
use domain::{ExecutionId, Params};
use futures::stream::{self, Stream};
use store::{Committed, Store, Write};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::{App, AppError, Caller};

/// Setting that names the installation. A restored database gets a new one, so that cursors from before are told to reset.
const INSTANCE: &str = "instance";
/// Commits read at once while a stream catches up.
const PAGE: u32 = 200;

/// Which events.
#[derive(Clone, Debug, Default)]
pub struct StreamFilter {
    /// Of this application; case does not count.
    pub application: Option<String>,
    /// Of this execution.
    pub execution: Option<ExecutionId>,
}

/// Where a stream goes on: after this position of this installation's feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCursor {
    /// The installation.
    pub instance: String,
    /// The position.
    pub feed: i64,
}

/// What a stream yields.
#[derive(Clone, Debug)]
pub enum StreamItem {
    /// What the cursor names is not there any more, or never was: read everything anew, then go on from here.
    Reset(StreamCursor),
    /// Events of one commit.
    Events(Committed),
}

/// The id of this installation; made at the first start.
pub(crate) async fn instance(store: &Store, environment: &dyn Environment) -> Result<String, AppError> {
    if let Some(known) = store.settings().get(INSTANCE).await?
        && let Some(text) = known.value().as_str()
    {
        return Ok(text.to_owned());
    }
    let made = uuid(environment).replace('-', "");
    store.write(vec![Write::Setting { key: INSTANCE.into(), value: Params::new(made.as_str().into()) }]).await?;
    Ok(made)
}

struct Tail {
    app: App,
    caller: Caller,
    filter: StreamFilter,
    live: Receiver<Committed>,
    after: i64,
    behind: bool,
    queue: VecDeque<StreamItem>,
}

impl App {
    /// The id of this installation, which cursors carry.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.inner.instance
    }

    /// Events from `from` on, or from now on. The stream ends when the store does, or cannot be read.
    ///
    /// # Errors
    /// `access.denied` for an application or execution named; `execution.unknown`.
    pub async fn stream(
        &self,
        caller: &Caller,
        filter: StreamFilter,
        from: Option<StreamCursor>,
    ) -> Result<impl Stream<Item = StreamItem> + Send + use<>, AppError> {
        if let Some(application) = &filter.application {
            self.permit_read(caller, application).await?;
        }
        if let Some(execution) = &filter.execution {
            let found = self.find_execution(execution).await?;
            self.permit_read(caller, found.application.as_str()).await?;
        }
        // Listened to before the store is read, so that nothing falls between.
        let live = self.inner.store.feed();
        let events = self.inner.store.events();
        let newest = events.newest().await?;
        let mut queue = VecDeque::new();
        let after = match from {
            None => newest,
            Some(from) => {
                let oldest = events.oldest().await?.unwrap_or(newest + 1);
                let is_ours = from.instance == self.inner.instance;
                if is_ours && from.feed <= newest && from.feed + 1 >= oldest {
                    from.feed
                } else {
                    let here = StreamCursor { instance: self.inner.instance.clone(), feed: newest };
                    queue.push_back(StreamItem::Reset(here));
                    newest
                }
            }
        };
        let tail =
            Tail { app: self.clone(), caller: caller.clone(), filter, live, after, behind: after < newest, queue };
        Ok(stream::unfold(tail, |mut tail| async move { tail.next().await.map(|item| (item, tail)) }))
    }
}

impl Tail {
    async fn next(&mut self) -> Option<StreamItem> {
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Some(item);
            }
            if self.behind {
                self.catch_up().await?;
                continue;
            }
            match self.live.recv().await {
                Ok(committed) => self.take(committed).await?,
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn catch_up(&mut self) -> Option<()> {
        let page = self.app.inner.store.events().feed_after(self.after, PAGE).await.ok()?;
        self.behind = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for committed in page {
            self.take(committed).await?;
        }
        Some(())
    }

    async fn take(&mut self, committed: Committed) -> Option<()> {
        if committed.feed <= self.after {
            return Some(());
        }
        self.after = committed.feed;
        let wanted = self.filter.execution.as_ref().is_none_or(|id| *id == committed.execution)
            && self.filter.application.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&committed.application));
        // Asked for every commit, so that a right taken away takes hold in streams that are open.
        if wanted && self.app.may_read(&self.caller, &committed.application).await.ok()? {
            self.queue.push_back(StreamItem::Events(committed));
        }
        Some(())
    }
}
