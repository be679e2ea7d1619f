//! Starting executions on somebody's request. This is the hot path: what it reads is in memory, what it writes is one unit.

use domain::Params;
use domain::code::code;
use domain::execution::Execution;
use domain::id::ApplicationName;
use store::{NewExecution, Write};

use crate::access::Attempt;
use crate::admission::{Admission, Admitted};
use crate::authorize::Action;
use crate::correlation;
use crate::{App, AppError, Caller};

/// What is to be started.
#[derive(Clone, Debug)]
pub enum Target {
    /// A stored pipeline by its id.
    Pipeline(String),
    /// A stored pipeline by its name or id in an application.
    Named {
        /// The application.
        application: String,
        /// Name or id.
        pipeline: String,
    },
    /// A document that is not stored. Whoever starts it needs WRITE as well: nobody who may change pipelines has seen it.
    Document {
        /// Application from the request; absent: the document's.
        application: Option<String>,
        /// The document.
        document: Params,
    },
}

/// An execution that was started, or the one that carries the correlation id already.
#[derive(Clone, Debug)]
pub struct Started {
    /// The execution.
    pub execution: Execution,
    /// It was there before.
    pub existed: bool,
}

impl App {
    /// Starts an execution. `trigger` is the trigger object: `parameters`, `artifacts`, `correlationId`, `executionId`, and whatever
    /// the pipeline reads from `trigger`.
    ///
    /// # Errors
    /// `system.paused`, `pipeline.unknown`, `access.denied`, `execution.parameter-missing`, `execution.trigger-invalid`, `execution.id-invalid`,
    /// `execution.trigger-too-large`. With a failed execution left behind ([`AppError::execution`]): `pipeline.disabled`, what no
    /// longer fits what is installed.
    pub async fn start(&self, caller: &Caller, target: Target, trigger: &Params) -> Result<Started, AppError> {
        if let Err(paused) = self.refuse_paused() {
            self.inner.stats.starts_refused.add();
            return Err(paused);
        }
        let started = match target {
            Target::Document { application, document } => {
                self.start_document(caller, application, document, trigger).await
            }
            stored => self.start_stored(caller, stored, trigger).await,
        };
        match &started {
            Ok(started) if !started.existed => self.inner.stats.starts.add(),
            Ok(_) => {}
            Err(_) => self.inner.stats.starts_refused.add(),
        }
        started
    }

    async fn start_stored(&self, caller: &Caller, target: Target, trigger: &Params) -> Result<Started, AppError> {
        let known = match &target {
            Target::Named { application, pipeline } => {
                let application = application.as_str().into();
                self.acl(&application).await?;
                self.known_in(&application, pipeline).await?
            }
            Target::Pipeline(id) => self.known(&id.as_str().into()).await?,
            Target::Document { .. } => {
                return Err(AppError::not_found(code("pipeline.unknown"), "No pipeline is named."));
            }
        };
        let pipeline = &known.pipeline;
        let attempt = Attempt { action: "execution.start", noun: "pipeline", subject: pipeline.id.as_str() };
        self.permit(caller, attempt, Action::Execute, &pipeline.application).await?;
        let admitted = self.admit(Admission {
            id: None,
            application: &pipeline.application,
            pipeline: Some(&known),
            definition: &known.read.0,
            trigger,
            kind: "manual",
            user: &caller.principal.name,
            principal: &caller.principal,
            parent: None,
            by_hand: true,
        });
        self.write_start(caller, attempt, admitted.await?).await
    }

    async fn start_document(
        &self,
        caller: &Caller,
        application: Option<String>,
        document: Params,
        trigger: &Params,
    ) -> Result<Started, AppError> {
        let application = ApplicationName::from(self.place(application, &document)?);
        let attempt = Attempt { action: "execution.start", noun: "application", subject: application.as_str() };
        self.permit(caller, attempt, Action::Write, &application).await?;
        let acl = self.permit(caller, attempt, Action::Execute, &application).await?;
        let definition = self.understand(&document)?;
        let application = acl.application.as_str().into();
        let admitted = self.admit(Admission {
            id: None,
            application: &application,
            pipeline: None,
            definition: &definition,
            trigger,
            kind: "manual",
            user: &caller.principal.name,
            principal: &caller.principal,
            parent: None,
            by_hand: true,
        });
        self.write_start(caller, attempt, admitted.await?).await
    }

    /// Steps 10 and 12. A failed start is written too, and then answered with what is wrong.
    async fn write_start(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        admitted: Admitted,
    ) -> Result<Started, AppError> {
        let Admitted { new, failure } = admitted;
        if let Some(failure) = failure {
            self.write_admission(caller, attempt, new).await?;
            return Err(failure);
        }
        let execution = new.execution.clone();
        let Some(correlation) = correlation::of(&execution).map(str::to_owned) else {
            self.write_admission(caller, attempt, new).await?;
            return Ok(Started { execution, existed: false });
        };
        let _deciding = self.inner.deciding.of(correlation.as_str()).await;
        let open = self.inner.correlations.open(&self.inner.store, &execution.application, &correlation).await?;
        if let Some(open) = open {
            return Ok(Started { execution: open, existed: true });
        }
        self.write_admission(caller, attempt, new).await?;
        self.inner.correlations.note(&execution.application, &correlation, execution.id.clone()).await;
        Ok(Started { execution, existed: false })
    }

    async fn write_admission(&self, caller: &Caller, attempt: Attempt<'_>, new: NewExecution) -> Result<(), AppError> {
        let details = serde_json::json!({ "execution": new.execution.id.as_str(), "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        Ok(self.inner.store.write(vec![Write::Admit(new), Write::Audit(entry)]).await?)
    }
}
