//! Figures: evaluations per second on contexts of 100 KB and 1 MB, and the cost of parsing.
use std::hint::black_box;
use std::time::{Duration, Instant};

use expression::{Environment, Limits, Options, Root, Template, Templates, Walk, evaluate_value};
use serde_json::{Value, json};

/// A stage context of about so many bytes: manifests, artifacts, nested maps.
fn context(bytes: usize) -> Value {
    let manifests: Vec<Value> = (0..bytes / 500)
        .map(|at| {
            json!({"kind": if at % 7 == 0 { "Service" } else { "Deployment" }, "metadata": {"name": format!("app-{at}"),
                "labels": {"tier": "web", "ring": format!("r{}", at % 5)}}, "replicas": at % 9, "text": "x".repeat(300)})
        })
        .collect();
    json!({"manifests": manifests, "parameters": {"region": "ap-south-1", "replicas": "6"}, "a": {"b": {"c": 41}},
        "account": "prod", "zones": ["a", "b", "c"]})
}

#[expect(clippy::disallowed_methods, reason = "measuring is all this does")]
fn per_second(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut runs = 0_u32;
    while start.elapsed() < Duration::from_millis(700) {
        for _ in 0..16 {
            run();
        }
        runs += 16;
    }
    f64::from(runs) / start.elapsed().as_secs_f64()
}

fn report(name: &str, rate: f64) {
    println!("{name:<58} {rate:>12.0}/s {:>10.2} µs", 1_000_000.0 / rate);
}

fn main() {
    let expressions = [
        "${a.b.c + 1}",
        "${parameters.region}-${account}-${zones[1]}",
        "${parameters.replicas == '6' and !zones.isEmpty()}",
        "${#toInt(parameters.replicas) > 3 ? 'many' : 'few'}",
        "${account.toUpperCase().replaceAll('[^A-Z]+', '-')}",
        "${manifests[100].metadata.name}",
        "${manifests.?[kind == 'Service'].![metadata.name].size()}",
    ];
    let limits = Limits::default();
    for text in expressions {
        report(&format!("parse {text}"), per_second(|| drop(black_box(Template::parse(black_box(text), &limits)))));
    }
    for size in [100 << 10, 1 << 20] {
        let context = context(size);
        println!("context of {} KB", context.to_string().len() >> 10);
        let root = Root::of_context(context.as_object().expect("an object"));
        let mut options = Options::new(Environment::new(0, 0));
        options.limits.operations = 100_000;
        for text in expressions {
            let template = Template::parse(text, &limits).expect("parses");
            report(&format!("  {text}"), per_second(|| drop(black_box(template.evaluate(&root, &options)))));
        }
        let templates = Templates::new(Limits::default(), 1 << 20);
        let stage =
            json!({"name": "Deploy ${account}", "replicas": "${parameters.replicas}", "deep": [{"x": "${a.b.c}"}]});
        let walk = Walk { templates: Some(&templates), deferred: &[] };
        report(
            "  walk of a stage with 3 expressions",
            per_second(|| {
                black_box(evaluate_value(&stage, &root, &options, walk));
            }),
        );
        report(
            "  walk of the whole context, no expression in it",
            per_second(|| {
                black_box(evaluate_value(&context, &root, &options, walk));
            }),
        );
    }
}
