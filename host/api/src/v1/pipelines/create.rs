//! `POST /api/v1/applications/{application}/pipelines`.

use app::App;
use app::pipelines::SavePipeline;
use axum::extract::State;

use super::wire::Pipeline;
use crate::authenticate::Authenticated;
use crate::extract::{Document, Expected, Path};
use crate::problem::Problem;
use crate::response::Tagged;

/// Save a pipeline in Spinnaker's format, as written. A document with the `id` of a stored pipeline replaces that one; any other
/// makes a new pipeline and keeps the document's `id` if it has one.
#[utoipa::path(post, path = "/api/v1/applications/{application}/pipelines", operation_id = "createPipeline", tag = "pipelines",
    params(("application" = String, Path, description = "Name of the application")),
    request_body(content = Object, description = "The pipeline's document", example = json!({"application": "shop", "name": "release", "stages": []})),
    responses((status = 201, description = "Made", body = Pipeline), (status = 200, description = "Replaced", body = Pipeline)))]
pub async fn handler(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(application): Path<String>,
    Expected(expect): Expected,
    Document(document): Document,
) -> Result<Tagged<Pipeline>, Problem> {
    let save = SavePipeline { application: Some(application), id: None, document, expect };
    let saved = app.save_pipeline(&caller, save).await?;
    Ok(Tagged::saved(saved.revision, saved.into()))
}
