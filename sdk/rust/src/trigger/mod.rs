//! Trigger plugins: requests, polls and dates become events; events are matched with triggers.

mod convert;
mod event;

use serde_json::{Map, Value, json};

pub use event::{Event, Hook, Payload, PollCall, Polled, Reply};

use crate::config::{self, Config};
use crate::manifest::{Header, Text, grant_methods, header_methods};
use crate::{Failure, FailureClass, code};

type Match = Box<dyn Fn(&Event, &Map<String, Value>) -> Result<Payload, Failure>>;
type Next = Box<dyn Fn(Value, f64, &str) -> Option<f64>>;

/// One trigger type.
pub struct TriggerKind {
    kind: &'static str,
    label: Text,
    help: Text,
    source: &'static [&'static str],
    listens: &'static [&'static str],
    schema: fn() -> Value,
    matches: Match,
    next: Option<Next>,
}

impl TriggerKind {
    /// A trigger type. `matches` gets the event, the trigger's configuration and the same as a document with every key that the user wrote, and says
    /// what an execution is started with, or why not: every refusal has a code and a sentence. Pure.
    pub fn new<C: Config>(
        kind: &'static str,
        matches: impl Fn(&Event, C, &Map<String, Value>) -> Result<Payload, Failure> + 'static,
    ) -> Self {
        let matches = move |event: &Event, document: &Map<String, Value>| {
            let config = config::read(Value::Object(document.clone()))?;
            matches(event, config, document)
        };
        let schema = config::schema::<C>;
        Self {
            kind,
            label: Text::new(kind, kind),
            help: Text::default(),
            source: &[],
            listens: &[],
            schema,
            matches: Box::new(matches),
            next: None,
        }
    }

    /// Name people see, in English and Chinese.
    #[must_use]
    pub fn label(mut self, en: &'static str, zh: &'static str) -> Self {
        self.label = Text::new(en, zh);
        self
    }

    /// A sentence on when it fires, in English and Chinese.
    #[must_use]
    pub fn help(mut self, en: &'static str, zh: &'static str) -> Self {
        self.help = Text::new(en, zh);
        self
    }

    /// Keys of a trigger that are its source: triggers with equal ones share events and polls.
    #[must_use]
    pub fn source(mut self, keys: &'static [&'static str]) -> Self {
        self.source = keys;
        self
    }

    /// Host events that it listens to.
    #[must_use]
    pub fn listens(mut self, events: &'static [&'static str]) -> Self {
        self.listens = events;
        self
    }

    /// It fires on dates: the first one strictly later than a time, by the calendar of a zone (IANA name).
    #[must_use]
    pub fn dates<C: Config>(mut self, next: impl Fn(C, f64, &str) -> Option<f64> + 'static) -> Self {
        self.next = Some(Box::new(move |config, after, zone| next(config::read(config).ok()?, after, zone)));
        self
    }
}

/// A plugin of kind `trigger`.
pub struct TriggerPlugin {
    header: Header,
    kinds: Vec<TriggerKind>,
    receive: Option<fn(Hook) -> Result<Reply, Failure>>,
    poll: Option<fn(PollCall) -> Result<Polled, Failure>>,
}

impl TriggerPlugin {
    /// A plugin without trigger types. `id` is its unique name; the package's name by custom, `trigger-<name>`.
    #[must_use]
    pub fn new(id: &'static str, version: &'static str) -> Self {
        Self { header: Header::new(id, version), kinds: Vec::new(), receive: None, poll: None }
    }

    header_methods!();
    grant_methods!();

