//! `mainsheet get`: lists and single things, as tables, YAML or JSON.

use clap::{Args, ValueEnum};
use domain::code::code;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Context;
use super::client::{Client, Page, route, segment};
use super::error::{CliError, Exit};
use super::output::{self, Columns};
use super::show;

/// Executions shown with what they belong to.
const NEWEST: u32 = 5;

const EXAMPLES: &str = "\
Examples:
  mainsheet get applications
  mainsheet get pipelines -a shop
  mainsheet get applications shop                     one, with its pipelines and what ran lately
  mainsheet get pipelines shop/release                one, its stages and what ran lately
  mainsheet get pipelines shop/release -o json        as it was written, and more
  mainsheet get executions -a shop --status RUNNING
  mainsheet get executions 01JD…                      one, whole
  mainsheet get questions                             what waits for a person
  mainsheet get operations --execution 01JD…
  mainsheet get trigger-events -a shop --pipeline release   what was heard, and why it started nothing
  mainsheet get audit --limit 20 --output json";

/// List things, or show one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What.
    #[arg(value_enum)]
    resource: Resource,
    /// One of them, by name or id; without it a list.
    name: Option<String>,
    /// Only of this application.
    #[arg(long, short)]
    application: Option<String>,
    /// Only of this pipeline: its id, or with --application its name.
    #[arg(long)]
    pipeline: Option<String>,
    /// Only of this execution.
    #[arg(long)]
    execution: Option<String>,
    /// Only with this status.
    #[arg(long)]
    status: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Resource {
    #[value(alias = "application")]
    Applications,
    #[value(alias = "pipeline")]
    Pipelines,
    #[value(alias = "execution")]
    Executions,
    #[value(alias = "question")]
    Questions,
    #[value(alias = "operation")]
    Operations,
    #[value(alias = "plugin")]
    Plugins,
    #[value(alias = "account")]
    Accounts,
    #[value(alias = "token")]
    Tokens,
    #[value(alias = "trigger-event")]
    TriggerEvents,
    Audit,
}

