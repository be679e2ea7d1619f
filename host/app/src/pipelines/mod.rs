//! Pipelines: documents as written, with their revisions.

mod order;
mod written;

use domain::code::code;
use domain::id::{ApplicationName, PipelineId};
use domain::pipeline::Pipeline;
use domain::{Params, Problem};
use store::{Page, Write};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::known::{same_name, unknown};
use crate::{App, AppError, Caller, Cursor, ErrorClass, PageRequest};

/// Applications read at once.
const MOST_AT_ONCE: u32 = 500;

/// What to save, and where.
#[derive(Clone, Debug)]
pub struct SavePipeline {
    /// Application from the path; absent: the document's.
    pub application: Option<String>,
    /// Id from the path; absent: the document's, or a new one.
    pub id: Option<String>,
    /// The document as written.
    pub document: Params,
    /// Revision it replaces: absent for whatever is there, 0 for nothing.
    pub expect: Option<i64>,
}

impl App {
    /// The pipeline with this id.
    ///
    /// # Errors
    /// `pipeline.unknown`, `access.denied`.
    pub async fn pipeline(&self, caller: &Caller, id: &str) -> Result<Pipeline, AppError> {
        let known = self.known(&id.into()).await?;
        self.permit_read(caller, known.pipeline.application.as_str()).await?;
        Ok(known.pipeline.clone())
    }

    /// The pipeline with this name or id in an application.
    ///
    /// # Errors
    /// `application.unknown`, `pipeline.unknown`, `access.denied`.
    pub async fn pipeline_in(&self, caller: &Caller, application: &str, wanted: &str) -> Result<Pipeline, AppError> {
        self.acl(&application.into()).await?;
        self.permit_read(caller, application).await?;
        Ok(self.known_in(&application.into(), wanted).await?.pipeline.clone())
    }

    /// Pipelines of an application by name.
    ///
    /// # Errors
    /// `application.unknown`, `access.denied`, `request.cursor-invalid`.
    pub async fn pipelines(
        &self,
        caller: &Caller,
        application: &str,
        page: &PageRequest,
    ) -> Result<Page<Pipeline>, AppError> {
        let name = ApplicationName::from(application);
        self.acl(&name).await?;
        self.permit_read(caller, application).await?;
        Ok(self.inner.store.pipelines().list(&name, page.after.as_ref(), page.limit).await?)
    }

    /// Pipelines of all applications that `caller` may look at, by application and name.
    ///
    /// # Errors
    /// `request.cursor-invalid`.
    pub async fn all_pipelines(&self, caller: &Caller, page: &PageRequest) -> Result<Page<Pipeline>, AppError> {
        let (mut at, mut inner) = match &page.after {
            None => (String::new(), None),
            Some(Cursor(text)) => {
                let (at, inner) = text.split_once('/').ok_or(store::ReadError::Cursor)?;
                (at.to_owned(), Some(inner).filter(|inner| !inner.is_empty()).map(|inner| Cursor(inner.to_owned())))
            }
        };
        let mut items = Vec::new();
        for application in self.all_applications().await? {
            let key = application.as_str().to_ascii_lowercase();
            if key < at || (key == at && inner.is_none() && page.after.is_some()) {
                continue;
            }
            if key != at {
                inner = None;
                at.clone_from(&key);
            }
            if !self.may_read(caller, application.as_str()).await? {
                continue;
            }
            let left = page.limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
            let found = self.inner.store.pipelines().list(&application, inner.as_ref(), left).await?;
            items.extend(found.items);
            if let Some(next) = found.next {
                return Ok(Page { items, next: Some(Cursor(format!("{key}/{}", next.0))) });
            }
            if items.len() >= usize::try_from(page.limit).unwrap_or(usize::MAX) {
                return Ok(Page { items, next: Some(Cursor(format!("{key}/"))) });
            }
        }
        Ok(Page { items, next: None })
    }

