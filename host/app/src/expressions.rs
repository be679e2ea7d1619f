//! Expressions: what they need from outside, and evaluating them for people.

use domain::code::code;
use domain::evaluation::{self, Answer, AtStart, Given, On, Scene};
use domain::id::{Digest, ExecutionId};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, HttpGrant};
use domain::stage::{Roster, Stage};
use domain::{Params, Problem, Timestamp};
use expression::{Answers, Limits, Need, Templates};
use runtime::{Body, HttpRequest, Sink};

use crate::control::unknown_execution;
use crate::{App, AppError, Caller, ErrorClass};

/// Bytes of expression text whose parsed form is kept.
const KEPT: usize = 16 << 20;

/// Most bytes that an expression may fetch.
const LARGEST: u32 = 1 << 20;

/// Rounds of fetching for one evaluation: what an answer makes necessary is asked for in the next.
const ROUNDS: usize = 4;

/// What an expression is evaluated against.
#[derive(Clone, Debug)]
pub enum Against {
    /// An execution, or one of its stages by id or reference.
    Execution {
        /// Which execution.
        execution: String,
        /// Which stage of it.
        stage: Option<String>,
    },
    /// A context of its own.
    Context(Params),
}

pub(crate) fn templates() -> Templates {
    Templates::new(Limits::default(), KEPT)
}

/// A seed that is the same for the same execution at the same moment.
#[must_use]
pub fn seed(execution: &ExecutionId, now: Timestamp) -> u64 {
    let digest = Digest::of(format!("{execution}/{}", now.0).as_bytes());
    u64::from_str_radix(digest.as_str().get(..16).unwrap_or_default(), 16).unwrap_or_default()
}

impl App {
    /// Parsed templates, shared by everything that evaluates.
    #[must_use]
    pub fn templates(&self) -> &Templates {
        &self.inner.templates
    }

    /// The pass over document and trigger of an execution that is being started.
    pub(crate) fn evaluate_at_start(&self, id: &ExecutionId, definition: &Definition, trigger: &Params) -> AtStart {
        let (now, answers) = (self.inner.environment.now(), Answers::new());
        let given = Given { templates: self.templates(), now, seed: seed(id, now), answers: &answers };
        evaluation::at_start(definition, trigger, given)
    }

    /// A value of the document, evaluated against the trigger alone.
    pub(crate) fn evaluate_on_trigger(&self, id: &ExecutionId, value: &Params, trigger: &Params) -> Params {
        let (now, answers) = (self.inner.environment.now(), Answers::new());
        let given = Given { templates: self.templates(), now, seed: seed(id, now), answers: &answers };
        evaluation::on_trigger(value, trigger, given)
    }

    /// Fetches what expressions need from outside, under the outbound policy that plugins have.
    pub async fn fetch(&self, needs: Vec<Need>, application: &str, execution: &str, answers: &mut Answers) {
        for need in needs {
            let answer = match &need {
                Need::Url { url } => self.fetch_url(url, application, execution).await,
                Need::PipelineId { application, name } => {
                    let found = self.inner.store.pipelines().by_name(&application.as_str().into(), name).await;
                    found
                        .map(|found| found.map_or(Value::Null, |found| found.id.as_str().into()))
                        .map_err(|e| e.to_string())
                }
                Need::ApplicationMetadata { application } => {
                    let found = self.inner.store.applications().get(&application.as_str().into()).await;
                    match found {
                        Ok(Some(found)) => Ok(found.document.value().clone()),
                        Ok(None) => Err(format!("There is no application `{application}`.")),
                        Err(error) => Err(error.to_string()),
                    }
                }
                Need::CanaryConfigId { .. } => Ok(Value::Null),
                _ => Err("This server does not know how to fetch that.".to_owned()),
            };
            answers.insert(need, answer);
        }
    }

