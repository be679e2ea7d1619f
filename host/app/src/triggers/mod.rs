//! Events from outside: heard by trigger plugins, recorded, and matched with configured triggers. The record of an event, the
//! reasons of those that did not start, and the starts are one unit (design §5 *Triggers*).
//!
//! ```text
//! receive  a request     --> the plugin reads it   --+
//! dates    a moment came --> of one trigger        --+--> record: match, decide, start; one unit
//! ends     an execution ended: a host event        --+
//! tryout   the same without the unit: what would happen
//! ```

pub mod dates;
pub mod ends;
pub mod events;
mod plugin;
mod rate;
mod record;
pub mod tryout;

use std::sync::Arc;

use domain::code::code;
use domain::params::Value;
use domain::plugin::Catalog;
use domain::plugin::call::{Heard, Hook, HookReply};
use store::RecordedEvent;

use crate::{App, AppError, ErrorClass};

pub(crate) use plugin::scope;
pub(crate) use rate::Rates;

/// What an operator decides about triggers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerConfig {
    /// IANA name of the time zone of dates whose trigger names none.
    pub zone: String,
    /// Milliseconds within which a date that was missed is made up for; 0: none is.
    pub catch_up: i64,
    /// Events that are kept.
    pub most_events: i64,
    /// Milliseconds for which events are kept.
    pub events_age: i64,
    /// Requests a minute that one source may send; 0: any number.
    pub rate: u32,
}

impl Default for TriggerConfig {
    fn default() -> TriggerConfig {
        TriggerConfig {
            zone: "Asia/Shanghai".into(),
            catch_up: 600_000,
            most_events: 100_000,
            events_age: 30 * 86_400_000,
            rate: 600,
        }
    }
}

/// A request at a trigger's endpoint, as it came.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Trigger type.
    pub kind: String,
    /// The rest of the path.
    pub source: String,
    /// HTTP method.
    pub method: String,
    /// Whole path.
    pub path: String,
    /// Query text.
    pub query: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Vec<u8>,
}

/// What a delivery came to.
#[derive(Clone, Debug)]
pub struct Received {
    /// What the plugin answers its sender.
    pub reply: HookReply,
    /// Each event with what became of it.
    pub events: Vec<RecordedEvent>,
}

impl App {
    /// Hears a request: the plugin reads it, what it heard is recorded, and pipelines start. A delivery heard before is answered
    /// the same, and starts nothing.
    ///
    /// # Errors
    /// `trigger.type-unknown`, `trigger.too-many-requests`; what the plugin refuses, in its own words; a fault of the plugin.
    pub async fn receive(&self, delivery: Delivery) -> Result<Received, AppError> {
        let catalog = self.inner.catalogs.current();
        let kind = delivery.kind.clone();
        let found = catalog.find_trigger(&kind).filter(|(_, offer)| offer.hooks);
        let (installed, offer) = found.ok_or_else(|| plugin::unknown_type(&kind))?;
        let triggers = self.inner.store.pipelines().triggers_of(&offer.kind, Some(&delivery.source)).await?;
        let addressed = delivery.source.clone();
        // Sources that nobody listens to are strangers' to invent: all of them share one allowance.
        let source = if triggers.is_empty() { "" } else { delivery.source.as_str() };
        self.inner.rates.take((&offer.kind, source), self.inner.config.triggers.rate, self.inner.environment.now())?;
        let secrets = plugin::secrets(triggers.iter().map(|trigger| &trigger.config));
        let hook = self.hook(delivery, secrets);
        let heard = self.inner.runtime.hear(&scope(installed), hook).await;
        let reply = heard.map_err(plugin::fault)?.map_err(plugin::refused)?;
        let mut events = Vec::with_capacity(reply.events.len());
        let (here, elsewhere): (Vec<Heard>, Vec<Heard>) =
            reply.events.iter().cloned().partition(|event| named_source(event).is_none_or(|named| named == addressed));
        events.extend(self.record(&offer.kind, &triggers, here, Vec::new()).await?);
        for event in elsewhere {
            let triggers = self.inner.store.pipelines().triggers_of(&offer.kind, named_source(&event)).await?;
            events.extend(self.record(&offer.kind, &triggers, vec![event], Vec::new()).await?);
        }
        Ok(Received { reply, events })
    }

    fn hook(&self, delivery: Delivery, secrets: Vec<String>) -> Hook {
        let Delivery { kind: _, source, method, path, query, headers, body } = delivery;
        Hook { source, method, path, query, headers, body, secrets, now: self.inner.environment.now() }
    }

    /// Trigger types of the catalogue in force that name dates.
    #[must_use]
    pub fn kinds_with_dates(&self) -> Vec<String> {
        kinds(&self.inner.catalogs.current(), |offer| offer.dates)
    }

    /// Trigger types of the catalogue in force that listen to the host event `event`.
    #[must_use]
    pub fn kinds_that_listen(&self, event: &str) -> Vec<String> {
        kinds(&self.inner.catalogs.current(), |offer| offer.listens.iter().any(|heard| heard == event))
    }
}

fn kinds(catalog: &Arc<Catalog>, wanted: impl Fn(&domain::plugin::manifest::TriggerOffer) -> bool) -> Vec<String> {
    let enabled = catalog.plugins().values().filter(|installed| installed.enabled);
    let offers = enabled.flat_map(|installed| &installed.manifest.triggers);
    offers.filter(|offer| wanted(offer)).map(|offer| offer.kind.clone()).collect()
}

/// The source that an event says it is of, which need not be the one that the request was sent to.
fn named_source(event: &Heard) -> Option<&str> {
    event.source.get("source").and_then(Value::as_str)
}

/// A sender is too fast.
fn too_many(seconds: i64) -> AppError {
    let message = format!("This source sends too many requests; go on in {seconds} seconds.");
    AppError::new(ErrorClass::Throttled, code("trigger.too-many-requests"), message)
}
