//! Pausing the whole server: nothing new is started, by nobody. What runs goes on, unless that is paused too.

use domain::code::code;
use domain::execution::{Control, ControlKind, ExecutionStatus};
use domain::params::{Params, Value};
use domain::{ExecutionId, Timestamp};
use futures::future::join_all;
use store::{ExecutionFilter, Store, Write, WriteError};

use crate::access::Attempt;
use crate::authorize::TeamPermission;
use crate::{App, AppError, Caller};

/// Setting that says so.
const PAUSED: &str = "paused";
/// Executions that are paused or resumed at once.
const AT_ONCE: u32 = 100;

/// That the server is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemPause {
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub at: Timestamp,
}

impl SystemPause {
    fn stored(&self) -> Params {
        Params::new(serde_json::json!({ "by": self.by, "reason": self.reason, "at": self.at.0 }))
    }

    fn read(stored: &Params) -> Option<SystemPause> {
        let text = |key| stored.get(key).and_then(Value::as_str).map(str::to_owned);
        let at = Timestamp(stored.get("at")?.as_i64()?);
        Some(SystemPause { by: text("by")?, reason: text("reason"), at })
    }
}

/// The pause that was in force when the last process ended.
pub(crate) async fn stored(store: &Store) -> Result<Option<SystemPause>, AppError> {
    Ok(store.settings().get(PAUSED).await?.as_ref().and_then(SystemPause::read))
}

impl App {
    /// The pause in force.
    #[must_use]
    pub fn system_pause(&self) -> Option<SystemPause> {
        self.inner.paused.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// From now on every start by a person is refused, and every trigger's with a stored reason. With `running`, executions that run
    /// are paused as well. Pausing what is paused keeps when, and takes who and why.
    ///
    /// # Errors
    /// `access.denied` without `system.pause`.
    pub async fn pause_system(
        &self,
        caller: &Caller,
        reason: Option<String>,
        running: bool,
    ) -> Result<SystemPause, AppError> {
        let attempt = Attempt { action: "system.pause", noun: "system", subject: "starts" };
        self.permit_team(caller, attempt, TeamPermission::SystemPause).await?;
        let _deciding = self.inner.pausing.lock().await;
        let at = self.system_pause().map_or_else(|| self.inner.environment.now(), |before| before.at);
        let pause = SystemPause { by: caller.principal.name.clone(), reason, at };
        let details = serde_json::json!({ "reason": pause.reason, "running": running, "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        let setting = Write::Setting { key: PAUSED.into(), value: pause.stored() };
        self.inner.store.write(vec![setting, Write::Audit(entry)]).await?;
        self.set_pause(Some(pause.clone()));
        if running {
            self.wish_all(ExecutionStatus::Running, &held(&pause, ControlKind::Pause), None).await?;
        }
        Ok(pause)
    }

    /// Starts are accepted again, and what the pause has paused goes on. Resuming what is not paused changes nothing.
    ///
    /// # Errors
    /// `access.denied` without `system.pause`.
    pub async fn resume_system(&self, caller: &Caller) -> Result<(), AppError> {
        let attempt = Attempt { action: "system.resume", noun: "system", subject: "starts" };
        self.permit_team(caller, attempt, TeamPermission::SystemPause).await?;
        let _deciding = self.inner.pausing.lock().await;
        let Some(pause) = self.system_pause() else { return Ok(()) };
        let entry = self.entry(caller, attempt, Params::new(serde_json::json!({ "via": caller.via() })));
        // Before the setting goes: what a crash leaves paused is resumed by whoever says so again.
        let go_on = Control { by: Some(caller.principal.name.clone()), ..held(&pause, ControlKind::Run) };
        self.wish_all(ExecutionStatus::Paused, &go_on, Some(pause.at)).await?;
        let setting = Write::Setting { key: PAUSED.into(), value: Params::null() };
        self.inner.store.write(vec![setting, Write::Audit(entry)]).await?;
        self.set_pause(None);
        Ok(())
    }

    /// Refuses a start while the server is paused.
    pub(crate) fn refuse_paused(&self) -> Result<(), AppError> {
        let Some(SystemPause { by, reason, at: _ }) = self.system_pause() else { return Ok(()) };
        let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let message =
            format!("The server was paused by `{by}`{why}, and starts nothing; try again when it is resumed.");
        Err(AppError::conflict(code("system.paused"), message))
    }

    fn set_pause(&self, pause: Option<SystemPause>) {
        *self.inner.paused.write().unwrap_or_else(std::sync::PoisonError::into_inner) = pause;
    }

    /// Raises the control of all executions in a state; with `since`, of those whose control was raised at that moment.
    async fn wish_all(
        &self,
        status: ExecutionStatus,
        control: &Control,
        since: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let filter = ExecutionFilter { statuses: vec![status], ..ExecutionFilter::default() };
        let mut after = None;
        loop {
            let page = self.inner.store.executions().list(&filter, after.as_ref(), AT_ONCE).await?;
            let meant =
                page.items.into_iter().filter(|stored| since.is_none_or(|at| stored.execution.control.at == Some(at)));
            let raised = meant.map(|stored| self.wish_one(stored.execution.id, status, control.clone()));
            join_all(raised).await.into_iter().collect::<Result<(), _>>()?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn wish_one(
        &self,
        execution: ExecutionId,
        status: ExecutionStatus,
        control: Control,
    ) -> Result<(), AppError> {
        let _deciding = self.inner.deciding.of(execution.as_str()).await;
        let found = self.find_execution(&execution).await?;
        if found.status() != status || found.control.kind == ControlKind::Cancel {
            return Ok(());
        }
        match self.inner.store.write(vec![Write::Control { execution, control }]).await {
            // It has ended meanwhile, or is to end.
            Ok(()) | Err(WriteError::Gone { .. } | WriteError::Changed { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the pause raises the control of an execution to. Its moment is how the resume knows it again.
fn held(pause: &SystemPause, kind: ControlKind) -> Control {
    let reason = pause.reason.clone().unwrap_or_else(|| "The server was paused.".to_owned());
    Control { kind, by: Some(pause.by.clone()), reason: Some(reason), at: Some(pause.at) }
}
