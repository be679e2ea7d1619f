//! What expressions cost: parsing, and evaluating on contexts of 100 KB and 1 MB. In this process, on one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use expression::{Environment, Limits, Options, Root, Template, Templates, Walk, evaluate_value};
use serde_json::{Value, json};

use super::figures::Figures;

/// Expressions as pipelines have them, and one that looks at every element of the context's longest list.
const TEXTS: [(&str, &str); 6] = [
    ("property", "${a.b.c + 1}"),
    ("composite", "${parameters.region}-${account}-${zones[1]}"),
    ("condition", "${parameters.replicas == '6' and !zones.isEmpty()}"),
    ("function", "${#toInt(parameters.replicas) > 3 ? 'many' : 'few'}"),
    ("pattern", "${account.toUpperCase().replaceAll('[^A-Z]+', '-')}"),
    ("selection of all manifests", "${manifests.?[kind == 'Service'].![metadata.name].size()}"),
];

/// Measures each expression once parsed, its parsing, and the walk over a stage, on both contexts.
///
/// # Errors
/// An expression does not parse.
pub fn measure(figures: &mut Figures, quick: bool) -> Result<()> {
    let span = Duration::from_millis(if quick { 200 } else { 1_000 });
    let limits = Limits { operations: 100_000, ..Limits::default() };
    let options = Options { limits: limits.clone(), ..Options::new(Environment::new(0, 0)) };
    for (name, text) in TEXTS {
        let rate = per_second(span, || drop(black_box(Template::parse(black_box(text), &limits))));
        figures.put(&format!("expressions: parse {name}"), 1_000_000.0 / rate, "us", format!("{rate:.0}/s"));
    }
    for (size, bytes) in [("100 KB", 100 << 10), ("1 MB", 1 << 20)] {
        let context = context(bytes);
        let root = Root::of_context(context.as_object().context("the context is an object")?);
        for (name, text) in TEXTS {
            let template = Template::parse(text, &limits)?;
            let rate = per_second(span, || drop(black_box(template.evaluate(&root, &options))));
            let remark = format!("{:.2} us each", 1_000_000.0 / rate);
            figures.put(&format!("expressions: {name}, {size}"), rate, "a second", remark);
        }
        let templates = Templates::new(limits.clone(), 1 << 20);
        let walk = Walk { templates: Some(&templates), deferred: &[] };
        let stage =
            json!({"name": "Deploy ${account}", "replicas": "${parameters.replicas}", "deep": [{"x": "${a.b.c}"}]});
        for (name, value) in [("stage with 3 expressions", &stage), ("whole context without any", &context)] {
            let rate = per_second(span, || {
                black_box(evaluate_value(value, &root, &options, walk));
            });
            let remark = format!("{:.2} us each", 1_000_000.0 / rate);
            figures.put(&format!("expressions: {name}, {size}"), rate, "a second", remark);
        }
    }
    Ok(())
}

/// A stage context of about so many bytes: manifests, artifacts, nested maps.
fn context(bytes: usize) -> Value {
    let manifest = |at: usize| {
        json!({"kind": if at.is_multiple_of(7) { "Service" } else { "Deployment" }, "metadata": {"name": format!("app-{at}"),
            "labels": {"tier": "web", "ring": format!("r{}", at % 5)}}, "replicas": at % 9, "text": "x".repeat(330)})
    };
    let manifests: Vec<Value> = (0..bytes / 470).map(manifest).collect();
    json!({"manifests": manifests, "parameters": {"region": "ap-south-1", "replicas": "6"}, "a": {"b": {"c": 41}},
        "account": "prod", "zones": ["a", "b", "c"]})
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn per_second(span: Duration, mut run: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut runs = 0_u32;
    while begun.elapsed() < span {
        for _ in 0..16 {
            run();
        }
        runs += 16;
    }
    f64::from(runs) / begun.elapsed().as_secs_f64()
}
