//! Ends of executions, told to the triggers that listen to them: in the order of the feed, each once.

use std::sync::Arc;

use app::AppError;
use app::triggers::ends::{End, Listeners};
use domain::execution::EventKind;
use store::{Committed, Configured};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::core::Core;
use crate::tasks::Phase;

/// Commits read at once while it catches up.
const PAGE: u32 = 500;
/// Commits after which the place is noted although nothing was told: what a restart reads again.
const NOTE_EVERY: i64 = 4_096;
/// Times that an end is tried before its triggers are told why not.
const TRIES: i64 = 5;

/// Where the telling stands.
struct Ear {
    listeners: Listeners,
    /// The listeners are to be read anew.
    stale: bool,
    told: Receiver<Configured>,
    /// Position up to which everything was told.
    at: i64,
    /// Position that is noted in the store.
    noted: i64,
}

/// Tells ends until the server stops.
pub(crate) async fn listen(core: Arc<Core>, mut feed: Receiver<Committed>, told: Receiver<Configured>) {
    let at = loop {
        match core.app.heard_up_to().await {
            Ok(at) => break at,
            Err(error) => {
                trouble(&core, &error);
                if !core.rest(1_000).await {
                    return;
                }
            }
        }
    };
    let mut ear = Ear { listeners: Listeners::default(), stale: true, told, at, noted: at };
    if !catch_up(&core, &mut ear).await {
        return;
    }
    loop {
        let committed = tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Closing) => return,
            committed = feed.recv() => committed,
        };
        let goes_on = match committed {
            Ok(committed) => hear(&core, &mut ear, &committed).await,
            Err(RecvError::Lagged(_)) => catch_up(&core, &mut ear).await,
            Err(RecvError::Closed) => return,
        };
        if !goes_on {
            return;
        }
    }
}

/// Reads what was committed since. False when the server stops.
async fn catch_up(core: &Arc<Core>, ear: &mut Ear) -> bool {
    loop {
        match core.app.store().events().feed_after(ear.at, PAGE).await {
            Ok(page) if page.is_empty() => return true,
            Ok(page) => {
                for committed in page {
                    if !hear(core, ear, &committed).await {
                        return false;
                    }
                }
            }
            Err(error) => {
                trouble(core, &error.into());
                if !core.rest(1_000).await {
                    return false;
                }
            }
        }
    }
}

/// Takes in one commit. False when the server stops.
async fn hear(core: &Arc<Core>, ear: &mut Ear, committed: &Committed) -> bool {
    if committed.feed <= ear.at {
        return true;
    }
    for (number, event) in (committed.first..).zip(committed.events.iter()) {
        if !matches!(event.kind, EventKind::ExecutionEnded { .. }) {
            continue;
        }
        let end = End { execution: committed.execution.clone(), number, feed: committed.feed };
        if !tell(core, ear, &end).await {
            return false;
        }
    }
    ear.at = committed.feed;
    if ear.at - ear.noted >= NOTE_EVERY {
        match core.app.note_heard(ear.at).await {
            Ok(()) => ear.noted = ear.at,
            Err(error) => trouble(core, &error),
        }
    }
    true
}

/// Tells one end, however often that takes. False when the server stops.
async fn tell(core: &Arc<Core>, ear: &mut Ear, end: &End) -> bool {
    let mut tries = 0;
    loop {
        let told = match refresh(core, ear).await {
            Ok(()) if ear.listeners.is_empty() => return true,
            Ok(()) if tries < TRIES => core.app.tell_end(&ear.listeners, end).await,
            Ok(()) => return true,
            Err(error) => Err(error),
        };
        let error = match told {
            Ok(recorded) => {
                if recorded {
                    ear.noted = end.feed;
                }
                return true;
            }
            Err(error) => error,
        };
        tries += 1;
        trouble(core, &error);
        if tries == TRIES
            && let Err(error) = core.app.give_up_end(&ear.listeners, end, &error).await
        {
            trouble(core, &error);
            tries = 0;
        }
        if !core.rest(tries.max(1) * 1_000).await {
            return false;
        }
    }
}

/// Reads who listens, if that has changed.
async fn refresh(core: &Arc<Core>, ear: &mut Ear) -> Result<(), AppError> {
    while let Ok(_) | Err(TryRecvError::Lagged(_)) = ear.told.try_recv() {
        ear.stale = true;
    }
    if ear.stale {
        core.app.catalogs().refresh().await?;
        ear.listeners = core.app.listeners().await?;
        ear.stale = false;
    }
    Ok(())
}

fn trouble(core: &Arc<Core>, error: &AppError) {
    core.counters.store_errors.one();
    tracing::warn!(%error, "the end of an execution could not be told to triggers; it is tried again");
}
