//! Calls of methods and functions (§5.9, §3).
use super::resolve::{choose, convert};
use super::{Evaluator, Scope, access, no_method};
use crate::ast::Node;
use crate::beans::{Bean, call};
use crate::classes::{Args, Class, Method};
use crate::convert::to_text;
use crate::error::{Code, Eval, Fault};
use crate::functions;
use crate::value::Val;

impl<'a> Evaluator<'a> {
    /// `target.name(arguments)`: arguments first, and they never see the target.
    pub(super) fn method(&mut self, name: &str, arguments: &'a [Node], safe: bool, scope: &Scope<'a>) -> Eval<Val<'a>> {
        let inner = Scope { active: scope.outer.clone(), outer: scope.outer.clone() };
        let values: Vec<Val<'a>> = arguments.iter().map(|argument| self.eval(argument, &inner)).collect::<Eval<_>>()?;
        let target = &scope.active;
        if target.is_null() {
            if safe {
                return Ok(Val::Null);
            }
            return Err(self.on_null(1011, format!("method '{name}' cannot be called: the value before it is null")));
        }
        if let Val::Bean(bean) = target
            && let Some(value) = self.bean_call(bean, name, &values)?
        {
            return Ok(value);
        }
        let (class, of_class) = match target {
            Val::Class(reference) if reference.dimensions == 0 && !reference.primitive => (reference.class, true),
            Val::Class(_) => return Err(no_method(Class::Reference, name, &values)),
            _ => (Class::of(target), false),
        };
        let mut candidates: Vec<&'static Method> =
            class.named(name).filter(|method| method.fixed || !of_class).collect();
        // Fewer parameters first, then those without a variable number: the order in which Spring compares.
        candidates.sort_by_key(|method| (method.params.len(), method.varargs));
        let method = choose(&candidates, name, &values)?.ok_or_else(|| no_method(class, name, &values))?;
        self.operation()?;
        let converted = convert(method, values)?;
        (method.call)(self, target, Args(&converted)).map_err(|fault| {
            fault.wrapped(1029, format_args!("a problem occurred in method '{name}' of {}", class.java_name()))
        })
    }

    fn bean_call(&mut self, bean: &Bean<'a>, name: &str, arguments: &[Val<'a>]) -> Eval<Option<Val<'a>>> {
        match (bean, arguments) {
            (_, []) => match access::bean_method(bean, name) {
                Some(value) => {
                    self.operation()?;
                    Ok(Some(value))
                }
                None => Ok(None),
            },
            (Bean::Execution(execution), [argument]) if call::FINDERS.contains(&name) => {
                self.operation()?;
                let text = to_text(argument)?.unwrap_or_default();
                let found = call::find_stage(execution, name, &text);
                found.map(Some).ok_or_else(|| {
                    Fault::java("java.lang.IllegalArgumentException", format!("no stage found for '{text}'"))
                })
            }
            _ => Ok(None),
        }
    }

    /// `#name(arguments)`: the number of arguments must be right, their types are converted.
    pub(super) fn function(&mut self, name: &str, arguments: &'a [Node], scope: &Scope<'a>) -> Eval<Val<'a>> {
        let known = |function: &&functions::Function| {
            function.name == name && (self.options.do_not_eval || name != "doNotEval")
        };
        let Some(function) = functions::ALL.iter().find(known) else {
            let names = functions::ALL.iter().map(|function| function.name);
            return Err(Fault::spel(Code::UnknownFunction, 1006, format_args!("function '{name}' does not exist"))
                .named(name, names));
        };
        self.operation()?;
        self.operation()?;
        let values: Vec<Val<'a>> = arguments.iter().map(|argument| self.eval(argument, scope)).collect::<Eval<_>>()?;
        let wanted = function.parameters.len();
        if values.len() != wanted && !(function.variadic && values.len() + 1 >= wanted) {
            return Err(Fault::spel(
                Code::ArgumentCount,
                1014,
                format_args!("function '{name}' takes {wanted} arguments, not {}", values.len()),
            ));
        }
        let converted = function.convert(values)?;
        (function.call)(self, &converted)
            .map_err(|fault| fault.wrapped(1023, format_args!("a problem occurred in function '{name}'")))
    }
}
