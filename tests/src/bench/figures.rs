//! Medians, and how a run is printed.

use serde_json::{Map, Value};

/// Spans of time of one kind, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Spans(Vec<f64>);

impl Spans {
    /// One more.
    pub fn add(&mut self, millis: f64) {
        self.0.push(millis);
    }

    /// The value below which `share` percent lie; 0 of nothing.
    #[must_use]
    pub fn percentile(&self, share: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get((sorted.len().saturating_sub(1)) * share / 100).copied().unwrap_or(0.0)
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.percentile(50)
    }
}

/// Figures in the order in which they were found, each with what it is compared with.
#[derive(Default)]
pub struct Figures {
    rows: Vec<(String, f64, &'static str, String)>,
}

impl Figures {
    /// One figure; `remark` is its ratio or its goal, in words.
    pub fn put(&mut self, name: &str, value: f64, unit: &'static str, remark: String) {
        eprintln!("{}", line(name, value, unit, &remark));
        self.rows.push((name.to_owned(), value, unit, remark));
    }

    /// All of them, as one JSON document.
    #[must_use]
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|(name, value, unit, remark)| {
            let rounded = (value * 1_000.0).round() / 1_000.0;
            (name.clone(), serde_json::json!({ "value": rounded, "unit": unit, "remark": remark }))
        });
        Value::Object(rows.collect::<Map<String, Value>>())
    }

    /// All of them, as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let lines = self.rows.iter().map(|(name, value, unit, remark)| line(name, *value, unit, remark));
        lines.collect::<Vec<String>>().join("\n")
    }
}

fn line(name: &str, value: f64, unit: &str, remark: &str) -> String {
    format!("{name:<46} {value:>12.3} {unit:<14} {remark}")
}
