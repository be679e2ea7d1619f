//! Reading properties and indices (§5.7, §5.8).
use super::{Evaluator, Missing, Scope};
use crate::ast::{Kind, Node};
use crate::beans::{self, Bean};
use crate::classes::{Args, Class, Method, shown};
use crate::convert::to_index;
use crate::error::{Code, Eval, Fault};
use crate::value::text::{length, slice};
use crate::value::{Map, Val};

impl<'a> Evaluator<'a> {
    /// `target.name`.
    pub(super) fn property(&mut self, target: &Val<'a>, name: &str, safe: bool, at: u32) -> Eval<Val<'a>> {
        if target.is_null() {
            if safe {
                return Ok(Val::Null);
            }
            return Err(self.on_null(1007, format!("property '{name}' cannot be read: the value before it is null")));
        }
        self.operation()?;
        let Val::Map(map) = target else {
            return self.getter_or_fault(target, name);
        };
        let known = self.options.allow_unknown_keys || map.contains(&Val::text(name));
        if known {
            let found = map.get(name);
            if found.is_none() {
                self.note_missing(map, name, at);
            }
            return Ok(found.unwrap_or(Val::Null));
        }
        match self.getter(target, name)? {
            Some(value) => Ok(value),
            None => {
                let names = map.names();
                let fault = Fault::spel(Code::UnknownProperty, 1021, format_args!("there is no '{name}' here"));
                Err(fault.named(name, names.iter().map(String::as_str)))
            }
        }
    }

    /// Something was asked of null; says which name was not found on the way, if one was.
    pub(super) fn on_null(&self, number: u16, message: String) -> Box<Fault> {
        let message = match &self.missing {
            Some(missing) => format!("{message} ('{}' was not found)", missing.name),
            None => message,
        };
        let mut fault = Fault::spel(Code::NullValue, number, message);
        if let Some(missing) = &self.missing {
            fault.name = Some(missing.name.clone());
            fault.nearest = missing.nearest.clone();
        }
        fault
    }

    fn note_missing(&mut self, map: &Map<'a>, name: &str, at: u32) {
        if self.missing.is_none() {
            let names = map.names();
            let nearest = crate::nearest::nearest(name, names.iter().map(String::as_str));
            self.missing = Some(Missing { name: name.to_owned(), nearest, at });
        }
    }

    fn getter_or_fault(&mut self, target: &Val<'a>, name: &str) -> Eval<Val<'a>> {
        if let Some(value) = self.getter(target, name)? {
            return Ok(value);
        }
        let fault = Fault::spel(
            Code::UnknownProperty,
            1021,
            format_args!("property '{name}' cannot be read on {}", shown(target)),
        );
        Err(match target {
            Val::Bean(bean) => fault.named(name, bean.shape().fields().iter().map(|(known, _)| *known)),
            _ => fault.named(name, std::iter::empty()),
        })
    }

    /// The getter rule of §4.2: `getX`, `isX`, then a method without arguments called exactly so.
    fn getter(&mut self, target: &Val<'a>, name: &str) -> Eval<Option<Val<'a>>> {
        match target {
            Val::Bean(bean) => {
                let value = bean.property(name).or_else(|| beans::call::without_arguments(bean, name));
                if value.is_some() {
                    return Ok(value);
                }
            }
            Val::Array(array) if name == "length" => {
                return Ok(Some(Val::Int(i32::try_from(array.items.len()).unwrap_or(i32::MAX))));
            }
            _ => {}
        }
        let (class, of_class) = match target {
            Val::Class(reference) => (reference.class, true),
            _ => (Class::of(target), false),
        };
        if of_class && matches!(target, Val::Class(reference) if reference.dimensions > 0 || reference.primitive) {
            return Ok(None);
        }
        match find_getter(class, name, of_class) {
            Some(method) => (method.call)(self, target, Args(&[])).map(Some),
            None => Ok(None),
        }
    }

    /// `target[index]`.
    pub(super) fn index(&mut self, index: &'a Node, safe: bool, scope: &Scope<'a>) -> Eval<Val<'a>> {
        let target = &scope.active;
        if target.is_null() {
            if safe {
                return Ok(Val::Null);
            }
            return Err(self.on_null(1012, "cannot index into a null value".to_owned()));
        }
        if let (Val::Map(map), Kind::Property { name, .. }) = (target, &index.kind) {
            self.operation()?;
            let found = map.get(name);
            if found.is_none() {
                self.note_missing(map, name, index.at);
            }
            return Ok(found.unwrap_or(Val::Null));
        }
        let root = self.root_value();
        let key = self.eval(index, &Scope { active: root, outer: scope.outer.clone() })?;
        if key.is_null() {
            return Err(self.on_null(1012, "the index is null".to_owned()));
        }
        self.operation()?;
        match target {
            Val::Map(map) => {
                let found = map.get_key(&key);
                if let (None, Some(name)) = (&found, key.as_str()) {
                    self.note_missing(map, name, index.at);
                }
                Ok(found.unwrap_or(Val::Null))
            }
            Val::List(list) => position(&key, list.len(), 1025, "list").map(|at| list.get(at).unwrap_or(Val::Null)),
            Val::Array(array) => element(&array.items, &key, 1024, "array"),
            Val::Set(set) => element(&set.items, &key, 1025, "collection"),
            Val::Str(text) => {
                let at = position(&key, length(text.as_str()), 1026, "string")?;
                self.text(slice(text.as_str(), at, at + 1).unwrap_or_default())
            }
            _ => match key.as_str() {
                Some(name) => self.getter_or_fault(target, name),
                None => Err(Fault::spel(
                    Code::Index,
                    1027,
                    format_args!("indexing into {} is not supported", shown(target)),
                )),
            },
        }
    }
}

fn position(key: &Val<'_>, length: usize, number: u16, what: &str) -> Eval<usize> {
    let index = to_index(key)?;
    usize::try_from(index).ok().filter(|at| *at < length).ok_or_else(|| {
        Fault::spel(
            Code::Index,
            number,
            format_args!("the {what} has {length} elements, index {index} is not one of them"),
        )
    })
}

fn element<'a>(items: &[Val<'a>], key: &Val<'a>, number: u16, what: &str) -> Eval<Val<'a>> {
    position(key, items.len(), number, what).map(|at| items.get(at).cloned().unwrap_or(Val::Null))
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Java beans: `URL` keeps its case, `name` becomes `Name`; a small first letter is tried as well.
fn suffixes(name: &str) -> Vec<String> {
    let second_is_upper = name.chars().nth(1).is_some_and(char::is_uppercase);
    let suffix = if second_is_upper { name.to_owned() } else { capitalised(name) };
    let capital = capitalised(&suffix);
    if capital == suffix { vec![suffix] } else { vec![suffix, capital] }
}

fn find_getter(class: Class, name: &str, of_class: bool) -> Option<&'static Method> {
    let fits = |method: &&Method| {
        method.params.is_empty() && !method.varargs && method.returns != "void" && (!of_class || method.fixed)
    };
    let suffixes = suffixes(name);
    let get = suffixes.iter().find_map(|suffix| class.named(&format!("get{suffix}")).find(fits));
    let is = || {
        let boolean = |method: &&Method| fits(method) && method.returns.eq_ignore_ascii_case("boolean");
        suffixes.iter().find_map(|suffix| class.named(&format!("is{suffix}")).find(boolean))
    };
    get.or_else(is).or_else(|| class.named(name).find(fits))
}

/// Whether a bean answers a method without arguments.
pub(super) fn bean_method<'a>(bean: &Bean<'a>, name: &str) -> Option<Val<'a>> {
    beans::call::without_arguments(bean, name)
}
