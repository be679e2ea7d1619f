//! Triggers that fire on dates: which date is next, and what becomes of it when it has come.
//!
//! Up to which date a trigger was decided stands in its row. It moves in the unit that records the date and starts the pipeline, so a date
//! is decided once, whenever the process dies (docs/decisions/0502-a-date-is-decided-once.md).

use domain::code::code;
use domain::environment::Environment;
use domain::params::Params;
use domain::pipeline::Definition;
use domain::plugin::call::Heard;
use domain::trigger::TriggerOutcome;
use domain::{Problem, Timestamp};
use store::{ConfiguredTrigger, Write};

use super::plugin::{fault, scope, unknown_type};
use super::record::outcome;
use crate::{App, AppError};

/// What is decided about a date that has come.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    /// The date that fires; absent: all came too long ago.
    fires: Option<Timestamp>,
    /// The first and the last date that do not fire any more.
    missed: Option<(Timestamp, Timestamp)>,
    /// The last date that has come.
    newest: Timestamp,
}

impl Due {
    /// The newest date fires if it is not older than `catch_up`; those before it are missed (reference pipelines-and-stages.md §5.4).
    fn of(
        (first, before_newest, newest): (Timestamp, Option<Timestamp>, Timestamp),
        catch_up: i64,
        now: Timestamp,
    ) -> Due {
        // A moment late is not late.
        let fires = now.since(newest) <= catch_up.max(1_000);
        let missed = match (fires, before_newest) {
            (true, None) => None,
            (true, Some(last)) => Some((first, last)),
            (false, _) => Some((first, newest)),
        };
        Due { fires: fires.then_some(newest), missed, newest }
    }
}

impl App {
    /// The first date of a trigger that is still to be decided; absent: there is none, or its configuration is refused, which is recorded
    /// once, as an event with the reason.
    ///
    /// # Errors
    /// `trigger.type-unknown`, a fault of the plugin; the store cannot be read or written.
    pub async fn first_date(&self, trigger: &ConfiguredTrigger) -> Result<Option<Timestamp>, AppError> {
        if trigger.disabled {
            return Ok(None);
        }
        let decided = trigger.fired.map_or(trigger.since, |fired| fired.max(trigger.since));
        let first = self.next_date(trigger, decided).await?;
        if first.is_none() {
            self.tell_unreadable(trigger).await?;
        }
        Ok(first)
    }

    /// Records why a trigger has no dates, if its plugin refuses it: a save refuses such a trigger, but one that was saved before its plugin
    /// was installed, or before a version that reads it otherwise, is seen here first.
    async fn tell_unreadable(&self, trigger: &ConfiguredTrigger) -> Result<(), AppError> {
        let probe = probe(self.inner.environment.as_ref(), &self.inner.config.triggers.zone);
        let answers = self.matches(&trigger.kind, std::slice::from_ref(trigger), &probe).await?;
        let Some(Err(failure)) = answers.into_iter().next() else { return Ok(()) };
        let mut heard = self.date(trigger, trigger.since);
        heard.key.push_str("/unreadable");
        if self.inner.store.triggers().event(&trigger.kind, &heard.source, &heard.key).await?.is_some() {
            return Ok(());
        }
        let outcomes = vec![outcome(trigger, failure.code, failure.message)];
        Ok(self.write_events(vec![Write::Event { event: self.event_of(&trigger.kind, &heard), outcomes }]).await?)
    }

    /// The first date of a trigger later than `after`.
    ///
    /// # Errors
    /// `trigger.type-unknown`, a fault of the plugin.
    pub async fn next_date(
        &self,
        trigger: &ConfiguredTrigger,
        after: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let catalog = self.inner.catalogs.current();
        let found = catalog.find_trigger(&trigger.kind).filter(|(_, offer)| offer.dates);
        let (installed, _) = found.ok_or_else(|| unknown_type(&trigger.kind))?;
        let zone = &self.inner.config.triggers.zone;
        self.inner.runtime.next(&scope(installed), &trigger.named(), after, zone).await.map_err(fault)
    }

    /// Decides on a trigger whose date `due` has come, and says which is next. If others have come since, the newest fires and the rest
    /// is recorded as missed.
    ///
    /// # Errors
    /// `trigger.changed` when the trigger is not configured so any more, or the date was decided: read it again. A fault of the plugin, the
    /// store cannot be written: try again.
    pub async fn fire_date(&self, trigger: &ConfiguredTrigger, due: Timestamp) -> Result<Option<Timestamp>, AppError> {
        let now = self.inner.environment.now();
        let (before_newest, newest, next) = self.newest_date(trigger, due, now).await?;
        let due = Due::of((due, before_newest, newest), self.inner.config.triggers.catch_up, now);
        let (pipeline, config) = (trigger.pipeline.clone(), trigger.config.clone());
        let mut more = vec![Write::Dated { pipeline, trigger: trigger.index, config, at: due.newest }];
        if let Some((first, last)) = due.missed {
            more.insert(0, self.missed(trigger, first, last));
        }
        match due.fires {
            Some(date) => drop(
                self.record(&trigger.kind, std::slice::from_ref(trigger), vec![self.date(trigger, date)], more).await?,
            ),
            None => self.write_events(more).await?,
        }
        Ok(next)
    }

