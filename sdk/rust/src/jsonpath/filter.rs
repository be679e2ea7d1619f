//! Filters of a path, `[?(…)]`: existence, comparison, and, or, not.

use std::cmp::Ordering;

use serde_json::Value;

use super::Path;

/// A condition on one element, `@`.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Path),
    Compare(Operand, Comparison, Operand),
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Path(Path),
    Literal(Value),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    pub(super) fn holds(&self, element: &Value) -> bool {
        match self {
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(element)),
            Self::All(filters) => filters.iter().all(|filter| filter.holds(element)),
            Self::Not(filter) => !filter.holds(element),
            Self::Exists(path) => !path.select(element).is_empty(),
            Self::Compare(left, comparison, right) => comparison.holds(left.value(element), right.value(element)),
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, element: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Path(path) => path.select(element).first().copied(),
            Self::Literal(value) => Some(value),
        }
    }
}

impl Comparison {
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let order = match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => left.as_f64().partial_cmp(&right.as_f64()),
            (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
            (left, right) => (left == right).then_some(Ordering::Equal),
        };
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}
