//! Stored pipelines, read and checked, kept in memory: what every start and every drive asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::code::code;
use domain::execution::PipelineAt;
use domain::id::{ApplicationName, PipelineId};
use domain::pipeline::validate::{stage_key, validate};
use domain::pipeline::{Definition, Graph, Pipeline};
use domain::plugin::Catalog;
use domain::{Params, Problem};

use crate::schema::has_expression;
use crate::triggers::scope;
use crate::{App, AppError, ErrorClass};

/// Most bytes of a pipeline's document.
const LARGEST: usize = 4 << 20;

/// A document, read, and the graph of its stages.
pub type Read = (Definition, Graph);

/// A stored pipeline, understood: what every start needs, kept in memory.
#[derive(Debug)]
pub struct Known {
    /// As stored.
    pub pipeline: Pipeline,
    /// Its document, read, and the graph of its stages.
    pub read: Arc<Read>,
    /// What it was last found to fit: revisions of catalogue and presets.
    fits: AtomicI64,
}

impl App {
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
        let id = pipeline.id.clone();
        let read = Arc::new(read(&pipeline.document));
        let known = Arc::new(Known { pipeline, read, fits: AtomicI64::new(-1) });
        self.inner.pipelines.fill(generation, id, Arc::clone(&known));
        known
    }

    pub(crate) fn forget(&self, pipeline: &Pipeline, before: Option<&Pipeline>) {
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
    pub async fn definition(&self, at: &PipelineAt) -> Result<Arc<Read>, AppError> {
        let key = (at.id.clone(), at.revision);
        if let Some(definition) = self.inner.definitions.get(&key) {
            return Ok(definition);
        }
        if let Some(known) = self.inner.pipelines.get(&at.id).filter(|known| known.pipeline.revision == at.revision) {
            return Ok(Arc::clone(&known.read));
        }
        let document = self.inner.store.pipelines().revision(&at.id, at.revision).await?.ok_or_else(|| {
            let message = format!("Pipeline {} has no revision {}.", at.id, at.revision);
            AppError::not_found(code("pipeline.revision-unknown"), message)
        })?;
        let definition = Arc::new(read(&document));
        self.inner.definitions.fill(self.inner.definitions.generation(), key, Arc::clone(&definition));
        Ok(definition)
    }

    /// Refuses a stored pipeline that no longer fits what is installed; asked once for each revision of catalogue and presets.
    pub(crate) fn check_known(&self, known: &Known, catalog: &Catalog) -> Result<(), AppError> {
        let offered = (catalog.revision << 24) | (self.presets().revision & 0xff_ffff);
        if known.fits.load(Ordering::Relaxed) == offered {
            return Ok(());
        }
        self.understand_with(&known.pipeline.document, catalog)?;
        known.fits.store(offered, Ordering::Relaxed);
        Ok(())
    }

    /// Reads a document and refuses it with everything that is wrong with it.
    pub(crate) fn understand(&self, document: &Params) -> Result<Definition, AppError> {
        self.understand_with(document, &self.inner.catalogs.current())
    }

    /// Refuses what the plugins themselves have against their configurations, as far as nothing in them is still an expression.
    /// A plugin that fails while it looks has said nothing.
    pub(crate) async fn check_stages(&self, definition: &Definition) -> Result<(), AppError> {
        let catalog = self.inner.catalogs.current();
        let mut problems = Vec::new();
        for (index, stage) in definition.stages.iter().enumerate() {
            let Some((installed, offer)) = catalog.find_stage(stage_key(stage), stage.provider.as_deref()) else {
                continue;
            };
            if has_expression(stage.config.value()) {
                continue;
            }
            match self.inner.runtime.check(&scope(installed), &offer.kind, &stage.config).await {
                Ok(found) => problems.extend(found.into_iter().map(|problem| {
                    let pointer = format!("/stages/{index}{}", problem.pointer);
                    Problem { pointer, ..problem }
                })),
                Err(fault) => {
                    tracing::warn!(plugin = %installed.manifest.id, code = %fault.failure.code, "a stage could not be checked");
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The pipeline", problems)) }
    }

    fn understand_with(&self, document: &Params, catalog: &Catalog) -> Result<Definition, AppError> {
        if document.text().len() > LARGEST {
            let message = "A pipeline's document may have at most 4 MiB; move large manifests into artifacts.";
            return Err(AppError::new(ErrorClass::TooLarge, code("pipeline.too-large"), message));
        }
        let expanded = self.expanded(document);
        let document = expanded.as_ref().unwrap_or(document);
        let (definition, _graph): (Definition, Graph) =
            validate(document, catalog).map_err(|problems| AppError::invalid("The pipeline", problems))?;
        let problems = self.inner.schemas.check(&definition, catalog);
        if problems.is_empty() { Ok(definition) } else { Err(AppError::invalid("The pipeline", problems)) }
    }
}

/// Reads a document that was found right when it was saved. Rules may have become stricter since: a start checks it again.
pub(crate) fn read(document: &Params) -> Read {
    let (definition, _) = Definition::read(document);
    let graph = Graph::build(&definition.stages).unwrap_or_default();
    (definition, graph)
}

pub(crate) fn same_name(one: &ApplicationName, other: &ApplicationName) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

pub(crate) fn unknown(id: &str) -> AppError {
    AppError::not_found(code("pipeline.unknown"), format!("There is no pipeline with the id `{id}`."))
}