    async fn fetch_url(&self, url: &str, application: &str, execution: &str) -> Result<Value, String> {
        let http = HttpGrant { hosts: vec!["*".to_owned()], networks: Vec::new() };
        let scope = Scope {
            plugin: "expressions".into(),
            digest: Digest::of(&[]),
            grants: Grants { http: Some(http), ..Grants::default() },
            mode: Mode::Read,
            application: application.to_owned(),
            execution: execution.to_owned(),
            key: String::new(),
        };
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Body::None,
            timeout: 10_000,
            redirects: 3,
            reply: Sink::Inline(LARGEST),
            identity: None,
        };
        let response = self.inner.runtime.lent().http.send(&scope, request).await.map_err(|failure| failure.message)?;
        if !(200..300).contains(&response.status) {
            return Err(format!("{url} answered {}.", response.status));
        }
        match response.body {
            Body::Bytes(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
            Body::None | Body::Blob(_) => Ok(String::new().into()),
        }
    }

    /// Evaluates texts for a person; only what stands in `${…}` is an expression. A failing one is no error of the call: its
    /// answer carries the summary.
    ///
    /// # Errors
    /// `execution.unknown`, `stage.unknown`, `access.denied`, `request.field-invalid` for a context that is no object.
    pub async fn evaluate(
        &self,
        caller: &Caller,
        against: &Against,
        texts: &[String],
    ) -> Result<Vec<Answer>, AppError> {
        match against {
            Against::Context(context) => {
                let Value::Object(object) = context.value() else {
                    let message = "The context must be an object: names and what they mean.";
                    let problem = Problem::at("/context", code("request.field-invalid"), message);
                    return Err(AppError::invalid("The request", vec![problem]));
                };
                self.ask_all(&On::Context(object), texts, "", "").await
            }
            Against::Execution { execution, stage } => {
                let id = ExecutionId::from(execution.as_str());
                let loaded = self.inner.store.executions().load(&id).await?;
                let loaded = loaded.ok_or_else(|| unknown_execution(execution))?;
                self.permit_read(caller, loaded.execution.application.as_str()).await?;
                let read = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
                let mut roster = Roster::new(&id, &read.0, &read.1);
                roster.restore(loaded.stages).map_err(|reference| damaged(execution, reference.as_str()))?;
                let scene = Scene::new(&loaded.execution, &roster.stages, &read.0.document);
                let on = match stage {
                    None => On::Execution(&scene),
                    Some(wanted) => On::Stage(&scene, position_of(&roster.stages, wanted)?),
                };
                self.ask_all(&on, texts, loaded.execution.application.as_str(), execution).await
            }
        }
    }

    async fn ask_all(
        &self,
        on: &On<'_, '_>,
        texts: &[String],
        application: &str,
        execution: &str,
    ) -> Result<Vec<Answer>, AppError> {
        let now = self.inner.environment.now();
        let seed = seed(&execution.into(), now);
        let mut results = Vec::with_capacity(texts.len());
        for text in texts {
            let mut answers = Answers::new();
            let mut result = None;
            for _ in 0..ROUNDS {
                let given = Given { templates: self.templates(), now, seed, answers: &answers };
                match evaluation::ask(on, text, given) {
                    Ok(answer) => {
                        result = Some(answer);
                        break;
                    }
                    Err(needs) => self.fetch(needs, application, execution, &mut answers).await,
                }
            }
            results.push(result.unwrap_or_else(|| Answer { result: Params::new(text.as_str().into()), detail: None }));
        }
        Ok(results)
    }
}

fn damaged(execution: &str, reference: &str) -> AppError {
    let message = format!("The stored stage `{reference}` of execution {execution} does not fit its document.");
    AppError::new(ErrorClass::Internal, code("store.failed"), message)
}

fn position_of(stages: &[Stage], wanted: &str) -> Result<usize, AppError> {
    let found = stages.iter().position(|stage| stage.id.as_str() == wanted || stage.ref_id.as_str() == wanted);
    found.ok_or_else(|| {
        let message = format!("The execution has no stage with the id or reference `{wanted}`.");
        AppError::not_found(code("stage.unknown"), message)
    })
}
