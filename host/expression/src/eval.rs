//! The evaluator: a walk over the tree, total and bounded.
mod access;
mod arithmetic;
mod compare;
mod construct;
mod elements;
mod inline;
mod invoke;
mod resolve;

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::ast::{Kind, Node, Operator};
use crate::convert::to_boolean;
use crate::error::{Code, Eval, Fault, limit};
use crate::options::Options;
use crate::regex::{Pattern, exceeded};
use crate::root::Root;
use crate::value::{Map, Val};
pub(crate) use compare::natural_order;
pub(crate) use resolve::no_method;

/// What names resolve against (§5.4).
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    /// Unqualified names and `#this`.
    pub active: Val<'a>,
    /// Names in the arguments of a method: the element inside a selection, else the root.
    pub outer: Val<'a>,
}

/// The first name that was looked up and not found: what "not found" was probably about.
#[derive(Debug, Clone)]
pub(crate) struct Missing {
    pub name: String,
    pub nearest: Vec<String>,
    pub at: u32,
}

/// One evaluation of one expression.
pub(crate) struct Evaluator<'a> {
    pub root: &'a Root<'a>,
    pub options: &'a Options<'a>,
    pub missing: Option<Missing>,
    operations: u32,
    produced: usize,
    draws: u64,
    patterns: HashMap<String, Rc<Pattern>>,
    pattern_steps: Rc<Cell<u64>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(root: &'a Root<'a>, options: &'a Options<'a>) -> Self {
        let patterns = HashMap::new();
        let pattern_steps = Rc::default();
        Evaluator { root, options, missing: None, operations: 0, produced: 0, draws: 0, patterns, pattern_steps }
    }

    /// With the steps of patterns counted together with others'.
    pub fn sharing(mut self, pattern_steps: &Rc<Cell<u64>>) -> Self {
        self.pattern_steps = Rc::clone(pattern_steps);
        self
    }

    /// The value of a whole expression.
    pub fn run(&mut self, node: &'a Node) -> Eval<Val<'a>> {
        let root = self.root_value();
        self.eval(node, &Scope { active: root.clone(), outer: root })
    }

    pub fn root_value(&self) -> Val<'a> {
        Val::Map(Map::Root(self.root))
    }

    /// Counts an operation; the expression fails on the last one allowed.
    pub fn operation(&mut self) -> Eval<()> {
        self.operations += 1;
        if self.operations >= self.options.limits.operations {
            let most = self.options.limits.operations;
            return Err(limit(1085, format_args!("expression takes {most} operations or more")));
        }
        Ok(())
    }

    /// Charges bytes that a value takes, before it is made.
    pub fn charge(&mut self, bytes: usize) -> Eval<()> {
        self.produced = self.produced.saturating_add(bytes);
        if self.produced > self.options.limits.produced_bytes {
            let most = self.options.limits.produced_bytes;
            return Err(limit(1078, format_args!("expression makes more than {most} bytes of values")));
        }
        Ok(())
    }

    /// A new string, charged.
    pub fn text(&mut self, text: String) -> Eval<Val<'a>> {
        self.charge(text.len())?;
        Ok(Val::text(text))
    }

    /// A new list, charged.
    pub fn list(&mut self, items: Vec<Val<'a>>) -> Eval<Val<'a>> {
        self.charge(items.len() * size_of::<Val<'_>>())?;
        Ok(Val::list(items))
    }

    /// A number that nobody can foresee, from the seed given: another one at each call.
    pub fn draw(&mut self) -> u64 {
        self.draws += 1;
        let mut mixed = self.options.environment.seed.wrapping_add(self.draws.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A compiled pattern, compiled once per evaluation. All patterns of an evaluation share one bound.
    pub fn pattern(&mut self, text: &str) -> Eval<Rc<Pattern>> {
        if self.pattern_steps.get() > self.options.limits.all_pattern_steps {
            return Err(exceeded());
        }
        if let Some(pattern) = self.patterns.get(text) {
            return Ok(Rc::clone(pattern));
        }
        let pattern = Rc::new(Pattern::compile(text)?.counted_in(&self.pattern_steps));
        self.patterns.insert(text.to_owned(), Rc::clone(&pattern));
        Ok(pattern)
    }

    /// The value of a node; a fault keeps the innermost place.
    pub fn eval(&mut self, node: &'a Node, scope: &Scope<'a>) -> Eval<Val<'a>> {
        self.value(node, scope).map_err(|fault| fault.at(node.at))
    }

    fn value(&mut self, node: &'a Node, scope: &Scope<'a>) -> Eval<Val<'a>> {
        match &node.kind {
            Kind::Null => Ok(Val::Null),
            Kind::Bool(value) => Ok(Val::Bool(*value)),
            Kind::Int(value) => Ok(Val::Int(*value)),
            Kind::Long(value) => Ok(Val::Long(*value)),
            Kind::Float(value) => Ok(Val::Float(*value)),
            Kind::Double(value) => Ok(Val::Double(*value)),
            Kind::Text(value) => Ok(Val::borrowed(value)),
            Kind::Chain(nodes) => self.chain(nodes, scope),
            Kind::Property { name, safe } => self.property(&scope.active, name, *safe, node.at),
            Kind::Method { name, arguments, safe } => self.method(name, arguments, *safe, scope),
            Kind::Function { name, arguments } => self.function(name, arguments, scope),
            Kind::Variable(name) => self.variable(name, scope),
            Kind::Index { index, safe } => self.index(index, *safe, scope),
            Kind::Project { body, safe } => self.project(body, *safe, scope),
            Kind::Select { which, criterion, safe } => self.select(*which, criterion, *safe, scope),
            Kind::Type { name, dimensions } => {
                self.operation()?;
                crate::classes::find(name, *dimensions).map(Val::Class)
            }
            Kind::New { name, arguments } => self.construct(name, arguments, scope),
            Kind::NewArray { name, dimensions, items } => self.new_array(name, dimensions, items.as_deref(), scope),
            Kind::List(items) => self.inline_list(node, items, scope),
            Kind::Map(entries) => self.inline_map(node, entries, scope),
            Kind::Bean(name) => Err(Fault::spel(
                Code::BeanReference,
                1057,
                format_args!("no bean resolver registered: bean '{name}' cannot be had in an expression"),
            )),
            _ => self.operators(node, scope),
        }
    }

    fn operators(&mut self, node: &'a Node, scope: &Scope<'a>) -> Eval<Val<'a>> {
        match &node.kind {
            Kind::Not(operand) => {
                let value = self.boolean(operand, scope)?;
                self.operation()?;
                Ok(Val::Bool(!value))
            }
            Kind::Plus(operand) | Kind::Minus(operand) => {
                let value = self.eval(operand, scope)?;
                self.operation()?;
                arithmetic::sign(&value, matches!(node.kind, Kind::Minus(_)))
            }
            Kind::Elvis { left, right } => {
                self.operation()?;
                let value = self.eval(left, scope)?;
                let empty = value.is_null() || value.as_str() == Some("");
                if empty { self.eval(right, scope) } else { Ok(value) }
            }
            Kind::Ternary { condition, yes, no } => {
                self.operation()?;
                let chosen = if self.boolean(condition, scope)? { yes } else { no };
                self.eval(chosen, scope)
            }
            Kind::Fold { first, rest } => self.fold(first, rest, scope),
            Kind::Pair { operator, left, right } => {
                let left_value = self.eval(left, scope)?;
                let right_value = self.eval(right, scope)?;
                self.operation()?;
                self.pair(*operator, &left_value, &right_value)
            }
            _ => Err(Fault::spel(Code::Internal, 1085, "unexpected node")),
        }
    }

    /// A chain of one level, left to right; `and` and `or` stop when they can.
    fn fold(&mut self, first: &'a Node, rest: &'a [(Operator, Node)], scope: &Scope<'a>) -> Eval<Val<'a>> {
        let logical = |operator: Operator| matches!(operator, Operator::And | Operator::Or);
        if let Some((operator, _)) = rest.first()
            && logical(*operator)
        {
            for _ in rest {
                self.operation()?;
            }
            let stop = *operator == Operator::Or;
            let operands = std::iter::once(first).chain(rest.iter().map(|(_, operand)| operand));
            for operand in operands {
                if self.boolean(operand, scope)? == stop {
                    return Ok(Val::Bool(stop));
                }
            }
            return Ok(Val::Bool(!stop));
        }
        let mut value = self.eval(first, scope)?;
        for (operator, operand) in rest {
            let right = self.eval(operand, scope)?;
            self.operation()?;
            value = self.combine(*operator, &value, &right)?;
        }
        Ok(value)
    }

    fn boolean(&mut self, node: &'a Node, scope: &Scope<'a>) -> Eval<bool> {
        let value = self.eval(node, scope)?;
        to_boolean(&value).map_err(|fault| fault.at(node.at))
    }

    /// A start, then each node on the value before it.
    fn chain(&mut self, nodes: &'a [Node], scope: &Scope<'a>) -> Eval<Val<'a>> {
        let Some((start, rest)) = nodes.split_first() else {
            return Ok(Val::Null);
        };
        if let Some(Node { at, kind: Kind::Function { name, .. } }) = rest.last() {
            // Spring evaluates the last step by reference, and a function gives none.
            let message = format_args!("function '{name}' cannot stand at the end of a path");
            return Err(Fault::spel(Code::Operand, 1068, message).at(*at));
        }
        let mut value = self.eval(start, scope)?;
        for node in rest {
            value = self.eval(node, &Scope { active: value, outer: scope.outer.clone() })?;
        }
        Ok(value)
    }

    /// `#root`, `#this`; no other variable is ever set.
    fn variable(&mut self, name: &str, scope: &Scope<'a>) -> Eval<Val<'a>> {
        match name {
            "this" => Ok(scope.active.clone()),
            "root" => Ok(self.root_value()),
            _ => {
                self.operation()?;
                Ok(Val::Null)
            }
        }
    }
}
