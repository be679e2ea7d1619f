//! Every route. A route that is documented is in the list by its handler; what is not JSON of `/api/v1` stands below it.

use std::sync::Arc;

use app::App;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Router, http};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::metrics::Metrics;
use crate::openapi::{Base, openapi};
use crate::{error_pages, metrics, problem, stream, v1, webhooks};

/// What handlers share.
#[derive(Clone, Debug)]
pub struct Api {
    /// The use cases.
    pub app: App,
    /// The figures.
    pub metrics: Arc<Metrics>,
}

impl FromRef<Api> for App {
    fn from_ref(api: &Api) -> App {
        api.app.clone()
    }
}

/// The routes that the OpenAPI document describes.
pub(crate) fn documented() -> OpenApiRouter<Api> {
    use v1::{
        applications, executions, expressions, operations, pipelines, preview, questions, stages, system, tokens,
    };
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(applications::list::handler, applications::create::handler))
        .routes(routes!(applications::get::handler, applications::save::handler, applications::delete::handler))
        .routes(routes!(pipelines::list_named::handler, pipelines::create::handler))
        .routes(routes!(pipelines::get_named::handler, pipelines::save_named::handler))
        .routes(routes!(pipelines::order::handler))
        .routes(routes!(pipelines::list::handler))
        .routes(routes!(pipelines::get::handler, pipelines::save::handler, pipelines::delete::handler))
        .routes(routes!(pipelines::revisions::handler))
        .routes(routes!(pipelines::revision::handler))
        .routes(routes!(preview::pipeline::handler))
        .routes(routes!(preview::named::handler))
        .routes(routes!(preview::document::handler))
        .routes(routes!(executions::start::handler))
        .routes(routes!(executions::start_named::handler))
        .routes(routes!(executions::list::handler, executions::start_document::handler))
        .routes(routes!(executions::batch::handler))
        .routes(routes!(executions::get::handler))
        .routes(routes!(executions::events::handler))
        .routes(routes!(executions::cancel::handler))
        .routes(routes!(executions::pause::handler))
        .routes(routes!(executions::resume::handler))
        .routes(routes!(expressions::evaluate::handler))
        .routes(routes!(stages::patch::handler))
        .routes(routes!(stages::skip::handler))
        .routes(routes!(stages::restart::handler))
        .routes(routes!(questions::list::handler))
        .routes(routes!(questions::get::handler))
        .routes(routes!(questions::answer::handler))
        .routes(routes!(operations::list::handler))
        .routes(routes!(operations::get::handler))
        .merge(plugin_routes())
        .routes(routes!(v1::catalog::handler))
        .routes(routes!(tokens::list::handler, tokens::create::handler))
        .routes(routes!(tokens::revoke::handler))
        .routes(routes!(tokens::me::handler))
        .routes(routes!(v1::audit::handler))
        .routes(routes!(v1::events::handler))
        .routes(routes!(v1::events::one))
        .routes(routes!(v1::triggers::handler))
        .routes(routes!(v1::triggers::named))
        .routes(routes!(stream::handler))
        .routes(routes!(system::get))
        .routes(routes!(system::pause))
        .routes(routes!(system::resume))
        .routes(routes!(system::live))
        .routes(routes!(system::ready))
        .routes(routes!(system::version))
        .routes(routes!(webhooks::handler))
        .routes(routes!(webhooks::unaddressed))
}

/// Of them, those about what pipelines can be made of.
fn plugin_routes() -> OpenApiRouter<Api> {
    use v1::{plugins, presets};
    OpenApiRouter::new()
        .routes(routes!(plugins::list::handler, plugins::install::handler))
        .routes(routes!(plugins::inspect::handler))
        .routes(routes!(plugins::refused::handler))
        .routes(routes!(plugins::get::handler, plugins::remove::handler))
        .routes(routes!(plugins::enable::handler))
        .routes(routes!(plugins::disable::handler))
        .routes(routes!(plugins::rollback::handler))
        .routes(routes!(plugins::release::handler))
        .routes(routes!(presets::list::handler))
        .routes(routes!(presets::get::handler, presets::save::handler, presets::delete::handler))
}

/// The whole HTTP interface.
pub fn router(app: App, metrics: Metrics) -> Router {
    let metrics = Arc::new(metrics);
    let api = Api { app, metrics: Arc::clone(&metrics) };
    let (documented, _) = documented().split_for_parts();
    let description: &'static str = Box::leak(openapi().into_boxed_str());
    let json = [(http::header::CONTENT_TYPE, "application/json")];
    documented
        .route("/api/v1/openapi.json", get(move || async move { (json, description) }))
        .route("/metrics", get(metrics::get))
        .route("/docs/errors", get(error_pages::index))
        .route("/docs/errors/{code}", get(error_pages::get))
        .fallback(problem::unknown_path)
        .method_not_allowed_fallback(problem::unknown_method)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::render))
        .layer(from_fn_with_state(metrics, metrics::measure))
        .with_state(api)
}
