//! Projection and the three selections (§5.11).
use std::rc::Rc;

use super::{Evaluator, Scope};
use crate::ast::{Node, Which};
use crate::classes::{common, shown};
use crate::error::{Code, Eval, Fault};
use crate::value::{Array, Key, Map, OwnedMap, Val};

fn inside<'a>(element: Val<'a>) -> Scope<'a> {
    Scope { active: element.clone(), outer: element }
}

fn not_a_collection(number: u16, what: &str, target: &Val<'_>) -> Box<Fault> {
    Fault::spel(
        Code::NotACollection,
        number,
        format_args!("{what} needs a list, collection, array or map, not {}", shown(target)),
    )
}

impl<'a> Evaluator<'a> {
    /// `target.![body]`.
    pub(super) fn project(&mut self, body: &'a Node, safe: bool, scope: &Scope<'a>) -> Eval<Val<'a>> {
        let target = &scope.active;
        if target.is_null() {
            return if safe { Ok(Val::Null) } else { Err(self.on_null(1019, "projection needs a value".to_owned())) };
        }
        let elements = self.elements_of(target).ok_or_else(|| not_a_collection(1019, "projection", target))?;
        self.operation()?;
        let mut projected = Vec::with_capacity(elements.len().min(1_024));
        for element in elements {
            let value = self.eval(body, &inside(element))?;
            self.operation()?;
            projected.push(value);
        }
        if matches!(target, Val::Array(_)) {
            let element = common(&projected);
            return Ok(Val::Array(Array::new(element, projected)));
        }
        self.list(projected)
    }

    /// `target.?[criterion]`, `^[`, `$[`.
    pub(super) fn select(&mut self, which: Which, criterion: &'a Node, safe: bool, scope: &Scope<'a>) -> Eval<Val<'a>> {
        let target = &scope.active;
        if target.is_null() {
            return if safe { Ok(Val::Null) } else { Err(self.on_null(1015, "selection needs a value".to_owned())) };
        }
        let elements = self.elements_of(target).ok_or_else(|| not_a_collection(1015, "selection", target))?;
        self.operation()?;
        let mut kept = Vec::new();
        for element in elements {
            let Val::Bool(keep) = self.eval(criterion, &inside(element.clone()))? else {
                return Err(Fault::spel(Code::Operand, 1016, "the criterion of a selection must be true or false")
                    .at(criterion.at));
            };
            if !keep {
                continue;
            }
            let counted = which != Which::First || matches!(target, Val::Map(_));
            if counted {
                self.operation()?;
            }
            kept.push(element);
            if which == Which::First {
                break;
            }
        }
        if which == Which::Last {
            kept.drain(..kept.len().saturating_sub(1));
        }
        self.selected(target, which, kept)
    }

    fn selected(&mut self, target: &Val<'a>, which: Which, kept: Vec<Val<'a>>) -> Eval<Val<'a>> {
        let one = which != Which::All;
        if one && kept.is_empty() {
            return Ok(Val::Null);
        }
        match target {
            Val::Map(_) => {
                self.charge(kept.len() * 2 * size_of::<Val<'_>>())?;
                let entries: OwnedMap<'a> = kept
                    .into_iter()
                    .filter_map(|entry| match entry {
                        Val::Entry(entry) => Some((Key(entry.0.clone()), entry.1.clone())),
                        _ => None,
                    })
                    .collect();
                Ok(Val::Map(Map::owned(entries)))
            }
            _ if one => Ok(kept.into_iter().next().unwrap_or(Val::Null)),
            Val::Array(array) => Ok(Val::Array(Array::new(array.element, kept))),
            _ => self.list(kept),
        }
    }

    /// Elements of a list, set or array; entries of a map.
    fn elements_of(&self, target: &Val<'a>) -> Option<Vec<Val<'a>>> {
        match target {
            Val::Map(map) => Some(map.entries().into_iter().map(|entry| Val::Entry(Rc::new(entry))).collect()),
            _ => target.elements(),
        }
    }
}
