//! When dates of triggers come. All that a trigger costs between its dates is its entry here; one task sleeps until the earliest.
//!
//! What a date comes to is decided by the application, in one unit (`app::triggers::dates`). This table is made from the rows at every
//! start, so nothing is lost with it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use app::{AppError, ConfiguredTrigger, ErrorClass};
use domain::Timestamp;
use domain::id::PipelineId;
use futures::StreamExt;
use futures::stream;
use rustc_hash::FxHashMap;
use store::Configured;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::core::Core;
use crate::tasks::Phase;

/// Triggers that are asked for their dates, or fired, at once.
const AT_ONCE: usize = 64;
/// Milliseconds after which what failed is tried again; it grows with how late the date is.
const RETRY: (i64, i64) = (1_000, 60_000);

/// One trigger, by its pipeline and its position in the document.
type Place = (PipelineId, usize);

/// The table of dates.
#[derive(Default)]
struct Dates {
    order: BTreeSet<(Timestamp, Place)>,
    entries: FxHashMap<PipelineId, HashMap<usize, Entry>>,
}

struct Entry {
    trigger: ConfiguredTrigger,
    /// The date; absent while it is not known, since the plugin failed.
    due: Option<Timestamp>,
    /// When it is looked at.
    at: Timestamp,
}

impl Dates {
    fn insert(&mut self, entry: Entry) {
        let place = (entry.trigger.pipeline.clone(), entry.trigger.index);
        self.order.insert((entry.at, place.clone()));
        self.entries.entry(place.0).or_default().insert(place.1, entry);
    }

    fn remove(&mut self, pipeline: &PipelineId) {
        for (index, entry) in self.entries.remove(pipeline).into_iter().flatten() {
            self.order.remove(&(entry.at, (pipeline.clone(), index)));
        }
    }

    fn take_due(&mut self, now: Timestamp) -> Vec<Entry> {
        let mut taken = Vec::new();
        while self.earliest().is_some_and(|at| at <= now) {
            let Some((_, (pipeline, index))) = self.order.pop_first() else { break };
            let Some(of_pipeline) = self.entries.get_mut(&pipeline) else { continue };
            taken.extend(of_pipeline.remove(&index));
            if of_pipeline.is_empty() {
                self.entries.remove(&pipeline);
            }
        }
        taken
    }

    fn earliest(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }
}

/// What is to be read anew.
#[derive(Default)]
struct News {
    all: bool,
    pipelines: Vec<PipelineId>,
}

impl News {
    fn add(&mut self, configured: Configured) {
        match configured {
            Configured::Catalog => self.all = true,
            Configured::Pipeline(id) if self.pipelines.contains(&id) => {}
            Configured::Pipeline(id) => self.pipelines.push(id),
        }
    }

    /// Takes in what has been told meanwhile. False: nobody will tell any more.
    fn drain(&mut self, told: &mut Receiver<Configured>) -> bool {
        loop {
            match told.try_recv() {
                Ok(configured) => self.add(configured),
                Err(TryRecvError::Lagged(_)) => self.all = true,
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Closed) => return false,
            }
        }
    }
}

