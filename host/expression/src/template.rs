//! Text around expressions: parsed once, evaluated many times.
mod split;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::ast::Node;
use crate::convert::to_text;
use crate::error::{Code, Fault, Problem};
use crate::eval::{Evaluator, Missing};
use crate::need::Need;
use crate::options::{Limits, Options};
use crate::parser::parse;
use crate::rewrite::{Places, rewrite};
use crate::root::Root;
use crate::value::Val;
use split::{Span, split};

/// A parsed text. Cloning it is cheap; it can be shared between threads and evaluated any number of times.
#[derive(Debug, Clone)]
pub struct Template(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    source: String,
    places: Places,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    /// The trimmed inner text, where it begins in the rewritten text, and its tree.
    Expression {
        inner: String,
        start: usize,
        node: Node,
    },
}

/// What a text evaluates to.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    /// A value; of a text that is one expression with its own type.
    Value(Value),
    /// Some placeholders had no value and stand as they were.
    Partial {
        /// The text with the other placeholders resolved.
        text: String,
        /// What was probably not found.
        problem: Problem,
    },
    /// The only expression had no value.
    Unresolved(Problem),
    /// The text does not evaluate.
    Failed(Problem),
    /// Something has to be fetched first.
    Needs(Vec<Need>),
}

/// The same with a value at work instead of JSON.
pub(crate) enum Raw<'a> {
    Value(Val<'a>),
    Partial(String, Problem),
    Unresolved(Problem),
    Failed(Problem),
    Needs(Vec<Need>),
}

impl Template {
    /// Whether a text holds an expression at all.
    pub fn is_one(text: &str) -> bool {
        text.contains("${")
    }

    /// Parses a text, literal parts and expressions.
    ///
    /// # Errors
    /// Brackets that do not match, expressions that do not parse, that are too long or assign.
    pub fn parse(source: &str, limits: &Limits) -> Result<Template, Box<Problem>> {
        let rewritten = rewrite(source);
        let place = |offset: usize| rewritten.places.source_offset(offset);
        let spans = split(&rewritten.text).map_err(|fault| Box::new(problem(source, &fault, place, 0)))?;
        let mut parts = Vec::with_capacity(spans.len());
        for span in spans {
            parts.push(match span {
                Span::Literal(text) => Part::Literal(text.to_owned()),
                Span::Expression(inner, start) => match parse(inner, limits) {
                    Ok(node) => Part::Expression { inner: inner.to_owned(), start, node },
                    Err(fault) => return Err(Box::new(problem(source, &fault, place, start))),
                },
            });
        }
        Ok(Template(Arc::new(Parsed { source: source.to_owned(), places: rewritten.places, parts })))
    }

