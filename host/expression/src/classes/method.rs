//! One callable method: how it is found, and what runs.
use crate::convert::Ty;
use crate::error::{Code, Eval, Fault, SPEL};
use crate::eval::Evaluator;
use crate::value::{List, Map, Val};

/// What a method runs, on converted arguments.
pub(crate) type Call = for<'x, 'a> fn(&mut Evaluator<'a>, &'x Val<'a>, Args<'x, 'a>) -> Eval<Val<'a>>;

/// A method or constructor.
#[derive(Debug)]
pub(crate) struct Method {
    pub name: &'static str,
    pub params: &'static [Ty],
    /// Whether the last parameter takes any number of arguments.
    pub varargs: bool,
    /// Whether it is called on the class.
    pub fixed: bool,
    /// Declared return type, as documented; `void` and `boolean` matter to the getter rule.
    pub returns: &'static str,
    pub call: Call,
}

impl Method {
    /// A method of instances.
    pub const fn new(name: &'static str, params: &'static [Ty], returns: &'static str, call: Call) -> Self {
        Method { name, params, varargs: false, fixed: false, returns, call }
    }

    /// A static method.
    pub const fn fixed(name: &'static str, params: &'static [Ty], returns: &'static str, call: Call) -> Self {
        Method { name, params, varargs: false, fixed: true, returns, call }
    }

    /// A constructor.
    pub const fn constructor(params: &'static [Ty], call: Call) -> Self {
        Method { name: "new", params, varargs: false, fixed: true, returns: "", call }
    }

    /// The same method whose last parameter takes any number.
    pub const fn variadic(mut self) -> Self {
        self.varargs = true;
        self
    }

    /// `name(int, String)`, for messages and the reference.
    pub fn signature(&self) -> String {
        let params: Vec<&str> = self.params.iter().map(|param| param.name()).collect();
        let dots = if self.varargs { "..." } else { "" };
        format!("{}({}{dots})", self.name, params.join(", "))
    }
}

/// Converted arguments; an accessor that finds another kind is a fault of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Args<'x, 'a>(pub &'x [Val<'a>]);

fn wrong(index: usize) -> Box<Fault> {
    Fault::raw(Code::Internal, SPEL, format!("argument {index} is not of the declared type"))
}

/// What a Java method does when it is given null.
pub(crate) fn null_pointer() -> Box<Fault> {
    Fault::java("java.lang.NullPointerException", "an argument is null")
}

impl<'x, 'a> Args<'x, 'a> {
    pub fn get(&self, index: usize) -> &'x Val<'a> {
        self.0.get(index).unwrap_or(&Val::Null)
    }

    pub fn int(&self, index: usize) -> Eval<i32> {
        self.get(index).as_i32().ok_or_else(|| wrong(index))
    }

    pub fn long(&self, index: usize) -> Eval<i64> {
        self.get(index).as_i64().ok_or_else(|| wrong(index))
    }

    pub fn double(&self, index: usize) -> Eval<f64> {
        self.get(index).as_f64().ok_or_else(|| wrong(index))
    }

    pub fn float(&self, index: usize) -> Eval<f32> {
        self.get(index).as_f32().ok_or_else(|| wrong(index))
    }

    pub fn flag(&self, index: usize) -> Eval<bool> {
        match self.get(index) {
            Val::Bool(value) => Ok(*value),
            _ => Err(wrong(index)),
        }
    }

    pub fn unit(&self, index: usize) -> Eval<u16> {
        match self.get(index) {
            Val::Char(unit) => Ok(*unit),
            _ => Err(wrong(index)),
        }
    }

    /// A string that may not be null.
    pub fn text(&self, index: usize) -> Eval<&'x str> {
        match self.get(index) {
            Val::Null => Err(null_pointer()),
            value => value.as_sequence().ok_or_else(|| wrong(index)),
        }
    }

    /// Elements of a collection or array that may not be null.
    pub fn elements(&self, index: usize) -> Eval<Vec<Val<'a>>> {
        match self.get(index) {
            Val::Null => Err(null_pointer()),
            value => value.elements().ok_or_else(|| wrong(index)),
        }
    }
}

/// The list that a method is called on.
pub(crate) fn this_list<'x, 'a>(this: &'x Val<'a>) -> Eval<&'x List<'a>> {
    match this {
        Val::List(list) => Ok(list),
        _ => Err(wrong(0)),
    }
}

/// The map that a method is called on.
pub(crate) fn this_map<'x, 'a>(this: &'x Val<'a>) -> Eval<&'x Map<'a>> {
    match this {
        Val::Map(map) => Ok(map),
        _ => Err(wrong(0)),
    }
}