    /// Names of all applications, in the order of their cursor.
    async fn all_applications(&self) -> Result<Vec<ApplicationName>, AppError> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let Page { items, next } = self.inner.store.applications().list(after.as_ref(), MOST_AT_ONCE).await?;
            names.extend(items.into_iter().map(|application| application.name));
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        names.sort_by_key(|name| name.as_str().to_ascii_lowercase());
        Ok(names)
    }

    /// All revisions kept of a pipeline, newest first, also of one that is gone.
    ///
    /// # Errors
    /// `pipeline.unknown`, `access.denied`, `request.cursor-invalid`.
    pub async fn revisions(&self, caller: &Caller, id: &str, page: &PageRequest) -> Result<Page<Pipeline>, AppError> {
        let pipelines = self.inner.store.pipelines();
        let newest = pipelines.revisions(&id.into(), None, 1).await?.items.into_iter().next();
        let newest = newest.ok_or_else(|| unknown(id))?;
        self.permit_read(caller, newest.application.as_str()).await?;
        Ok(pipelines.revisions(&id.into(), page.after.as_ref(), page.limit).await?)
    }

    /// The document of one revision of a pipeline.
    ///
    /// # Errors
    /// `pipeline.unknown`, `pipeline.revision-unknown`, `access.denied`.
    pub async fn revision(&self, caller: &Caller, id: &str, revision: i64) -> Result<Params, AppError> {
        self.revisions(caller, id, &PageRequest { limit: 1, after: None }).await?;
        let document = self.inner.store.pipelines().revision(&id.into(), revision).await?;
        document.ok_or_else(|| {
            let message = format!("Pipeline {id} has no revision {revision}.");
            AppError::not_found(code("pipeline.revision-unknown"), message)
        })
    }

    /// Saves a document as written: makes a pipeline or replaces one, and keeps the revision.
    ///
    /// # Errors
    /// Every problem of the document with its pointer (`pipeline.cycle`, `pipeline.stage-type-unknown` …), `pipeline.exists` for
    /// a second pipeline of that name, `pipeline.changed`, `access.denied`.
    pub async fn save_pipeline(&self, caller: &Caller, save: SavePipeline) -> Result<Pipeline, AppError> {
        let SavePipeline { application, id, document, expect } = save;
        let application = ApplicationName::from(self.place(application, &document)?);
        let id = self.identity(id, &document)?;
        let attempt = Attempt { action: "pipeline.save", noun: "pipeline", subject: id.as_str() };
        self.permit(caller, attempt, Action::Write, &application).await?;
        let document = written::kept(document, self.inner.environment.as_ref());
        let definition = self.understand(&document)?;
        self.check_stages(&definition).await?;
        self.check_dates(&definition).await?;

        let _deciding = self.inner.deciding.of(id.as_str()).await;
        let before = self.inner.store.pipelines().get(&id).await?;
        if let Some(other) = before.as_ref().filter(|before| !same_name(&before.application, &application)) {
            let message =
                format!("Pipeline {id} belongs to application `{}`; a save does not move it.", other.application);
            return Err(AppError::conflict(code("pipeline.application-mismatch"), message));
        }
        let revision = before.as_ref().map_or(0, |before| before.revision);
        let pipeline = Pipeline {
            id: id.clone(),
            application: self.acl(&application).await?.application.as_str().into(),
            name: definition.name.clone(),
            revision: revision + 1,
            document,
            updated: self.inner.environment.now(),
            updated_by: caller.principal.name.clone(),
        };
        let details = serde_json::json!({ "name": pipeline.name, "application": pipeline.application.as_str(),
            "revision": pipeline.revision, "via": caller.via() });
        let unit = vec![
            Write::SavePipeline { pipeline: pipeline.clone(), expect: expect.or(Some(revision)) },
            Write::Audit(self.entry(caller, attempt, Params::new(details))),
        ];
        self.inner.store.write(unit).await?;
        self.forget(&pipeline, before.as_ref());
        Ok(pipeline)
    }

    /// Saves a document under a name or id in an application: what stands there is replaced, else a pipeline of that name is made.
    ///
    /// # Errors
    /// As [`App::save_pipeline`]; `pipeline.name-mismatch` when the document has another name than a new pipeline should get.
    pub async fn save_pipeline_named(
        &self,
        caller: &Caller,
        application: &str,
        wanted: &str,
        document: Params,
        expect: Option<i64>,
    ) -> Result<Pipeline, AppError> {
        let attempt = Attempt { action: "pipeline.save", noun: "pipeline", subject: wanted };
        self.permit(caller, attempt, Action::Write, &application.into()).await?;
        let id = match self.known_in(&application.into(), wanted).await {
            Ok(known) => Some(known.pipeline.id.to_string()),
            Err(error) if error.class == ErrorClass::NotFound => None,
            Err(error) => return Err(error),
        };
        let named = document.get("name").and_then(|name| name.as_str()).unwrap_or_default().trim();
        if id.is_none() && !named.is_empty() && !named.eq_ignore_ascii_case(wanted) {
            let message =
                format!("There is no pipeline `{wanted}`, and the document's name is `{named}`; make them equal.");
            let problem = Problem::at("/name", code("pipeline.name-mismatch"), message);
            return Err(AppError::invalid("The pipeline", vec![problem]));
        }
        let save = SavePipeline { application: Some(application.to_owned()), id, document, expect };
        self.save_pipeline(caller, save).await
    }

    /// The revision that a save of `document` may replace, judged by the moment that it says it was read at (`staleCheck` of Spinnaker's
    /// API): to be given to the save as what it expects. 0 for a pipeline that is not there.
    ///
    /// # Errors
    /// `pipeline.changed` when it was saved since, or the document does not say when it was read.
    pub async fn revision_unless_stale(&self, document: &Params) -> Result<i64, AppError> {
        let Some(id) = document.get("id").and_then(|id| id.as_str()) else { return Ok(0) };
        let Some(stored) = self.inner.store.pipelines().get(&id.into()).await? else { return Ok(0) };
        if written::last_modified(document) == Some(stored.updated.0) {
            return Ok(stored.revision);
        }
        Err(store::WriteError::Changed { what: "pipeline" }.into())
    }

    /// Removes a pipeline; its executions and revisions stay readable.
    ///
    /// # Errors
    /// `pipeline.unknown`, `access.denied`.
    pub async fn delete_pipeline(&self, caller: &Caller, id: &str) -> Result<(), AppError> {
        let attempt = Attempt { action: "pipeline.delete", noun: "pipeline", subject: id };
        let known = self.known(&id.into()).await?;
        self.permit(caller, attempt, Action::Write, &known.pipeline.application).await?;
        let details = serde_json::json!({ "name": known.pipeline.name, "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        self.inner.store.write(vec![Write::DeletePipeline(id.into()), Write::Audit(entry)]).await?;
        self.forget(&known.pipeline, None);
        Ok(())
    }

    pub(crate) fn place(&self, path: Option<String>, document: &Params) -> Result<String, AppError> {
        let named =
            document.get("application").and_then(|name| name.as_str()).map(str::trim).filter(|name| !name.is_empty());
        match (path, named) {
            (Some(path), Some(named)) if !path.eq_ignore_ascii_case(named) => {
                let message =
                    format!("The document says application `{named}`, but is saved in `{path}`; make them equal.");
                let problem = Problem::at("/application", code("pipeline.application-mismatch"), message);
                Err(AppError::invalid("The pipeline", vec![problem]))
            }
            (Some(path), _) => Ok(path),
            (None, Some(named)) => Ok(named.to_owned()),
            (None, None) => {
                let message = "`application` is required and must not be empty.";
                let problem = Problem::at("/application", code("pipeline.field-missing"), message);
                Err(AppError::invalid("The pipeline", vec![problem]))
            }
        }
    }

    fn identity(&self, path: Option<String>, document: &Params) -> Result<PipelineId, AppError> {
        let own = document.get("id").filter(|id| !id.is_null() && id.as_str() != Some(""));
        let wrong = |message: String| {
            AppError::invalid("The pipeline", vec![Problem::at("/id", code("pipeline.id-invalid"), message)])
        };
        let own = match own {
            None => None,
            Some(id) => Some(id.as_str().ok_or_else(|| wrong("`id` must be a text.".into()))?),
        };
        let id = match (path, own) {
            (Some(path), Some(own)) if path != own => {
                return Err(wrong(format!(
                    "`id` is `{own}`, but the path says `{path}`; leave it out or make them equal."
                )));
            }
            (Some(path), _) => path,
            (None, Some(own)) => own.to_owned(),
            (None, None) => domain::environment::uuid(self.inner.environment.as_ref()),
        };
        if id.len() > 250 || id.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '/' | '?' | '#')) {
            return Err(wrong("An id has at most 250 characters, none of them white space, `/`, `?` or `#`.".into()));
        }
        Ok(id.into())
    }
}
