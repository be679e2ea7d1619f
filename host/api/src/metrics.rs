//! Figures for Prometheus. Counted here: requests. Everybody else hands in a function that is asked at each scrape.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::code::code;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::problem::Problem;
use crate::routes::Api;

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// One figure of another part of the server.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Name without the prefix `mainsheet_` and without `_total`: `executions_started`.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// Whether it only grows.
    pub kind: SampleKind,
    /// Its value.
    pub value: f64,
}

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleKind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// Asked at each scrape.
pub type Source = Box<dyn Fn() -> Vec<Sample> + Send + Sync>;

/// All figures of the server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabels, Histogram>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

struct Sources(Vec<Source>);

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sources", self.0.len())
    }
}

impl Collector for Sources {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for sample in self.0.iter().flat_map(|source| source()) {
            let name = format!("mainsheet_{}", sample.name);
            match sample.kind {
                SampleKind::Counter => {
                    let metric = encoder.encode_descriptor(&name, sample.help, None, MetricType::Counter)?;
                    ConstCounter::new(sample.value).encode(metric)?;
                }
                SampleKind::Gauge => {
                    let metric = encoder.encode_descriptor(&name, sample.help, None, MetricType::Gauge)?;
                    ConstGauge::new(sample.value).encode(metric)?;
                }
            }
        }
        Ok(())
    }
}

impl Metrics {
    /// Figures of requests and of `sources`.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Metrics {
        let mut registry = Registry::default();
        let requests = Family::default();
        let latency = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        registry.register("mainsheet_http_requests", "Requests answered", requests.clone());
        registry.register("mainsheet_http_request_duration_seconds", "Time to the answer's headers", latency.clone());
        registry.register_collector(Box::new(Sources(sources)));
        Metrics { registry, requests, latency }
    }

    fn count(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.latency.get_or_create(&RouteLabels { route: route.to_owned() }).observe(took.as_secs_f64());
    }
}

/// Counts every request under its route; paths themselves would be without number.
pub async fn measure(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let begun = begun();
    let response = next.run(request).await;
    metrics.count(&method, &route, response.status().as_u16(), begun.elapsed());
    response
}

#[expect(clippy::disallowed_methods, reason = "a latency is measured, nothing is decided by it")]
fn begun() -> std::time::Instant {
    std::time::Instant::now()
}

/// `GET /metrics`: no token, as scrapers are configured; figures name no application and no person.
pub async fn get(State(api): State<Api>) -> Result<Response, Problem> {
    let mut text = String::new();
    encode(&mut text, &api.metrics.registry).map_err(|error| {
        tracing::error!(%error, "figures could not be written");
        let detail = "The figures could not be written; the server's log says why.";
        Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, code("server.panicked"), detail)
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
