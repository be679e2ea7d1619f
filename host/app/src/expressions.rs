//! Expressions: what they need from outside, and evaluating them for people.

use domain::code::code;
use domain::evaluation::{self, Answer, AtStart, Given, Scene};
use domain::id::{Digest, ExecutionId};
use domain::params::Value;
use domain::pipeline::Definition;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, HttpGrant};
use domain::stage::{Roster, Stage};
use domain::{Params, Problem, Timestamp};
use expression::{Answers, Limits, Need, Root, Setting, Summary, Templates, UnknownStage};
use runtime::{Body, HttpRequest, Sink};

use crate::control::unknown_execution;
use crate::{App, AppError, Caller, ErrorClass};

/// Bytes of expression text whose parsed form is kept.
const KEPT: usize = 16 << 20;

/// Most bytes that an expression may fetch.
const LARGEST: u32 = 1 << 20;

/// Rounds of fetching for one evaluation: what an answer makes necessary is asked for in the next.
const ROUNDS: usize = 4;

/// Milliseconds that the expressions of one request may take together.
const LONGEST: i64 = 10_000;

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
    Context {
        /// Names and what they mean; `execution`, if there, is one in Spinnaker's form.
        context: Params,
        /// Which stage of that execution.
        stage: Option<String>,
    },
}

/// What texts gave.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// One for each text, in order.
    pub answers: Vec<Answer>,
    /// `expressionEvaluationSummary` of all of them.
    pub summary: Summary,
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
            account: None,
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

    /// Evaluates texts for a person: a text with `${…}` is a template, any other one expression. A failing one is no error of
    /// the call, its answer says why. Application data is given only to those who may read it.
    ///
    /// # Errors
    /// `execution.unknown`, `stage.unknown`, `access.denied`, `request.field-invalid` for a context that is no object.
    pub async fn evaluate(&self, caller: &Caller, against: &Against, texts: &[String]) -> Result<Evaluated, AppError> {
        let user = &caller.principal.name;
        match against {
            Against::Context { context, stage } => {
                let Value::Object(object) = context.value() else {
                    let message = "The context must be an object: names and what they mean.";
                    let problem = Problem::at("/context", code("request.field-invalid"), message);
                    return Err(AppError::invalid("The request", vec![problem]));
                };
                let setting = Setting::read(object, stage.as_deref()).map_err(|error| {
                    let problem = Problem::at("/stage", code("stage.unknown"), format!("{}.", capital(&error)));
                    AppError::invalid("The request", vec![problem])
                })?;
                let root = setting.root();
                let root = if stage.is_none() { root.with_user(user) } else { root };
                Ok(self.ask_all(caller, &root, texts, "", "").await)
            }
            Against::Execution { execution, stage } => {
                let id = ExecutionId::from(execution.as_str());
                let loaded = self.inner.store.executions().load(&id).await?;
                let loaded = loaded.ok_or_else(|| unknown_execution(execution))?;
                let application = loaded.execution.application.as_str();
                self.permit_read(caller, application).await?;
                let read = self.definition_of(&loaded.execution, loaded.document.as_ref()).await?;
                let mut roster = Roster::new(&id, &read.0, &read.1);
                roster.restore(loaded.stages).map_err(|reference| damaged(execution, reference.as_str()))?;
                let scene = Scene::new(&loaded.execution, &roster.stages, &read.0.document);
                let view = scene.view();
                let root = match stage {
                    None => None,
                    Some(wanted) => Root::of_stage(&view, position_of(&roster.stages, wanted)?),
                };
                let root = root.unwrap_or_else(|| Root::of_execution(&view).with_user(user));
                Ok(self.ask_all(caller, &root, texts, application, execution).await)
            }
        }
    }

    async fn ask_all(
        &self,
        caller: &Caller,
        root: &Root<'_>,
        texts: &[String],
        application: &str,
        execution: &str,
    ) -> Evaluated {
        let now = self.inner.environment.now();
        let seed = seed(&execution.into(), now);
        let mut evaluated = Evaluated { answers: Vec::with_capacity(texts.len()), summary: Summary::default() };
        for text in texts {
            let mut answers = Answers::new();
            if self.inner.environment.now().since(now) > LONGEST {
                let said = "the expressions before it took all the time that one request has: ask for fewer";
                evaluated.answers.push(Answer::refused(text, said));
                continue;
            }
            let mut rounds = 0;
            let answer = loop {
                let given = Given { templates: self.templates(), now, seed, answers: &answers };
                match evaluation::ask(root, text, given) {
                    Ok(answer) => break answer,
                    Err(needs) if rounds < ROUNDS => {
                        let needs = self.withheld(caller, needs, &mut answers).await;
                        self.fetch(needs, application, execution, &mut answers).await;
                    }
                    Err(needs) => {
                        let said = "it needs more from outside each time it is given something";
                        answers.extend(needs.into_iter().map(|need| (need, Err(said.to_owned()))));
                    }
                }
                rounds += 1;
            };
            evaluated.summary.absorb(answer.summary.clone());
            evaluated.answers.push(answer);
            // A long list holds up nobody else on this thread.
            tokio::task::yield_now().await;
        }
        evaluated
    }

    /// Refuses what is asked of applications that the caller may not read; returns the other needs.
    async fn withheld(&self, caller: &Caller, needs: Vec<Need>, answers: &mut Answers) -> Vec<Need> {
        let mut granted = Vec::with_capacity(needs.len());
        for need in needs {
            let application = match &need {
                Need::PipelineId { application, .. } | Need::ApplicationMetadata { application } => application,
                _ => {
                    granted.push(need);
                    continue;
                }
            };
            if self.may_read(caller, application).await.unwrap_or(false) {
                granted.push(need);
            } else {
                let said = format!("There is no application `{application}`, or you may not read it.");
                answers.insert(need, Err(said));
            }
        }
        granted
    }
}

fn capital(error: &UnknownStage) -> String {
    format!("There is no stage `{}`: the context has no execution with it", error.0)
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
