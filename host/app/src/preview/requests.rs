//! What is asked: listed, and answered from the model.

use domain::evaluation::{self, Given, Scene};
use domain::execution::Parent;
use domain::id::ExecutionId;
use domain::notification;
use domain::operation::OperationKey;
use domain::params::Value;
use domain::question::Question;
use domain::stage::request::{ChildExecution, Expression, OperationRequest, QueryRequest};
use domain::{Failure, FailureClass, Params, code::code};
use expression::Answers;
use scheduler::Order;
use serde_json::json;

use super::model::Modelled;
use super::play::Player;
use super::{Asked, Preview, Wanted};
use crate::expressions::seed;

/// Milliseconds that an operation takes in the model.
const OPERATION: i64 = 1_000;

/// Milliseconds that a pipeline takes in the model, where it is not played.
const PIPELINE: i64 = 1_000;

/// Milliseconds that a person takes in the model.
const PERSON: i64 = 60_000;

/// Who answers questions in the model.
const SOMEBODY: &str = "somebody";

impl Player<'_> {
    pub(super) async fn order(&mut self, order: Order, preview: &mut Preview) {
        match order {
            Order::Operate { key, request, .. } => self.operate(key, request, preview),
            Order::CancelOperation(key) => {
                let message = "The operation was called off.";
                let failure = Failure::new(FailureClass::Cancelled, code("operation.cancelled"), message);
                self.answer(key, None, Err(failure), 0);
            }
            Order::Query { key, request } => self.query(key, request, preview),
            Order::Evaluate { key, expressions } => self.evaluate(key, &expressions),
            Order::Ask { key, question, .. } => self.ask(key, question, preview),
            Order::RunPipeline { key, child, principal } => self.run(key, &child, &principal, preview).await,
            Order::Await { key, execution } => self.wait(key, &execution),
            Order::Notify { key, when, detail } => self.notify(key, &when, &detail, preview),
            Order::CloseQuestion(_) | Order::CancelExecution { .. } => {}
        }
    }

    /// One request for each notification that is configured for the event.
    fn notify(&mut self, key: OperationKey, when: &str, detail: &Params, preview: &mut Preview) {
        let by_host = notification::is_event(&key.label);
        let due = match self.view.position(&key.stage) {
            Some(position) => {
                let config = self.view.stages[position].configuration();
                notification::due_for_stage(config, when, by_host, detail)
            }
            None => notification::due_for_execution(&self.document, &self.view.execution.trigger, &[], when),
        };
        for entry in due {
            let input = Params::new(json!({ "type": entry.kind, "address": entry.address }));
            let answer = Modelled::usual(Params::null(), 0);
            preview.requests.push(self.wanted(&key, "notification", when.to_owned(), input, answer));
        }
        if !by_host {
            self.answer(key, None, Ok(Params::null()), 0);
        }
    }

    fn modelled(&self, key: &OperationKey, usual: Modelled) -> Modelled {
        let Some(position) = self.view.position(&key.stage) else { return usual };
        let stage = &self.view.stages[position];
        self.model.answer(stage.ref_id.as_str(), &stage.name, key.label.as_str(), usual)
    }

    fn reference(&self, key: &OperationKey) -> String {
        let position = self.view.position(&key.stage);
        position.map(|position| self.view.stages[position].ref_id.to_string()).unwrap_or_default()
    }

    fn wanted(&self, key: &OperationKey, kind: &'static str, name: String, input: Params, answer: Modelled) -> Wanted {
        Wanted {
            at: self.now.since(self.start),
            pipeline: self.path.clone(),
            stage: self.reference(key),
            label: key.label.to_string(),
            kind,
            provider: None,
            account: None,
            name,
            input,
            answer: answer.outcome.map_err(|failure| failure.message),
            given: answer.given,
        }
    }

    fn operate(&mut self, key: OperationKey, request: OperationRequest, preview: &mut Preview) {
        let answer = self.modelled(&key, Modelled::usual(Params::object(), OPERATION));
        let OperationRequest { account, provider, kind, input, .. } = request;
        let wanted = self.wanted(&key, "operation", kind, input, answer.clone());
        preview.requests.push(Wanted { provider, account, ..wanted });
        self.answer(key, None, answer.outcome, answer.after);
    }

    fn query(&mut self, key: OperationKey, request: QueryRequest, preview: &mut Preview) {
        let answer = self.modelled(&key, Modelled::usual(Params::object(), 0));
        let QueryRequest { account, provider, kind, input, .. } = request;
        let wanted = self.wanted(&key, "query", kind, input, answer.clone());
        preview.requests.push(Wanted { provider, account, ..wanted });
        self.answer(key, None, answer.outcome, answer.after);
    }

    /// Evaluated as it will be, with nothing fetched.
    fn evaluate(&mut self, key: OperationKey, expressions: &[Expression]) {
        let Some(position) = self.view.position(&key.stage) else { return };
        let (now, answers) = (self.now, Answers::new());
        let values = {
            let scene = Scene::new(&self.view.execution, &self.view.stages, &self.document);
            let seed = seed(&self.view.execution.id, now);
            let given = Given { templates: self.app.templates(), now, seed, answers: &answers };
            evaluation::evaluate(&scene, position, expressions, given)
        };
        let values = values.unwrap_or_else(|_needs| {
            let message = "The expression needs something from outside, which a preview does not fetch.";
            let problem = json!({ "message": message });
            let unknown = |expression: &Expression| json!({ "value": expression.value.value(), "problem": problem });
            Params::new(expressions.iter().map(unknown).collect::<Vec<Value>>().into())
        });
        self.answer(key, None, Ok(values), 0);
    }

    fn ask(&mut self, key: OperationKey, question: Question, preview: &mut Preview) {
        let approving = if question.approving.is_empty() { Params::object() } else { question.approving.clone() };
        let answer = self.modelled(&key, Modelled::usual(approving, PERSON));
        preview.questions.push(Asked {
            at: self.now.since(self.start),
            pipeline: self.path.clone(),
            stage: self.reference(&key),
            label: key.label.to_string(),
            question,
            answer: answer.outcome.clone().map_err(|failure| failure.message),
            given: answer.given,
        });
        self.answer(key, Some(SOMEBODY.into()), answer.outcome, answer.after);
    }

    /// Another pipeline: played where the depth allows, else modelled as succeeded.
    async fn run(&mut self, key: OperationKey, child: &ChildExecution, principal: &str, preview: &mut Preview) {
        let parent = Parent {
            execution: key.execution.clone(),
            stage: key.stage.clone(),
            run: key.run,
            label: key.label.clone(),
            depth: self.execution().parent.as_ref().map_or(0, |parent| parent.depth) + 1,
        };
        let input = Params::new(json!({
            "application": child.application, "pipeline": child.pipeline, "parameters": child.parameters.value(),
        }));
        let admitted = self.app.admit_child(self.execution(), parent, child, principal).await;
        let outcome = match &admitted {
            Ok(new) => Ok(Params::new(json!({ "execution": new.execution.id.as_str() }))),
            Err(failure) => Err(failure.clone()),
        };
        let usual = Modelled { outcome: outcome.clone(), after: 0, given: false };
        let name = admitted.as_ref().map_or(child.pipeline.clone(), |new| new.execution.name.clone());
        preview.requests.push(self.wanted(&key, "pipeline", name, input, usual));
        if let Ok(new) = admitted {
            let id = new.execution.id.clone();
            let end = self.child_end(new, preview).await;
            self.children.insert(id, end);
        }
        self.answer(key, None, outcome, 0);
    }

    async fn child_end(&self, new: store::NewExecution, preview: &mut Preview) -> (domain::Timestamp, Params) {
        let modelled = Params::new(json!({
            "status": "SUCCEEDED", "name": new.execution.name, "outputs": {}, "artifacts": [], "failures": [],
        }));
        let soon = self.now.plus(PIPELINE);
        if self.depth == 0 {
            return (soon, modelled);
        }
        let Ok(definition) = self.app.definition_of(&new.execution, new.document.as_ref()).await else {
            return (soon, modelled);
        };
        let mut new = new;
        new.execution.created = self.now;
        let player = Player::new(self.app, self.model, new, &definition.0, self.depth - 1).await;
        let Ok(player) = player else { return (soon, modelled) };
        let mut player = player.within(&self.path, self.start);
        // The type of a future that contains itself has to be named by a pointer.
        Box::pin(player.play(preview)).await;
        let end = player.end();
        if end.status.is_complete() {
            return (end.at, end.report);
        }
        preview.notes.push(format!("`{}` would never end; it is modelled as succeeded.", player.path));
        (end.at, modelled)
    }

    fn wait(&mut self, key: OperationKey, execution: &ExecutionId) {
        let known = self.children.get(execution).cloned();
        let (at, report) = known.unwrap_or_else(|| {
            (self.now, Params::new(json!({ "status": "SUCCEEDED", "outputs": {}, "artifacts": [], "failures": [] })))
        });
        let after = at.since(self.now).max(0);
        let answer = self.modelled(&key, Modelled::usual(report, after));
        self.answer(key, None, answer.outcome, answer.after);
    }
}