    /// The text that was parsed.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What Spinnaker's summary files results under: the text without `${` and `}`.
    pub fn key(&self) -> String {
        let pieces = self.0.parts.iter().map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Expression { inner, .. } => inner.as_str(),
        });
        pieces.collect()
    }

    /// The expressions printed back, fully parenthesised; for tests and tools.
    pub fn printed(&self) -> Vec<String> {
        let nodes = self.0.parts.iter().filter_map(|part| match part {
            Part::Expression { node, .. } => Some(node.to_string()),
            Part::Literal(_) => None,
        });
        nodes.collect()
    }

    /// Whether two texts hold the same expressions, wherever they stand.
    pub fn same_expressions(&self, other: &Template) -> bool {
        let nodes = |template: &Template| -> Vec<Node> {
            let expression =
                |part: &Part| if let Part::Expression { node, .. } = part { Some(node.clone()) } else { None };
            template.0.parts.iter().filter_map(expression).collect()
        };
        nodes(self) == nodes(other)
    }

    /// Evaluates the text.
    pub fn evaluate<'a>(&'a self, root: &'a Root<'a>, options: &'a Options<'a>) -> Evaluated {
        match self.raw(root, options) {
            Raw::Value(value) => match value.to_json() {
                Ok(value) => Evaluated::Value(value),
                Err(fault) => Evaluated::Failed(self.problem(&fault, 0)),
            },
            Raw::Partial(text, problem) => Evaluated::Partial { text, problem },
            Raw::Unresolved(problem) => Evaluated::Unresolved(problem),
            Raw::Failed(problem) => Evaluated::Failed(problem),
            Raw::Needs(needs) => Evaluated::Needs(needs),
        }
    }

    pub(crate) fn raw<'a>(&'a self, root: &'a Root<'a>, options: &'a Options<'a>) -> Raw<'a> {
        match self.0.parts.as_slice() {
            [] => Raw::Value(Val::borrowed("")),
            [Part::Literal(text)] => Raw::Value(Val::borrowed(text)),
            [Part::Expression { start, node, .. }] => self.single(node, *start, root, options),
            parts => self.composite(parts, root, options),
        }
    }

    fn single<'a>(&'a self, node: &'a Node, start: usize, root: &'a Root<'a>, options: &'a Options<'a>) -> Raw<'a> {
        let mut evaluator = Evaluator::new(root, options);
        match evaluator.run(node) {
            Ok(Val::Null) => Raw::Unresolved(self.unresolved(evaluator.missing.as_ref(), start)),
            Ok(value) => Raw::Value(value),
            Err(fault) => match fault.need {
                Some(need) => Raw::Needs(vec![need]),
                None => Raw::Failed(self.problem(&fault, start)),
            },
        }
    }

    /// Every part as text; the operations of each are counted on their own, the steps of patterns together.
    fn composite<'a>(&'a self, parts: &'a [Part], root: &'a Root<'a>, options: &'a Options<'a>) -> Raw<'a> {
        let mut text = String::new();
        let mut unresolved = None;
        let mut needs = Vec::new();
        let pattern_steps = Rc::default();
        for part in parts {
            let Part::Expression { inner, start, node } = part else {
                if let Part::Literal(literal) = part {
                    text.push_str(literal);
                }
                continue;
            };
            let mut evaluator = Evaluator::new(root, options).sharing(&pattern_steps);
            match evaluator.run(node).and_then(|value| to_text(&value).map_err(|fault| fault.at(node.at))) {
                Ok(Some(value)) => text.push_str(&value),
                Ok(None) => {
                    text.push_str(&format!("${{{inner}}}"));
                    unresolved.get_or_insert_with(|| self.unresolved(evaluator.missing.as_ref(), *start));
                }
                Err(fault) => match fault.need {
                    Some(need) => needs.push(need),
                    None => return Raw::Failed(self.problem(&fault, *start)),
                },
            }
        }
        match (needs.is_empty(), unresolved) {
            (false, _) => Raw::Needs(needs),
            (true, Some(problem)) => Raw::Partial(text, problem),
            (true, None) => Raw::Value(Val::text(text)),
        }
    }

    pub(crate) fn problem(&self, fault: &Fault, start: usize) -> Problem {
        problem(&self.0.source, fault, |offset| self.0.places.source_offset(offset), start)
    }

    fn unresolved(&self, missing: Option<&Missing>, start: usize) -> Problem {
        let mut fault = match missing {
            Some(missing) => {
                let mut fault = *Fault::raw(Code::Unresolved, "", format!("'{}' was not found", missing.name));
                fault.name = Some(missing.name.clone());
                fault.nearest = missing.nearest.clone();
                fault
            }
            None => *Fault::raw(Code::Unresolved, "", "the expression gave null".to_owned()),
        };
        fault.at = Some(missing.map_or(0, |missing| missing.at));
        self.problem(&fault, start)
    }
}

/// A fault with its place in the source.
fn problem(source: &str, fault: &Fault, place: impl Fn(usize) -> usize, start: usize) -> Problem {
    let at = start + fault.at.map_or(0, |at| at as usize);
    let offset = source.floor_char_boundary(place(at).min(source.len()));
    let before = source.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Problem {
        code: fault.code,
        message: fault.message.clone(),
        outer: fault.outer.clone(),
        exception_type: fault.exception_type,
        offset,
        line,
        column,
        name: fault.name.clone(),
        nearest: fault.nearest.clone(),
    }
}

/// Parsed templates by text, bounded; to be shared by everything that evaluates.
#[derive(Debug)]
pub struct Templates {
    limits: Limits,
    most_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: usize,
    parsed: u64,
    templates: HashMap<String, Result<Template, Box<Problem>>>,
}

impl Templates {
    /// A cache that holds about so many bytes of text; when full it starts afresh.
    pub fn new(limits: Limits, most_bytes: usize) -> Self {
        Templates { limits, most_bytes, kept: Mutex::new(Kept::default()) }
    }

    /// The template of a text, parsed at most once while it is kept.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn get(&self, text: &str) -> Result<Template, Box<Problem>> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = lock().templates.get(text) {
            return template.clone();
        }
        // Nobody waits for a parser: two who meet here parse the same text once each.
        let template = Template::parse(text, &self.limits);
        let mut kept = lock();
        if kept.bytes + text.len() > self.most_bytes {
            *kept = Kept { parsed: kept.parsed, ..Kept::default() };
        }
        if text.len() <= self.most_bytes && kept.templates.insert(text.to_owned(), template.clone()).is_none() {
            kept.bytes += text.len();
            kept.parsed += 1;
        }
        template
    }

    /// Texts parsed so far and kept: what a second evaluation of the same document does not raise.
    pub fn parsed(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).parsed
    }
}
