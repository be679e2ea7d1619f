//! Applications.

use domain::application::{Application, check_name};
use domain::code::code;
use domain::id::ApplicationName;
use domain::params::Value;
use domain::{Params, Problem};
use store::{Page, Write};

use crate::access::{Attempt, unknown_application};
use crate::authorize::{Action, TeamPermission};
use crate::{App, AppError, Caller, PageRequest};

/// Most bytes of an application's document.
const LARGEST: usize = 1 << 20;

impl App {
    /// One application.
    ///
    /// # Errors
    /// `application.unknown`, `access.denied`.
    pub async fn application(&self, caller: &Caller, name: &str) -> Result<Application, AppError> {
        let found = self.inner.store.applications().get(&name.into()).await?;
        let found = found.ok_or_else(|| unknown_application(name))?;
        self.permit_read(caller, found.name.as_str()).await?;
        Ok(found)
    }

    /// Applications that `caller` may look at, by name. A page may be short although there is a next one.
    ///
    /// # Errors
    /// `request.cursor-invalid`.
    pub async fn applications(&self, caller: &Caller, page: &PageRequest) -> Result<Page<Application>, AppError> {
        let Page { items, next } = self.inner.store.applications().list(page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for application in items {
            if self.may_read(caller, application.name.as_str()).await? {
                readable.push(application);
            }
        }
        Ok(Page { items: readable, next })
    }

    /// Makes or replaces an application. `expect` is the version it replaces: absent for whatever is there, 0 for nothing.
    /// Returns what is stored now.
    ///
    /// # Errors
    /// `application.name-invalid` and other problems with pointers, `application.exists`, `application.changed`, `access.denied`.
    pub async fn save_application(
        &self,
        caller: &Caller,
        name: &str,
        document: Params,
        expect: Option<i64>,
    ) -> Result<Application, AppError> {
        let attempt = Attempt { action: "application.save", noun: "application", subject: name };
        let _deciding = self.inner.deciding.of(name.to_ascii_lowercase().as_str()).await;
        let before = self.inner.store.applications().get(&name.into()).await?;
        match &before {
            Some(before) => drop(self.permit(caller, attempt, Action::Write, &before.name).await?),
            None => self.permit_team(caller, attempt, TeamPermission::ApplicationCreate).await?,
        }
        check(name, &document)?;
        let now = self.inner.environment.now();
        let (stored, created, version) = match &before {
            Some(before) => (before.name.clone(), before.created, before.version + 1),
            None => (ApplicationName::from(name), now, 1),
        };
        let application = Application { name: stored, document, created, updated: now, version };
        let details = Params::new(serde_json::json!({ "version": version, "via": caller.via() }));
        let unit = vec![
            Write::SaveApplication { application: application.clone(), expect: expect.or(Some(version - 1)) },
            Write::Audit(self.entry(caller, attempt, details)),
        ];
        self.inner.store.write(unit).await?;
        self.inner.acls.forget(name.to_ascii_lowercase().as_str());
        self.inner.notifications.forget(name.to_ascii_lowercase().as_str());
        Ok(application)
    }

    /// Removes an application that has no pipelines and no open executions.
    ///
    /// # Errors
    /// `application.unknown`, `application.in-use`, `access.denied`.
    pub async fn delete_application(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "application.delete", noun: "application", subject: name };
        self.permit(caller, attempt, Action::Write, &name.into()).await?;
        let entry = self.entry(caller, attempt, Params::new(serde_json::json!({ "via": caller.via() })));
        self.inner.store.write(vec![Write::DeleteApplication(name.into()), Write::Audit(entry)]).await?;
        self.inner.acls.forget(name.to_ascii_lowercase().as_str());
        self.inner.notifications.forget(name.to_ascii_lowercase().as_str());
        Ok(())
    }
}

fn check(name: &str, document: &Params) -> Result<(), AppError> {
    let mut problems: Vec<Problem> = check_name(name).into_iter().collect();
    match document.value() {
        Value::Object(map) => {
            if let Some(other) =
                map.get("name").filter(|other| other.as_str().is_none_or(|other| !other.eq_ignore_ascii_case(name)))
            {
                let message =
                    format!("`name` is {other}, but the application is `{name}`; leave it out or make them equal.");
                problems.push(Problem::at("/name", code("application.name-invalid"), message));
            }
            problems.extend(map.get("permissions").into_iter().flat_map(permissions));
        }
        _ => problems.push(Problem::at("", code("application.field-type"), "An application must be a JSON object.")),
    }
    if document.text().len() > LARGEST {
        problems.push(Problem::at(
            "",
            code("application.too-large"),
            "An application's document may have at most 1 MiB.",
        ));
    }
    if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The application", problems)) }
}

/// A misspelt permission would lock nobody out, or everybody: only the three known lists are taken.
fn permissions(value: &Value) -> Vec<Problem> {
    let wrong =
        |pointer: String, message: String| Problem::at(pointer, code("application.permissions-invalid"), message);
    let Value::Object(map) = value else {
        if value.is_null() {
            return Vec::new();
        }
        let message = "`permissions` must be an object with lists of role names under READ, WRITE and EXECUTE.";
        return vec![wrong("/permissions".into(), message.into())];
    };
    let mut problems = Vec::new();
    for (key, roles) in map {
        let pointer = format!("/permissions/{}", domain::pipeline::field::escaped(key));
        if !matches!(key.as_str(), "READ" | "WRITE" | "EXECUTE" | "CREATE") {
            problems.push(wrong(pointer, format!("There is no permission `{key}`; use READ, WRITE and EXECUTE.")));
        } else if !roles.as_array().is_some_and(|roles| roles.iter().all(Value::is_string)) {
            problems.push(wrong(pointer, format!("`{key}` must be a list of role names.")));
        }
    }
    problems
}