    /// Adds a trigger type.
    #[must_use]
    pub fn trigger(mut self, kind: TriggerKind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// It reads requests to `/webhooks/<type>/<source>`.
    #[must_use]
    pub fn hooks(mut self, receive: fn(Hook) -> Result<Reply, Failure>) -> Self {
        self.receive = Some(receive);
        self
    }

    /// It looks for news.
    #[must_use]
    pub fn polls(mut self, poll: fn(PollCall) -> Result<Polled, Failure>) -> Self {
        self.poll = Some(poll);
        self
    }

    /// The manifest.
    #[must_use]
    pub fn describe(&self) -> Value {
        let kind = |kind: &TriggerKind| {
            json!({
                "type": kind.kind, "label": kind.label.json(), "help": kind.help.json(), "schema": (kind.schema)(),
                "source": kind.source, "listens": kind.listens,
                "hooks": self.receive.is_some(), "polls": self.poll.is_some(), "dates": kind.next.is_some(),
            })
        };
        self.header.manifest("trigger", json!({ "triggers": self.kinds.iter().map(kind).collect::<Vec<_>>() }))
    }

    /// Reads a request.
    ///
    /// # Errors
    /// Why it is not one; `trigger.no-hooks` if the plugin reads none.
    pub fn receive(&self, hook: Hook) -> Result<Reply, Failure> {
        let receive = self.receive.ok_or_else(|| self.cannot(code("trigger.no-hooks"), "reads no requests"))?;
        receive(hook)
    }

    /// Looks for news.
    ///
    /// # Errors
    /// Why it cannot; `trigger.no-polls` if the plugin never does.
    pub fn poll(&self, call: PollCall) -> Result<Polled, Failure> {
        let poll = self.poll.ok_or_else(|| self.cannot(code("trigger.no-polls"), "polls nothing"))?;
        poll(call)
    }

    /// The next date of a trigger. A configuration without a `type` is of the plugin's first type.
    #[must_use]
    pub fn next(&self, config: Value, after: f64, zone: &str) -> Option<f64> {
        let next = self.find(config.get("type"))?.next.as_ref()?;
        next(config, after, zone)
    }

    /// What an execution is started with, or why not.
    ///
    /// # Errors
    /// The refusal.
    pub fn matches(&self, event: &Event, trigger: &Map<String, Value>) -> Result<Payload, Failure> {
        match self.find(trigger.get("type")) {
            Some(kind) => (kind.matches)(event, trigger),
            None => Err(self.cannot(code("trigger.unknown-type"), "does not have this trigger type")),
        }
    }

    fn find(&self, kind: Option<&Value>) -> Option<&TriggerKind> {
        match kind.and_then(Value::as_str) {
            Some(name) => self.kinds.iter().find(|kind| kind.kind == name),
            None => self.kinds.first(),
        }
    }

    fn cannot(&self, code: &str, what: &str) -> Failure {
        Failure::new(FailureClass::NotFound, code, format!("Plugin {} {what}.", self.header.id))
    }
}

/// `match` over the contract's JSON texts; for [`export_trigger!`].
#[doc(hidden)]
pub fn match_texts(plugin: &TriggerPlugin, event: &Event, triggers: &[String]) -> Vec<Result<Payload, Failure>> {
    triggers.iter().map(|trigger| plugin.matches(event, &crate::json::read_object(trigger))).collect()
}

/// `next` over the contract's JSON text; for [`export_trigger!`].
#[doc(hidden)]
#[must_use]
pub fn next_text(plugin: &TriggerPlugin, config: String, after: f64, zone: &str) -> Option<f64> {
    plugin.next(crate::json::read(config), after, zone)
}

/// Exports a function `fn() -> TriggerPlugin` as the component of this crate. Nothing on other targets.
#[macro_export]
macro_rules! export_trigger {
    ($plugin:path) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::trigger::exports::mainsheet::trigger::trigger as contract;
            struct Component;
            impl contract::Guest for Component {
                fn describe() -> String {
                    $plugin().describe().to_string()
                }
                fn receive(hook: contract::Hook) -> Result<contract::Reply, contract::Failure> {
                    Ok($plugin().receive(hook.into())?.into())
                }
                fn poll(call: contract::PollCall) -> Result<contract::Polled, contract::Failure> {
                    Ok($plugin().poll(call.into())?.into())
                }
                fn next(config: String, after: f64, zone: String) -> Option<f64> {
                    $crate::trigger::next_text(&$plugin(), config, after, &zone)
                }
                fn match_(
                    event: contract::Event,
                    triggers: Vec<String>,
                ) -> Vec<Result<contract::Payload, contract::Failure>> {
                    let results = $crate::trigger::match_texts(&$plugin(), &event.into(), &triggers);
                    results.into_iter().map(|result| result.map(Into::into).map_err(Into::into)).collect()
                }
            }
    $crate::bindings::trigger::export_trigger!(Component with_types_in $crate::bindings::trigger);
        };
    };
}
