//! JSONPath as Spinnaker's documents use it (the dialect of Jayway's JsonPath): members, indices, slices, wildcards, descent, unions and filters.
//!
//! A *definite* path names at most one value; any other path gives the list of what it finds.

mod filter;
mod parse;

use serde_json::Value;

use filter::Filter;

use crate::Failure;

/// A parsed path.
#[derive(Debug, Clone)]
pub struct Path {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
enum Segment {
    /// One or several members by name.
    Members(Vec<String>),
    /// One or several elements; negative ones count from the end.
    Elements(Vec<i64>),
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: usize,
    },
    Wildcard,
    /// The value itself and everything below it.
    Descend,
    Filter(Filter),
}

impl Path {
    /// Parses a path; `$` may be left out.
    ///
    /// # Errors
    /// `json-path.invalid`, with the place where reading stopped.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        parse::path(text.trim())
    }

    /// What the path names: the value of a definite path, nothing if there is none; the list, perhaps empty, of any other.
    #[must_use]
    pub fn find(&self, value: &Value) -> Option<Value> {
        let mut found = self.select(value);
        if self.is_definite() {
            return found.pop().cloned();
        }
        Some(Value::Array(found.into_iter().cloned().collect()))
    }

    /// Whether the path names at most one value.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        self.segments.iter().all(|segment| match segment {
            Segment::Members(names) => names.len() == 1,
            Segment::Elements(positions) => positions.len() == 1,
            _ => false,
        })
    }

    fn select<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![value];
        for segment in &self.segments {
            found = found.into_iter().flat_map(|value| segment.apply(value)).collect();
        }
        found
    }
}

impl Segment {
    fn apply<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match (self, value) {
            (Self::Members(names), Value::Object(members)) => {
                names.iter().filter_map(|name| members.get(name)).collect()
            }
            (Self::Elements(positions), Value::Array(items)) => {
                positions.iter().filter_map(|position| items.get(absolute(*position, items.len())?)).collect()
            }
            (Self::Slice { from, to, step }, Value::Array(items)) => {
                let bound = |bound: Option<i64>, absent: usize| bound.map_or(absent, |bound| clamp(bound, items.len()));
                let (from, to) = (bound(*from, 0), bound(*to, items.len()));
                items.get(from..to.max(from)).unwrap_or_default().iter().step_by(*step).collect()
            }
            (Self::Wildcard, value) => children(value),
            (Self::Descend, value) => descendants(value),
            (Self::Filter(filter), Value::Object(_)) if filter.holds(value) => vec![value],
            (Self::Filter(filter), Value::Array(items)) => items.iter().filter(|item| filter.holds(item)).collect(),
            _ => Vec::new(),
        }
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn descendants(value: &Value) -> Vec<&Value> {
    let mut found = vec![value];
    for child in children(value) {
        found.extend(descendants(child));
    }
    found
}

fn absolute(position: i64, length: usize) -> Option<usize> {
    if position >= 0 {
        return usize::try_from(position).ok();
    }
    length.checked_sub(usize::try_from(position.unsigned_abs()).ok()?)
}

fn clamp(position: i64, length: usize) -> usize {
    absolute(position, length).unwrap_or(0).min(length)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Path;

    fn find(path: &str) -> Option<Value> {
        let document = json!({
            "status": "ok", "a b": 1, "list": [{"n": 1, "s": "x"}, {"n": 2, "s": "y"}, {"n": 3}], "deep": {"status": {"status": "in"}}, "none": null
        });
        Path::parse(path).expect(path).find(&document)
    }

    #[test]
    fn definite_paths_give_the_value_or_nothing() {
        assert_eq!(find("$.status"), Some(json!("ok")));
        assert_eq!(find("status"), Some(json!("ok")));
        assert_eq!(find("$['a b']"), Some(json!(1)));
        assert_eq!(find("$.list[-1].n"), Some(json!(3)));
        assert_eq!(find("$.none"), Some(Value::Null));
        assert_eq!(find("$.missing.more"), None);
        assert_eq!(find("$.list[9]"), None);
        assert_eq!(find("$").map(|whole| whole.is_object()), Some(true));
    }

    #[test]
    fn other_paths_give_lists() {
        assert_eq!(find("$.list[*].n"), Some(json!([1, 2, 3])));
        assert_eq!(find("$..status"), Some(json!(["ok", {"status": "in"}, "in"])));
        assert_eq!(find("$.list[0:2].s"), Some(json!(["x", "y"])));
        assert_eq!(find("$.list[0,2].n"), Some(json!([1, 3])));
        assert_eq!(find("$['status','none']"), Some(json!(["ok", null])));
        assert_eq!(find("$.missing[*]"), Some(json!([])));
    }

    #[test]
    fn filters_compare_and_combine() {
        assert_eq!(find("$.list[?(@.n > 1)].n"), Some(json!([2, 3])));
        assert_eq!(find("$.list[?(@.s)].n"), Some(json!([1, 2])));
        assert_eq!(find("$.list[?(@.s == 'y' || @.n == 3)].n"), Some(json!([2, 3])));
        assert_eq!(find("$.list[?(@.n >= 2 && @.s != \"y\")].n"), Some(json!([3])));
        assert_eq!(find("$.list[?(!@.s)].n"), Some(json!([3])));
    }

    #[test]
    fn what_is_no_path_says_where() {
        for wrong in ["$.", "$[", "$.list[?(@.n >)]", "$.list['x", "$.a[b]"] {
            let failure = Path::parse(wrong).expect_err(wrong);
            assert_eq!(failure.code, "json-path.invalid", "{wrong}");
        }
    }
}
