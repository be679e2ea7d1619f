//! What would happen if a pipeline were started: a whole pipeline played with the scheduler and the real stages, and modelled answers.
//!
//! Stages decide purely, so they can be asked without effect; what they ask for is listed instead of performed, and answered by a
//! model: an operation succeeds, a person approves, another pipeline succeeds, unless the caller's answers say otherwise. Time jumps.
//! Nothing is stored, nothing is sent (docs/decisions/0802-a-preview-is-a-use-case.md).

mod model;
mod play;
mod requests;

use domain::Params;
use domain::code::code;
use domain::execution::{Event, ExecutionStatus};
use domain::pipeline::Definition;
use domain::question::Question;
use store::NewExecution;

use crate::admission::{Admission, Admitted};
use crate::start::Target;
use crate::{App, AppError, Caller};
use model::Model;
use play::Player;

/// Pipelines below one another that may be played.
pub const DEEPEST: u32 = 4;

/// What is to be played.
#[derive(Clone, Debug)]
pub struct Simulate {
    /// The pipeline, or a document that is not stored.
    pub target: Target,
    /// The trigger object, as for a start.
    pub trigger: Params,
    /// Answers by stage and label: `{"stages": {"<reference or name>": {"<label>": {"value": …, "after": 1000}}}}`. `*` stands for any
    /// stage or label; instead of `value`, `failure` makes it fail.
    pub answers: Params,
    /// How many levels of child pipelines are played; those below are modelled as succeeded.
    pub depth: u32,
}

/// What would happen.
#[derive(Clone, Debug)]
pub struct Preview {
    /// How it would end; `Running` when it would wait for ever.
    pub status: ExecutionStatus,
    /// Milliseconds that it would take.
    pub duration: i64,
    /// Everything that would happen, in order.
    pub timeline: Vec<Moment>,
    /// What would be asked of the outside, in order.
    pub requests: Vec<Wanted>,
    /// Where a person would be asked, in order.
    pub questions: Vec<Asked>,
    /// What a reader must know of the model: what was left out, what was assumed.
    pub notes: Vec<String>,
}

/// One thing that would happen.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// What.
    pub event: Event,
    /// Name of the stage that it concerns.
    pub stage: Option<String>,
}

/// One request to the outside.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// Reference of the stage.
    pub stage: String,
    /// Its label.
    pub label: String,
    /// `operation`, `query`, `pipeline` or `notification`.
    pub kind: &'static str,
    /// Who would do it, where that is named.
    pub provider: Option<String>,
    /// On which account.
    pub account: Option<String>,
    /// What it is called.
    pub name: String,
    /// Its input, evaluated; secrets stay references.
    pub input: Params,
    /// What the model answered, or the message of its failure.
    pub answer: Result<Params, String>,
    /// Whether the answer is one of the caller's.
    pub given: bool,
}

/// One question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Milliseconds after the start.
    pub at: i64,
    /// Names of the pipelines from the top.
    pub pipeline: String,
    /// Reference of the stage.
    pub stage: String,
    /// Its label.
    pub label: String,
    /// What would be asked.
    pub question: Question,
    /// What the model answered.
    pub answer: Result<Params, String>,
    /// Whether the answer is one of the caller's.
    pub given: bool,
}

impl App {
    /// Plays a pipeline. Needs READ on its application; a document that is not stored may be played by whoever may read the
    /// application that it names.
    ///
    /// # Errors
    /// As a start: `pipeline.unknown`, `access.denied`, what does not fit what is installed, `execution.parameter-missing`,
    /// `execution.trigger-invalid`; and `preview.answers-invalid` with pointers.
    pub async fn simulate(&self, caller: &Caller, simulate: Simulate) -> Result<Preview, AppError> {
        let (new, definition) = self.rehearse(caller, simulate.target, &simulate.trigger).await?;
        let depth = simulate.depth.min(DEEPEST);
        let model = Model::read(&simulate.answers, (depth == 0).then_some(&definition))?;
        let mut preview = Preview {
            status: ExecutionStatus::Running,
            duration: 0,
            timeline: Vec::new(),
            requests: Vec::new(),
            questions: Vec::new(),
            notes: Vec::new(),
        };
        let start = new.execution.created;
        let mut player = Player::new(self, &model, new, &definition, depth).await?;
        player.play(&mut preview).await;
        let end = player.end();
        preview.status = end.status;
        preview.duration = end.at.since(start);
        // What children do happens among what their parents do.
        preview.timeline.sort_by_key(|moment| moment.at);
        preview.requests.sort_by_key(|wanted| wanted.at);
        preview.questions.sort_by_key(|asked| asked.at);
        Ok(preview)
    }

    /// An execution as a start would make it, without a row.
    async fn rehearse(
        &self,
        caller: &Caller,
        target: Target,
        trigger: &Params,
    ) -> Result<(NewExecution, Definition), AppError> {
        let known = match &target {
            Target::Document { .. } => None,
            Target::Named { application, pipeline } => {
                let application = application.as_str().into();
                self.acl(&application).await?;
                Some(self.known_in(&application, pipeline).await?)
            }
            Target::Pipeline(id) => Some(self.known(&id.as_str().into()).await?),
        };
        let (application, definition) = match (&known, target) {
            (Some(known), _) => (known.pipeline.application.clone(), known.read.0.clone()),
            (None, Target::Document { application, document }) => {
                let application = self.place(application, &document)?.as_str().into();
                self.acl(&application).await?;
                (application, self.understand(&document)?)
            }
            (None, _) => return Err(AppError::not_found(code("pipeline.unknown"), "No pipeline is named.")),
        };
        self.permit_read(caller, application.as_str()).await?;
        let Admitted { new, failure } = self
            .admit(Admission {
                id: None,
                application: &application,
                pipeline: known.as_deref(),
                definition: &definition,
                trigger,
                kind: "manual",
                user: &caller.principal.name,
                principal: &caller.principal,
                parent: None,
                by_hand: true,
            })
            .await?;
        if let Some(failure) = failure {
            // Nothing is recorded of a rehearsal.
            return Err(AppError { execution: None, ..failure });
        }
        // What was evaluated at the start is what runs.
        let definition = match &new.document {
            Some(document) => Definition::read(document).0,
            None => definition,
        };
        Ok((new, definition))
    }
}