    /// From `due`, which has come, to the last date that has: the one before it, it, and the one after it.
    async fn newest_date(
        &self,
        trigger: &ConfiguredTrigger,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(Option<Timestamp>, Timestamp, Option<Timestamp>), AppError> {
        let (mut before, mut newest, mut bound) = (None, due, now);
        loop {
            let next = self.next_date(trigger, newest).await?;
            let Some(come) = next.filter(|next| *next <= now) else { return Ok((before, newest, next)) };
            (before, newest) = (Some(newest), come);
            // A server that was away for a year does not walk through every minute of it.
            let middle = newest.plus(bound.since(newest) / 2);
            if bound.since(newest) > 60_000 {
                match self.next_date(trigger, middle).await? {
                    Some(come) if come <= now => (before, newest) = (Some(newest), come),
                    _ => bound = middle,
                }
            }
        }
    }

    fn date(&self, trigger: &ConfiguredTrigger, date: Timestamp) -> Heard {
        let ConfiguredTrigger { id, pipeline, .. } = trigger;
        let payload = serde_json::json!({ "scheduled": date.0, "zone": self.inner.config.triggers.zone });
        Heard {
            key: format!("{pipeline}/{id}@{}", date.0),
            source: Params::new(serde_json::json!({ "pipeline": pipeline.as_str(), "trigger": id })),
            verified: Vec::new(),
            payload: Params::new(payload),
            occurred: Some(date),
        }
    }

    /// The record of dates that came while nobody was there to fire them.
    fn missed(&self, trigger: &ConfiguredTrigger, first: Timestamp, last: Timestamp) -> Write {
        let mut heard = self.date(trigger, first);
        heard.key.push_str("/missed");
        heard.payload = heard.payload.merged(&Params::new(serde_json::json!({ "until": last.0 })));
        let minutes = self.inner.config.triggers.catch_up / 60_000;
        let message = format!(
            "The server was not there when this date came; the newest one missed is made up for within {minutes} minutes, older ones are not."
        );
        let outcomes: Vec<TriggerOutcome> = vec![outcome(trigger, code("trigger.date-missed"), message)];
        Write::Event { event: self.event_of(&trigger.kind, &heard), outcomes }
    }

    /// Refuses enabled triggers whose dates their plugin cannot make out. A plugin that fails while it looks has said nothing.
    pub(crate) async fn check_dates(&self, definition: &Definition) -> Result<(), AppError> {
        let catalog = self.inner.catalogs.current();
        let mut problems = Vec::new();
        for trigger in definition.triggers.iter().filter(|trigger| trigger.enabled) {
            let found = catalog.find_trigger(&trigger.kind).filter(|(_, offer)| offer.dates);
            let Some((installed, _)) = found else { continue };
            let event = probe(self.inner.environment.as_ref(), &self.inner.config.triggers.zone);
            let configs = [trigger.config.clone()];
            match self.inner.runtime.matches(&scope(installed), &event, &configs).await {
                Ok(answers) => {
                    problems.extend(answers.into_iter().filter_map(Result::err).map(|failure| {
                        Problem::at(format!("/triggers/{}", trigger.index), failure.code, failure.message)
                    }))
                }
                Err(fault) => {
                    tracing::warn!(plugin = %installed.manifest.id, code = %fault.failure.code, "a trigger could not be checked");
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The pipeline", problems)) }
    }
}

/// A date that is of no trigger, to ask a plugin what it makes of one.
pub(super) fn probe(environment: &dyn Environment, zone: &str) -> Heard {
    let now = environment.now();
    let payload = serde_json::json!({ "scheduled": now.0, "zone": zone });
    let (key, source, verified) = ("probe".into(), Params::object(), Vec::new());
    Heard { key, source, verified, payload: Params::new(payload), occurred: Some(now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_date_is_made_up_for_and_older_ones_are_missed() {
        let at = Timestamp;
        let due = |dates, catch_up, now| Due::of(dates, catch_up, at(now));
        let (first, second, third) = (at(100_000), at(160_000), at(220_000));
        let on_time = Due { fires: Some(first), missed: None, newest: first };
        assert_eq!(due((first, None, first), 600_000, 100_003), on_time);
        assert_eq!(due((first, None, first), 0, 100_003), on_time, "a moment late is not late");
        let one_late = Due { fires: Some(third), missed: Some((first, second)), newest: third };
        assert_eq!(due((first, Some(second), third), 600_000, 230_000), one_late);
        let too_late = Due { fires: None, missed: Some((first, third)), newest: third };
        assert_eq!(due((first, Some(second), third), 5_000, 230_000), too_late);
    }
}
