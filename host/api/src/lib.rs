//! HTTP: `/api/v1`, OpenAPI, live stream, webhooks, figures.
//!
//! Handlers hold no logic: they read a request, call one use case of `app`, and write what came of it. One operation a file
//! (`v1/<resource>/<operation>.rs`), the shapes of a resource beside it in `wire.rs`, all routes in [`routes`].

pub mod authenticate;
pub mod error_pages;
pub mod extract;
pub mod metrics;
pub mod moment;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod response;
pub mod routes;
pub mod serve;
pub mod stream;
#[cfg(test)]
mod tests;
pub mod v1;
pub mod webhooks;

pub use metrics::{Metrics, Sample, SampleKind};
pub use openapi::openapi;
pub use routes::{Api, router};
pub use serve::serve;