impl Resource {
    fn path(self) -> &'static str {
        match self {
            Resource::Applications => "applications",
            Resource::Pipelines => "pipelines",
            Resource::Executions => "executions",
            Resource::Questions => "questions",
            Resource::Operations => "operations",
            Resource::Plugins => "plugins",
            Resource::Accounts => "accounts",
            Resource::Tokens => "tokens",
            Resource::TriggerEvents => "triggers/events",
            Resource::Audit => "audit",
        }
    }

    /// Heads and the members they show.
    fn columns(self) -> Columns {
        match self {
            Resource::Applications => &[("name", "/name"), ("updated", "/updated")],
            Resource::Pipelines => &[
                ("application", "/application"),
                ("name", "/name"),
                ("revision", "/revision"),
                ("updated", "/updated"),
            ],
            Resource::Executions => &[
                ("id", "/id"),
                ("application", "/application"),
                ("pipeline", "/name"),
                ("status", "/status"),
                ("created", "/created"),
                ("ended", "/ended"),
            ],
            Resource::Questions => &[
                ("execution", "/execution"),
                ("id", "/id"),
                ("application", "/application"),
                ("title", "/title"),
                ("asked", "/asked"),
            ],
            Resource::Operations => &[
                ("execution", "/execution"),
                ("stage", "/stage"),
                ("label", "/label"),
                ("operation", "/operation"),
                ("status", "/status"),
                ("ordered", "/ordered"),
            ],
            Resource::Plugins => super::plugin::COLUMNS,
            Resource::Accounts => super::account::COLUMNS,
            Resource::Tokens => super::token::COLUMNS,
            Resource::TriggerEvents => super::trigger::COLUMNS,
            Resource::Audit => {
                &[("at", "/at"), ("who", "/principal"), ("did", "/action"), ("to", "/target"), ("outcome", "/outcome")]
            }
        }
    }
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        match &self.name {
            Some(name) => self.one(&client, name, context),
            None => self.list(&client, context),
        }
    }

    fn one(&self, client: &Client, name: &str, context: &Context) -> Result<Exit, CliError> {
        let path = match (self.resource, &self.application, name.split_once('/')) {
            (Resource::Pipelines, Some(application), _) => route::pipeline(application, name),
            (Resource::Pipelines, None, Some((application, name))) => route::pipeline(application, name),
            _ => route::one(self.resource.path(), name),
        };
        let found = client.get(&path)?;
        if context.json() {
            output::json(&found);
            return Ok(Exit::Success);
        }
        let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
        match self.resource {
            Resource::Executions => output::lines(&show::execution(&found)?),
            Resource::Plugins => output::lines(&show::plugin(&found)),
            Resource::Pipelines => {
                output::lines(&show::pipeline(&found, &newest(client, "pipeline", text("id"))?));
            }
            Resource::Applications => {
                let path = format!("{}?limit=500", route::below("applications", text("name"), "pipelines"));
                let pipelines: Page<Value> = decode(client.get(&path)?)?;
                output::lines(&show::application(
                    &found,
                    &pipelines.items,
                    &newest(client, "application", text("name"))?,
                ));
            }
            Resource::Questions
            | Resource::Operations
            | Resource::Accounts
            | Resource::Tokens
            | Resource::TriggerEvents
            | Resource::Audit => output::yaml(&found),
        }
        Ok(Exit::Success)
    }

    fn list(&self, client: &Client, context: &Context) -> Result<Exit, CliError> {
        let pipeline = self.pipeline.as_deref().map(|name| self.pipeline_id(client, name)).transpose()?;
        let items = self.items(client, pipeline.as_deref())?;
        if context.json() {
            output::json(&items);
        } else {
            let items = if self.resource == Resource::TriggerEvents { super::trigger::rows(&items) } else { items };
            output::table(self.resource.columns(), &items, &format!("no {}", self.resource.path()));
        }
        Ok(Exit::Success)
    }

    /// The id of the pipeline `name`; without an application it is an id already.
    fn pipeline_id(&self, client: &Client, name: &str) -> Result<String, CliError> {
        let Some(application) = &self.application else { return Ok(name.to_owned()) };
        let found = client.get(&route::pipeline(application, name))?;
        Ok(found.get("id").and_then(Value::as_str).unwrap_or(name).to_owned())
    }

    /// As many as were asked for, over as many pages as that takes.
    fn items(&self, client: &Client, pipeline: Option<&str>) -> Result<Vec<Value>, CliError> {
        const PAGE: u32 = 500;
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let left = self.limit - u32::try_from(items.len()).unwrap_or(self.limit).min(self.limit);
            let path = self.query(left.min(PAGE), after.as_deref(), pipeline);
            let page: Page<Value> = decode(client.get(&path)?)?;
            items.extend(page.items);
            after = page.next;
            if after.is_none() || items.len() >= self.limit as usize {
                return Ok(items);
            }
        }
    }

    fn query(&self, limit: u32, after: Option<&str>, pipeline: Option<&str>) -> String {
        let base = match (self.resource, &self.application) {
            (Resource::Pipelines, Some(application)) => route::below("applications", application, "pipelines"),
            _ => route::all(self.resource.path()),
        };
        let application = self
            .application
            .as_deref()
            .filter(|_| !matches!(self.resource, Resource::Pipelines | Resource::TriggerEvents));
        let filters = [
            ("after", after),
            ("application", application),
            ("pipeline", pipeline),
            ("execution", self.execution.as_deref()),
            ("status", self.status.as_deref()),
        ];
        let mut path = format!("{base}?limit={limit}");
        for (key, value) in filters {
            if let Some(value) = value {
                path.push_str(&format!("&{key}={}", segment(value)));
            }
        }
        path
    }
}

/// The newest executions of one application or pipeline.
fn newest(client: &Client, of: &str, which: &str) -> Result<Vec<Value>, CliError> {
    let path = format!("{}?limit={NEWEST}&{of}={}", route::all("executions"), segment(which));
    let page: Page<Value> = decode(client.get(&path)?)?;
    Ok(page.items)
}

/// All there are of a collection, over as many pages as that takes.
///
/// # Errors
/// The server refuses, or is unreachable.
pub(super) fn all(client: &Client, collection: &str, filter: Option<(&str, &str)>) -> Result<Vec<Value>, CliError> {
    let filter = filter.map(|(key, value)| format!("&{key}={}", segment(value))).unwrap_or_default();
    let mut items = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("{}?limit=500{filter}{after}", route::all(collection));
        let page: Page<Value> = decode(client.get(&path)?)?;
        items.extend(page.items);
        match page.next {
            Some(next) => after = format!("&after={}", segment(&next)),
            None => return Ok(items),
        }
    }
}

/// An answer of the API as what it should be.
///
/// # Errors
/// `cli.answer-not-understood`.
pub(super) fn decode<T: DeserializeOwned>(value: Value) -> Result<T, CliError> {
    serde_json::from_value(value).map_err(|error| {
        let message = format!("the server's answer is not understood: {error}");
        CliError::new(Exit::Unreachable, code("cli.answer-not-understood"), message)
    })
}

/// Who the server says we are.
///
/// # Errors
/// The token does not hold, or the server is unreachable.
pub(super) fn whoami(client: &Client) -> Result<String, CliError> {
    let answer = client.get(&route::all("me"))?;
    Ok(answer.get("principal").and_then(Value::as_str).unwrap_or("nobody").to_owned())
}
