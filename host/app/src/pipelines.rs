//! Pipelines: documents as written, with their revisions.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::code::code;
use domain::execution::PipelineAt;
use domain::id::{ApplicationName, PipelineId};
use domain::pipeline::validate::validate;
use domain::pipeline::{Definition, Graph, Pipeline};
use domain::plugin::Catalog;
use domain::{Params, Problem};
use store::{Page, Write};

use crate::access::Attempt;
use crate::authorize::Action;
use crate::{App, AppError, Caller, ErrorClass, PageRequest};

/// Most bytes of a pipeline's document.
const LARGEST: usize = 4 << 20;

/// A stored pipeline, understood: what every start needs, kept in memory.
#[derive(Debug)]
pub struct Known {
    /// As stored.
    pub pipeline: Pipeline,
    /// Its document, read.
    pub definition: Arc<Definition>,
    /// The catalogue revision that it was last found to fit.
    fits: AtomicI64,
}

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
        let definition = self.understand(&document)?;
        self.check_stages(&definition).await?;

        let _deciding = self.inner.deciding.of(id.as_str()).await;
        let before = self.inner.store.pipelines().get(&id).await?;
        if let Some(other) = before.as_ref().filter(|before| !same_name(&before.application, &application)) {
            let message = format!("Pipeline {id} belongs to application `{}`; a save does not move it.", other.application);
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

    /// The stored pipeline with this id, from memory where it is.
    pub(crate) async fn known(&self, id: &PipelineId) -> Result<Arc<Known>, AppError> {
        if let Some(known) = self.inner.pipelines.get(id) {
            return Ok(known);
        }
        let generation = self.inner.pipelines.generation();
        let pipeline = self.inner.store.pipelines().get(id).await?.ok_or_else(|| unknown(id.as_str()))?;
        Ok(self.remember(generation, pipeline))
    }

    /// The stored pipeline with this id or name in an application, from memory where it is.
    pub(crate) async fn known_in(&self, application: &ApplicationName, wanted: &str) -> Result<Arc<Known>, AppError> {
        let key = (application.as_str().to_ascii_lowercase(), wanted.to_ascii_lowercase());
        if let Some(id) = self.inner.names.get(&key) {
            return self.known(&id).await;
        }
        let (names, pipelines) = (self.inner.names.generation(), self.inner.pipelines.generation());
        let found = self.inner.store.pipelines().find(application, wanted).await?;
        let found = found.filter(|pipeline| same_name(&pipeline.application, application)).ok_or_else(|| {
            let message = format!("Application `{application}` has no pipeline with the name or id `{wanted}`.");
            AppError::not_found(code("pipeline.unknown"), message)
        })?;
        self.inner.names.fill(names, key, found.id.clone());
        Ok(self.remember(pipelines, found))
    }

    fn remember(&self, generation: u64, pipeline: Pipeline) -> Arc<Known> {
        let (definition, _) = Definition::read(&pipeline.document);
        let id = pipeline.id.clone();
        let known = Arc::new(Known { pipeline, definition: Arc::new(definition), fits: AtomicI64::new(-1) });
        self.inner.pipelines.fill(generation, id, Arc::clone(&known));
        known
    }

    fn forget(&self, pipeline: &Pipeline, before: Option<&Pipeline>) {
        self.inner.pipelines.forget(&pipeline.id);
        for named in [Some(pipeline), before].into_iter().flatten() {
            let application = named.application.as_str().to_ascii_lowercase();
            self.inner.names.forget(&(application.clone(), named.name.to_ascii_lowercase()));
            self.inner.names.forget(&(application, named.id.as_str().to_ascii_lowercase()));
        }
    }

    /// The document of an admitted revision, read; kept in memory, because every drive and every view asks for it.
    ///
    /// # Errors
    /// `pipeline.revision-unknown` when the store has no such revision.
    pub async fn definition(&self, at: &PipelineAt) -> Result<Arc<Definition>, AppError> {
        let key = (at.id.clone(), at.revision);
        if let Some(definition) = self.inner.definitions.get(&key) {
            return Ok(definition);
        }
        if let Some(known) = self.inner.pipelines.get(&at.id).filter(|known| known.pipeline.revision == at.revision) {
            return Ok(Arc::clone(&known.definition));
        }
        let document = self.inner.store.pipelines().revision(&at.id, at.revision).await?.ok_or_else(|| {
            let message = format!("Pipeline {} has no revision {}.", at.id, at.revision);
            AppError::not_found(code("pipeline.revision-unknown"), message)
        })?;
        let definition = Arc::new(Definition::read(&document).0);
        self.inner.definitions.fill(self.inner.definitions.generation(), key, Arc::clone(&definition));
        Ok(definition)
    }

    /// Refuses a stored pipeline that no longer fits what is installed; asked once for each catalogue revision.
    pub(crate) fn check_known(&self, known: &Known, catalog: &Catalog) -> Result<(), AppError> {
        if known.fits.load(Ordering::Relaxed) == catalog.revision {
            return Ok(());
        }
        self.understand_with(&known.pipeline.document, catalog)?;
        known.fits.store(catalog.revision, Ordering::Relaxed);
        Ok(())
    }

    /// Reads a document and refuses it with everything that is wrong with it.
    pub(crate) fn understand(&self, document: &Params) -> Result<Definition, AppError> {
        self.understand_with(document, &self.inner.catalogs.current())
    }

    fn understand_with(&self, document: &Params, catalog: &Catalog) -> Result<Definition, AppError> {
        if document.text().len() > LARGEST {
            let message = "A pipeline's document may have at most 4 MiB; move large manifests into artifacts.";
            return Err(AppError::new(ErrorClass::TooLarge, code("pipeline.too-large"), message));
        }
        let (definition, _graph): (Definition, Graph) =
            validate(document, catalog).map_err(|problems| AppError::invalid("The pipeline", problems))?;
        let problems = self.inner.schemas.check(&definition, catalog);
        if problems.is_empty() { Ok(definition) } else { Err(AppError::invalid("The pipeline", problems)) }
    }

    fn place(&self, path: Option<String>, document: &Params) -> Result<String, AppError> {
        let named = document.get("application").and_then(|name| name.as_str()).map(str::trim).filter(|name| !name.is_empty());
        match (path, named) {
            (Some(path), Some(named)) if !path.eq_ignore_ascii_case(named) => {
                let message = format!("The document says application `{named}`, but is saved in `{path}`; make them equal.");
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
        let own = document.get("id").filter(|id| !id.is_null());
        let wrong = |message: String| {
            AppError::invalid("The pipeline", vec![Problem::at("/id", code("pipeline.id-invalid"), message)])
        };
        let own = match own {
            None => None,
            Some(id) => Some(id.as_str().ok_or_else(|| wrong("`id` must be a text.".into()))?).filter(|id| !id.is_empty()),
        };
        let id = match (path, own) {
            (Some(path), Some(own)) if path != own => {
                return Err(wrong(format!("`id` is `{own}`, but the path says `{path}`; leave it out or make them equal.")));
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

fn same_name(one: &ApplicationName, other: &ApplicationName) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

fn unknown(id: &str) -> AppError {
    AppError::not_found(code("pipeline.unknown"), format!("There is no pipeline with the id `{id}`."))
}
