//! Lists, arrays and sets.
use std::rc::Rc;

use serde_json::Value;

use super::Val;
use crate::beans::Bean;
use crate::classes::Class;
use crate::execution::Execution;

/// A list.
#[derive(Debug, Clone)]
pub(crate) enum List<'a> {
    /// As it stands in a context.
    Json(&'a [Value]),
    /// Made by an expression; `constant` ones refuse mutators.
    Owned { items: Rc<[Val<'a>]>, constant: bool },
    /// `execution.stages`.
    Stages(&'a Execution<'a>),
}

impl<'a> List<'a> {
    pub fn len(&self) -> usize {
        match self {
            List::Json(items) => items.len(),
            List::Owned { items, .. } => items.len(),
            List::Stages(execution) => execution.stages.len(),
        }
    }

    pub fn get(&self, index: usize) -> Option<Val<'a>> {
        match self {
            List::Json(items) => items.get(index).map(Val::from_json),
            List::Owned { items, .. } => items.get(index).cloned(),
            List::Stages(execution) => {
                (index < execution.stages.len()).then_some(Val::Bean(Bean::Stage(execution, index)))
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Val<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Whether mutators are refused.
    pub fn is_constant(&self) -> bool {
        matches!(self, List::Owned { constant: true, .. })
    }
}

/// A Java array; `element` is the class of its elements.
#[derive(Debug, Clone)]
pub(crate) struct Array<'a> {
    pub element: Class,
    /// Whether the elements are primitives (`int[]`, `byte[]`).
    pub primitive: bool,
    pub items: Rc<[Val<'a>]>,
}

impl<'a> Array<'a> {
    pub fn new(element: Class, items: Vec<Val<'a>>) -> Self {
        Array { element, primitive: false, items: items.into() }
    }

    pub fn of_primitives(element: Class, items: Vec<Val<'a>>) -> Self {
        Array { element, primitive: true, items: items.into() }
    }
}

/// What a collection without list methods is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetKind {
    Keys,
    Values,
    Entries,
    Plain,
}

/// `keySet()`, `values()`, `entrySet()` and plain sets: in order, indexable by position.
#[derive(Debug, Clone)]
pub(crate) struct Set<'a> {
    pub kind: SetKind,
    pub items: Rc<[Val<'a>]>,
}
