//! Authorising a use case: look up the list of the application, ask the one function, count and record a refusal.

use std::sync::Arc;

use domain::Params;
use domain::audit::AuditEntry;
use domain::code::code;
use domain::id::ApplicationName;
use store::Write;

use crate::authorize::{Acl, Action, Denied, Resource, TeamPermission, authorize};
use crate::{App, AppError, Caller, ErrorClass};

/// What a write is called in the audit log, and what it is done to.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Such as `pipeline.save`.
    pub action: &'static str,
    /// Kind of the subject: `pipeline`.
    pub noun: &'static str,
    /// Its name or id.
    pub subject: &'a str,
}

impl App {
    /// The list of an application that exists.
    pub(crate) async fn acl(&self, application: &ApplicationName) -> Result<Arc<Acl>, AppError> {
        let key = application.as_str().to_ascii_lowercase();
        if let Some(acl) = self.inner.acls.get(&key) {
            return Ok(acl);
        }
        let generation = self.inner.acls.generation();
        let found = self.inner.store.applications().get(application).await?;
        let found = found.ok_or_else(|| unknown_application(application.as_str()))?;
        let acl = Arc::new(Acl::of(&found, self.inner.config.unrestricted));
        self.inner.acls.fill(generation, key, Arc::clone(&acl));
        Ok(acl)
    }

    /// Whether `caller` may look at an application; one that is gone is the administrators'.
    pub(crate) async fn may_read(&self, caller: &Caller, application: &str) -> Result<bool, AppError> {
        let acl = match self.acl(&application.into()).await {
            Ok(acl) => acl,
            Err(error) if error.class == ErrorClass::NotFound => {
                return Ok(self.may_audit(caller));
            }
            Err(error) => return Err(error),
        };
        Ok(authorize(&caller.principal, Action::Read, Resource::Application(&acl)).is_ok())
    }

    /// Whether `caller` sees what belongs to no application any more.
    pub(crate) fn may_audit(&self, caller: &Caller) -> bool {
        authorize(&caller.principal, Action::Read, Resource::Team(TeamPermission::AuditRead)).is_ok()
    }

    /// Refuses unless `caller` may look at the application.
    pub(crate) async fn permit_read(&self, caller: &Caller, application: &str) -> Result<(), AppError> {
        if self.may_read(caller, application).await? {
            return Ok(());
        }
        self.inner.stats.denials.add();
        Err(refusal(&Denied { rule: 6, missing: format!("READ on {application}") }))
    }

    /// Refuses, and records that, unless `caller` may do a write of this kind to an application.
    pub(crate) async fn permit(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        action: Action,
        application: &ApplicationName,
    ) -> Result<Arc<Acl>, AppError> {
        let acl = self.acl(application).await?;
        let answer = authorize(&caller.principal, action, Resource::Application(&acl));
        self.settle(caller, attempt, answer).await?;
        Ok(acl)
    }

    /// The same for what belongs to the team.
    pub(crate) async fn permit_team(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        permission: TeamPermission,
    ) -> Result<(), AppError> {
        self.settle(caller, attempt, authorize(&caller.principal, Action::Write, Resource::Team(permission))).await
    }

    /// Turns a denial into an error and an audit row.
    pub(crate) async fn settle(
        &self,
        caller: &Caller,
        attempt: Attempt<'_>,
        answer: Result<(), Denied>,
    ) -> Result<(), AppError> {
        let Err(denied) = answer else { return Ok(()) };
        self.inner.stats.denials.add();
        let details = serde_json::json!({ "rule": denied.rule, "missing": denied.missing, "via": caller.via() });
        let entry = AuditEntry { allowed: false, ..self.entry(caller, attempt, Params::new(details)) };
        if let Err(error) = self.inner.store.write(vec![Write::Audit(entry)]).await {
            tracing::error!(%error, action = attempt.action, "a denial could not be recorded");
        }
        Err(refusal(&denied))
    }

    /// The audit row of a write that is allowed.
    pub(crate) fn entry(&self, caller: &Caller, attempt: Attempt<'_>, details: Params) -> AuditEntry {
        AuditEntry {
            at: self.inner.environment.now(),
            who: caller.principal.name.clone(),
            action: attempt.action.to_owned(),
            subject: format!("{}/{}", attempt.noun, attempt.subject),
            allowed: true,
            details,
        }
    }
}

/// No application has this name.
pub(crate) fn unknown_application(name: &str) -> AppError {
    let message = format!("There is no application `{name}`; make it first, or look at the spelling.");
    AppError::not_found(code("application.unknown"), message)
}

fn refusal(denied: &Denied) -> AppError {
    let Denied { rule, missing } = denied;
    let message =
        format!("You are not allowed to do this: it needs {missing} (rule {rule}). An administrator can grant it.");
    AppError::new(ErrorClass::Denied, code("access.denied"), message)
}
