//! An execution's view in memory, with what the store knows of it.

use std::sync::Arc;

use app::App;
use domain::execution::Fact;
use domain::id::ExecutionId;
use domain::plugin::Catalog;
use domain::stage::Demand;
use domain::{Params, Timestamp};
use scheduler::{Order, View};
use store::{Loaded, NewExecution};

use crate::trouble::Trouble;

/// Version of an execution that was admitted and not driven since.
const ADMITTED_VERSION: i64 = 0;

/// Milliseconds within which a moment is near.
const SOON: i64 = 1_000;

/// A view and the row it was read from.
#[derive(Debug)]
pub(crate) struct Seat {
    /// What deciding needs.
    pub view: View,
    /// Version of the row.
    pub version: i64,
    /// Epoch of the row's owner.
    pub epoch: i64,
    /// Facts of the inbox up to this number are in the view.
    pub inbox_seen: i64,
    /// The catalogue that the execution is pinned to.
    pub catalog: Arc<Catalog>,
    /// The document that it runs.
    pub document: Params,
    timeouts: usize,
}

impl Seat {
    /// The seat of an execution that was just admitted: nothing is read from the store but what is cached.
    pub(crate) async fn admitted(app: &App, new: &NewExecution) -> Result<Seat, Trouble> {
        let definition = app.definition_of(&new.execution, new.document.as_ref()).await?;
        let catalog = app.catalogs().at(new.execution.catalog).await?;
        let mut view = View::new(new.execution.clone(), &definition.0, &definition.1);
        view.zone = app.zone().clone();
        Ok(Seat {
            view,
            version: ADMITTED_VERSION,
            epoch: 0,
            inbox_seen: 0,
            catalog,
            document: definition.0.document.clone(),
            timeouts: 0,
        })
    }

    /// The seat of a stored execution, and the facts of its inbox that are not in it yet. Absent: there is no such execution.
    pub(crate) async fn load(app: &App, id: &ExecutionId) -> Result<Option<(Seat, Vec<(i64, Fact)>)>, Trouble> {
        let Some(loaded) = app.store().executions().load(id).await? else { return Ok(None) };
        let Loaded {
            execution,
            version,
            epoch,
            inbox_head,
            paused_since,
            cancel_told,
            due: _,
            document,
            stages,
            inbox,
        } = loaded;
        let definition = app.definition_of(&execution, document.as_ref()).await?;
        let catalog = app.catalogs().at(execution.catalog).await?;
        let mut view = View::new(execution, &definition.0, &definition.1);
        view.zone = app.zone().clone();
        view.paused_since = paused_since;
        view.cancel_told = cancel_told;
        view.restore(stages).map_err(|reference| Trouble::Damaged { execution: id.clone(), reference })?;
        let inbox_seen = inbox.first().map_or(inbox_head, |(first, _)| first - 1);
        Ok(Some((
            Seat { view, version, epoch, inbox_seen, catalog, document: definition.0.document.clone(), timeouts: 0 },
            inbox,
        )))
    }

    /// Whether something is expected soon, so that keeping the view saves a load: an outcome, a read, a moment that is near. One that
    /// waits for a person, another execution or a later moment is loaded again instead: it may wait for days, beside 100,000 others.
    pub(crate) fn expects_soon(&self, now: Timestamp) -> bool {
        let mut pending = self.view.stages.iter().filter_map(|stage| stage.running()).flat_map(|run| &run.pending);
        pending.any(|pending| matches!(pending.demand, Demand::Operate(_) | Demand::Query(_)))
            || self.view.due().is_some_and(|due| due <= now.plus(SOON))
    }

    /// What it costs to keep: a measure in stages.
    pub(crate) fn weight(&self) -> usize {
        1 + self.view.stages.len()
    }

    /// Gives stages that came into being since the last call the timeouts of their manifests.
    pub(crate) fn fill_timeouts(&mut self) {
        let View { roster, default_timeouts, .. } = &mut self.view;
        for stage in roster.stages.get(self.timeouts..).unwrap_or(&roster.stages) {
            if stage.timeout.is_some() || default_timeouts.contains_key(&stage.kind) {
                continue;
            }
            let offer = self.catalog.find_stage(&stage.kind, stage.provider.as_deref());
            if let Some(timeout) = offer.and_then(|(_, offer)| offer.timeout) {
                default_timeouts.insert(stage.kind.clone(), timeout);
            }
        }
        self.timeouts = self.view.stages.len();
    }

    /// The due time that the row gets. A row with something left to decide, with reads that only this process knows to be under
    /// way, or with stages that wait for a release of their plugin, is due at once for whoever finds it after a crash.
    pub(crate) fn row_due(&self, more: bool, now: Timestamp) -> Option<Timestamp> {
        let held = || crate::quarantine::held(self).next().is_some();
        if more || self.open_reads().next().is_some() || held() { Some(now) } else { self.view.due() }
    }

    /// Reads that were asked and have no answer: they have no row, so after a load they are asked again.
    pub(crate) fn open_reads(&self) -> impl Iterator<Item = Order> + '_ {
        self.view.stages.iter().enumerate().flat_map(move |(position, stage)| {
            let pending = stage.running().into_iter().flat_map(|run| &run.pending);
            pending.filter(|pending| !pending.withdrawn).filter_map(move |pending| {
                let key = self.view.key(position, &pending.label);
                match &pending.demand {
                    Demand::Query(request) => Some(Order::Query { key, request: request.clone() }),
                    Demand::Evaluate(expressions) => Some(Order::Evaluate { key, expressions: expressions.clone() }),
                    _ => None,
                }
            })
        })
    }
}
