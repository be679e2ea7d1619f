//! What is ordered, done in place of the host.

use anyhow::Result;
use domain::execution::{Control, ControlKind, ExecutionState, Parent};
use domain::id::ExecutionId;
use domain::operation::OperationKey;
use domain::stage::request::{ChildExecution, OperationRequest, QueryRequest};
use domain::{Failure, Params, notification};
use scheduler::Order;
use serde_json::Value;

use super::{Operation, Player, answered, world};

impl Player<'_> {
    pub(super) fn perform(&mut self, at: usize, order: Order) -> Result<()> {
        let (key, outcome) = match order {
            Order::Operate { key, request, .. } => return self.operate(at, key, &request),
            Order::CancelOperation(key) => {
                let operations = self.runs[at].operations.iter_mut().filter(|operation| operation.key == key);
                operations.for_each(|operation| (operation.due, operation.cancelling) = (self.now, true));
                return Ok(());
            }
            Order::Notify { key, when, detail } => {
                self.notify(at, key, &when, &detail);
                return Ok(());
            }
            Order::Evaluate { key, expressions } => {
                let run = &self.runs[at];
                let answer = world::evaluate(&run.view, &key, &run.document, &expressions, &self.templates, self.now)?;
                (key, Ok(answer))
            }
            Order::Query { key, request } => {
                let outcome = self.query(at, &key, &request)?;
                (key, outcome)
            }
            Order::RunPipeline { key, child, .. } => {
                let outcome = self.start(at, &key, &child)?;
                (key, outcome)
            }
            Order::Await { key, execution } => {
                self.awaits.push((key, execution));
                return Ok(());
            }
            Order::CancelExecution { execution, reason } => {
                for run in self.runs.iter_mut().filter(|run| run.view.execution.id == execution) {
                    let reason = Some(reason.clone());
                    run.view.execution.control =
                        Control { kind: ControlKind::Cancel, by: None, reason, at: Some(self.now) };
                }
                return Ok(());
            }
            Order::Ask { .. } | Order::CloseQuestion(_) => return Ok(()),
        };
        self.runs[at].facts.push_back(answered(&key, outcome));
        Ok(())
    }

    fn operate(&mut self, at: usize, key: OperationKey, request: &OperationRequest) -> Result<()> {
        if let Some(outcome) = self.modelled(at, &key) {
            self.runs[at].facts.push_back(answered(&key, outcome));
            return Ok(());
        }
        let operating = self.native.begin(&key, request)?;
        let operation = Operation { key, due: self.now, operating, cancelling: false };
        self.runs[at].operations.push(operation);
        Ok(())
    }

    fn query(&self, at: usize, key: &OperationKey, request: &QueryRequest) -> Result<Result<Params, Failure>> {
        match (self.modelled(at, key), request.provider.as_deref()) {
            (Some(outcome), _) => Ok(outcome),
            (None, Some("host")) => Ok(Ok(world::ask_host(&self.runs[at].view, &request.kind)?)),
            (None, _) => self.native.query(request),
        }
    }

    /// What the scenario says that the host answers.
    fn modelled(&self, at: usize, key: &OperationKey) -> Option<Result<Params, Failure>> {
        let view = &self.runs[at].view;
        let reference = &view.stages[view.position(&key.stage)?].ref_id;
        let answer = self.scenario.answers.get(&format!("{reference} {}", key.label))?;
        Some(Ok(Params::new(answer.clone())))
    }

    /// Starts one of the other pipelines of the scenario.
    fn start(&mut self, at: usize, key: &OperationKey, child: &ChildExecution) -> Result<Result<Params, Failure>> {
        let named = |other: &&Value| other.get("name").and_then(Value::as_str) == Some(&child.pipeline);
        let Some(document) = self.scenario.others.iter().find(named) else {
            return Ok(Err(world::no_pipeline(&child.pipeline)));
        };
        let id = ExecutionId::derive_child(&key.execution, &key.stage, key.run, &key.label);
        let mut trigger = child.trigger.value().clone();
        trigger["parameters"] = child.parameters.value().clone();
        let depth = self.runs[at].view.execution.parent.as_ref().map_or(0, |parent| parent.depth) + 1;
        let OperationKey { execution, stage, run, label } = key.clone();
        let parent = Parent { execution, stage, run, label, depth };
        let begun = self.admit(id.clone(), &Params::new(document.clone()), trigger, Some(parent))?;
        Ok(begun.map(|()| Params::from_members([("execution", id.as_str().into())])))
    }

    /// Tells those who wait for an execution of its end; false when nobody does.
    pub(super) fn tell_ends(&mut self) -> bool {
        let mut told = false;
        for (key, execution) in std::mem::take(&mut self.awaits) {
            let ended = self.runs.iter().find(|run| run.view.execution.id == execution).and_then(|run| {
                let ExecutionState::Ended { status, .. } = run.view.execution.state else { return None };
                Some(domain::execution::report::report(&run.view.execution, &run.view.stages, status))
            });
            let Some(report) = ended else {
                self.awaits.push((key, execution));
                continue;
            };
            told = true;
            if let Some(run) = self.runs.iter_mut().find(|run| run.view.execution.id == key.execution) {
                run.facts.push_back(answered(&key, Ok(report)));
            }
        }
        told
    }

    /// The provider `idle` delivers notifications of its own type at once; nothing delivers any other.
    fn notify(&mut self, at: usize, event: OperationKey, when: &str, detail: &Params) {
        let run = &mut self.runs[at];
        let by_host = notification::is_event(&event.label);
        let due = match run.view.position(&event.stage) {
            Some(position) => {
                notification::due_for_stage(run.view.stages[position].configuration(), when, by_host, detail)
            }
            None => notification::due_for_execution(&run.document, &run.view.execution.trigger, &[], when),
        };
        if !by_host {
            run.facts.push_back(answered(&event, Ok(Params::null())));
        }
        for (index, entry) in due.iter().enumerate() {
            let code = domain::code::code("notification.no-provider");
            let nobody = || Failure::new(domain::FailureClass::NotFound, code, "Only `idle` delivers.");
            let deliverable = if entry.kind == "idle" { Ok(()) } else { Err(nobody()) };
            let told = scheduler::tell(&mut run.view, &event, when, (index, entry), deliverable, self.now);
            run.facts.extend(told.map(|key| answered(&key, Ok(Params::null()))));
        }
    }
}
