//! Inline lists and maps (§5.12).
use std::rc::Rc;

use super::{Evaluator, Scope};
use crate::ast::{Kind, Node};
use crate::error::Eval;
use crate::value::{Key, List, Map, OwnedMap, Val};

impl<'a> Evaluator<'a> {
    pub(super) fn inline_list(&mut self, node: &'a Node, items: &'a [Node], scope: &Scope<'a>) -> Eval<Val<'a>> {
        self.operation()?;
        self.charge(items.len() * size_of::<Val<'_>>())?;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            self.operation()?;
            values.push(self.eval(item, scope)?);
        }
        Ok(Val::List(List::Owned { items: values.into(), constant: node.is_constant() }))
    }

    /// A bare name as key is its text; of equal keys the last wins.
    pub(super) fn inline_map(
        &mut self,
        node: &'a Node,
        entries: &'a [(Node, Node)],
        scope: &Scope<'a>,
    ) -> Eval<Val<'a>> {
        self.operation()?;
        self.charge(entries.len() * 2 * size_of::<Val<'_>>())?;
        let mut map = OwnedMap::new();
        for (key, value) in entries {
            let key = match &key.kind {
                Kind::Property { name, .. } => Val::borrowed(name),
                _ => self.eval(key, scope)?,
            };
            let value = self.eval(value, scope)?;
            self.operation()?;
            map.insert(Key(key), value);
        }
        Ok(Val::Map(Map::Owned { entries: Rc::new(map), constant: node.is_constant() }))
    }
}
