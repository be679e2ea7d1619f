//! Equality, order, `between`, `matches`, `instanceof` (§5.6).
use std::cmp::Ordering;

use super::Evaluator;
use crate::ast::Operator;
use crate::classes::{Class, shown};
use crate::convert::to_text;
use crate::error::{Code, Eval, Fault, limit};
use crate::value::number::{Promoted, promote};
use crate::value::order::{compare, same_kind, strings};
use crate::value::text::length;
use crate::value::{List, Val};

impl<'a> Evaluator<'a> {
    /// An operator that does not chain, on two values.
    pub(super) fn pair(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Eval<Val<'a>> {
        let value = match operator {
            Operator::Equal => equal(left, right),
            Operator::NotEqual => !equal(left, right),
            Operator::Less => ordered(left, right, |a, b| a < b, Ordering::is_lt)?,
            Operator::LessEqual => ordered(left, right, |a, b| a <= b, Ordering::is_le)?,
            Operator::Greater => ordered(left, right, |a, b| a > b, Ordering::is_gt)?,
            Operator::GreaterEqual => ordered(left, right, |a, b| a >= b, Ordering::is_ge)?,
            Operator::Between => between(left, right)?,
            Operator::InstanceOf => instance_of(left, right)?,
            Operator::Matches => self.matches(left, right)?,
            _ => return self.power(left, right),
        };
        Ok(Val::Bool(value))
    }

    fn matches(&mut self, left: &Val<'a>, right: &Val<'a>) -> Eval<bool> {
        let Some(input) = to_text(left)? else {
            return Err(Fault::spel(Code::Operand, 1037, "the left operand of 'matches' must be a text, and is null"));
        };
        let Some(pattern) = right.as_str() else {
            return Err(Fault::spel(
                Code::Operand,
                1038,
                format_args!("the right operand of 'matches' must be a string, not {}", shown(right)),
            ));
        };
        let most = self.options.limits.pattern_length;
        if length(pattern) > most {
            return Err(limit(1077, format_args!("pattern is longer than {most} characters")));
        }
        let compiled = self.pattern(pattern)?;
        compiled.matches(&input, self.options.limits.pattern_steps).map_err(|fault| {
            fault.wrapped(1073, format_args!("failed to evaluate pattern '{pattern}' efficiently: redesign it"))
        })
    }
}

/// `==`: numbers by value, texts by text, anything else by `equals`; different kinds are just different.
pub(crate) fn equal(left: &Val<'_>, right: &Val<'_>) -> bool {
    if let Some(numbers) = promote(left, right) {
        return match numbers {
            Promoted::Double(a, b) => a == b,
            Promoted::Float(a, b) => a == b,
            Promoted::Big(a, b) => a == b,
            Promoted::Long(a, b) => a == b,
            Promoted::Int(a, b) => a == b,
        };
    }
    if let (Some(a), Some(b)) = (left.as_sequence(), right.as_sequence()) {
        return a == b;
    }
    left.deep_equals(right) || same_kind(left, right) == Some(Ordering::Equal)
}

fn ordered(left: &Val<'_>, right: &Val<'_>, reals: fn(f64, f64) -> bool, rest: fn(Ordering) -> bool) -> Eval<bool> {
    match promote(left, right) {
        // NaN is neither below nor above anything.
        Some(Promoted::Double(a, b)) => return Ok(reals(a, b)),
        Some(Promoted::Float(a, b)) => return Ok(reals(f64::from(a), f64::from(b))),
        _ => {}
    }
    if let (Some(a), Some(b)) = (left.as_sequence(), right.as_sequence()) {
        return Ok(rest(strings(a, b)));
    }
    compare(left, right).map(rest)
}

fn between(left: &Val<'_>, right: &Val<'_>) -> Eval<bool> {
    let bounds = match right {
        Val::List(list) if list.len() == 2 => list.get(0).zip(list.get(1)),
        _ => None,
    };
    let Some((low, high)) = bounds else {
        return Err(Fault::spel(
            Code::Operand,
            1017,
            "the right operand of 'between' must be a list of exactly two elements",
        ));
    };
    Ok(compare(left, &low)?.is_ge() && compare(left, &high)?.is_le())
}

fn instance_of(left: &Val<'_>, right: &Val<'_>) -> Eval<bool> {
    let Val::Class(class) = right else {
        return Err(Fault::spel(
            Code::Operand,
            1028,
            format_args!("the right operand of 'instanceof' must be a type, T(...), not {}", shown(right)),
        ));
    };
    Ok(match left {
        Val::Array(array) => {
            class.dimensions == 1 && array.element == class.class && array.primitive == class.primitive
        }
        _ => class.dimensions == 0 && !class.primitive && Class::of(left) == class.class,
    })
}

/// Order for `List.sort(null)`.
pub(crate) fn natural_order<'a>(list: &List<'a>) -> Eval<Vec<Val<'a>>> {
    let mut items: Vec<Val<'a>> = list.iter().collect();
    let mut failed = None;
    items.sort_by(|a, b| {
        same_kind(a, b).or_else(|| (a.is_number() && b.is_number()).then(|| compare(a, b).ok())?).unwrap_or_else(|| {
            failed.get_or_insert_with(|| {
                Fault::java(
                    "java.lang.ClassCastException",
                    format!("{} cannot be compared with {}", shown(a), shown(b)),
                )
            });
            Ordering::Equal
        })
    });
    failed.map_or(Ok(items), Err)
}