/// Fires dates as they come, until calls are cut.
pub(crate) async fn watch(core: Arc<Core>, mut told: Receiver<Configured>) {
    let mut dates = Dates::default();
    let mut news = News { all: true, ..News::default() };
    loop {
        news.drain(&mut told);
        if let Err(error) = read(&core, &mut dates, &mut news).await {
            core.counters.store_errors.one();
            tracing::warn!(%error, "configured triggers could not be read; it is tried again");
            if !core.rest(RETRY.0).await {
                return;
            }
            continue;
        }
        let due = dates.take_due(core.now());
        if !due.is_empty() && core.tasks.phase() == Phase::Open {
            let fired = stream::iter(due).map(|entry| fire(&core, entry)).buffer_unordered(AT_ONCE);
            let mut fired = std::pin::pin!(fired);
            loop {
                let next = tokio::select! {
                    biased;
                    () = core.tasks.reached(Phase::Cut) => return,
                    next = fired.next() => next,
                };
                match next {
                    None => break,
                    Some(Next::Wait(entry)) => dates.insert(entry),
                    Some(Next::Never) => {}
                    Some(Next::Read(pipeline)) => news.add(Configured::Pipeline(pipeline)),
                }
            }
            continue;
        }
        let earliest = dates.earliest();
        tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Closing) => return,
            () = core.environment.sleep_until(earliest.unwrap_or(Timestamp::NEVER)), if earliest.is_some() => {}
            configured = told.recv() => match configured {
                Ok(configured) => news.add(configured),
                Err(RecvError::Lagged(_)) => news.all = true,
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Reads what is new in the rows, and asks for the first date of each trigger.
async fn read(core: &Arc<Core>, dates: &mut Dates, news: &mut News) -> Result<(), AppError> {
    let mut triggers = Vec::new();
    let kinds = if news.all || !news.pipelines.is_empty() { core.app.kinds_with_dates() } else { return Ok(()) };
    if news.all {
        // The news of a catalogue may come before the application has taken it into force.
        core.app.catalogs().refresh().await?;
        for kind in core.app.kinds_with_dates() {
            triggers.extend(core.app.store().pipelines().triggers_of(&kind, None).await?);
        }
        *dates = Dates::default();
    } else {
        for pipeline in &news.pipelines {
            let all = core.app.store().pipelines().triggers_in(pipeline).await?;
            triggers.extend(all.into_iter().filter(|trigger| kinds.contains(&trigger.kind)));
        }
        news.pipelines.iter().for_each(|pipeline| dates.remove(pipeline));
    }
    *news = News::default();
    let enabled = triggers.into_iter().filter(|trigger| !trigger.disabled);
    let mut firsts =
        std::pin::pin!(stream::iter(enabled).map(|trigger| first(core, trigger)).buffer_unordered(AT_ONCE));
    while let Some(entry) = firsts.next().await {
        if let Some(entry) = entry {
            dates.insert(entry);
        }
    }
    Ok(())
}

async fn first(core: &Arc<Core>, trigger: ConfiguredTrigger) -> Option<Entry> {
    match core.app.first_date(&trigger).await {
        Ok(Some(due)) => Some(Entry { trigger, due: Some(due), at: due }),
        Ok(None) => None,
        Err(error) => {
            warn(&trigger, &error);
            Some(Entry { trigger, due: None, at: core.now().plus(RETRY.1) })
        }
    }
}

/// What follows for a trigger.
enum Next {
    /// It waits for its next date, or is tried again.
    Wait(Entry),
    /// It has no more dates.
    Never,
    /// It is not as it was when it was read.
    Read(PipelineId),
}

async fn fire(core: &Arc<Core>, entry: Entry) -> Next {
    let Entry { trigger, due, .. } = entry;
    let Some(due) = due else {
        return first(core, trigger).await.map_or(Next::Never, Next::Wait);
    };
    match core.app.fire_date(&trigger, due).await {
        Ok(Some(next)) => Next::Wait(Entry { trigger, due: Some(next), at: next }),
        Ok(None) => Next::Never,
        // The trigger was changed, or another has decided this date.
        Err(error) if error.class == ErrorClass::NotFound || error.class == ErrorClass::Conflict => {
            tracing::debug!(pipeline = %trigger.pipeline, %error, "a trigger is read again");
            Next::Read(trigger.pipeline)
        }
        Err(error) => {
            warn(&trigger, &error);
            let late = core.now().since(due).clamp(RETRY.0, RETRY.1);
            Next::Wait(Entry { trigger, due: Some(due), at: core.now().plus(late) })
        }
    }
}

fn warn(trigger: &ConfiguredTrigger, error: &AppError) {
    tracing::warn!(pipeline = %trigger.pipeline, trigger = trigger.index, %error, "a date of a trigger could not be decided; it is tried again");
}

#[cfg(test)]
mod tests {
    use domain::Params;

    use super::*;

    fn entry(pipeline: &str, index: usize, at: i64) -> Entry {
        let trigger = ConfiguredTrigger {
            id: index.to_string(),
            kind: "dates".into(),
            pipeline: pipeline.into(),
            application: "demo".into(),
            disabled: false,
            index,
            config: Params::object(),
            since: Timestamp(0),
            fired: None,
        };
        Entry { trigger, due: Some(Timestamp(at)), at: Timestamp(at) }
    }

    #[test]
    fn what_is_read_anew_replaces_what_stood_there() {
        let mut dates = Dates::default();
        for (pipeline, index, at) in [("a", 0, 30), ("a", 1, 10), ("b", 0, 20)] {
            dates.insert(entry(pipeline, index, at));
        }
        assert_eq!(dates.earliest(), Some(Timestamp(10)));
        dates.remove(&"a".into());
        assert_eq!(dates.earliest(), Some(Timestamp(20)));
        dates.insert(entry("a", 0, 15));
        let taken: Vec<String> =
            dates.take_due(Timestamp(20)).iter().map(|entry| entry.trigger.pipeline.to_string()).collect();
        assert_eq!(taken, ["a", "b"]);
        assert_eq!((dates.earliest(), dates.entries.len()), (None, 0));
    }
}
