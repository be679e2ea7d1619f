//! `new`: objects and arrays.
use super::resolve::{choose_constructor, convert};
use super::{Evaluator, Scope};
use crate::ast::Node;
use crate::classes::name::primitive;
use crate::classes::{Args, Class, find, shown};
use crate::convert::{Ty, coerce};
use crate::error::{Code, Eval, Fault, limit};
use crate::value::{Array, Val};

impl<'a> Evaluator<'a> {
    pub(super) fn construct(&mut self, name: &str, arguments: &'a [Node], scope: &Scope<'a>) -> Eval<Val<'a>> {
        self.operation()?;
        let values: Vec<Val<'a>> = arguments.iter().map(|argument| self.eval(argument, scope)).collect::<Eval<_>>()?;
        let class = find(name, 0).map_err(|fault| fault.wrapped(1003, format_args!("cannot make a '{name}'")))?;
        let constructors = if class.primitive { &[] } else { class.class.constructors() };
        let Some(constructor) = choose_constructor(constructors, &values) else {
            let types: Vec<String> = values.iter().map(shown).collect();
            return Err(Fault::spel(
                Code::UnknownMethod,
                1002,
                format_args!("constructor {name}({}) cannot be found", types.join(", ")),
            ));
        };
        let converted = convert(constructor, values)?;
        (constructor.call)(self, &Val::Null, Args(&converted))
            .map_err(|fault| fault.wrapped(1003, format_args!("a problem occurred while making a '{name}'")))
    }

    pub(super) fn new_array(
        &mut self,
        name: &str,
        dimensions: &'a [Option<Node>],
        items: Option<&'a [Node]>,
        scope: &Scope<'a>,
    ) -> Eval<Val<'a>> {
        self.operation()?;
        // Spring takes the names of primitives in any case here: `new Long[1]` is a `long[]`.
        let class = primitive(name).map_or_else(|| find(name, 0), Ok)?;
        let mut sizes = Vec::new();
        for dimension in dimensions.iter().flatten() {
            let size = self.eval(dimension, scope)?;
            sizes.push(crate::convert::to_index(&size).map_err(|fault| fault.at(dimension.at))?);
        }
        if let Some(items) = items {
            return self.filled(class, dimensions.len(), sizes.first().copied(), items, scope);
        }
        if sizes.len() != dimensions.len() {
            return Err(Fault::spel(Code::Syntax, 1063, "a dimension of the array is missing"));
        }
        self.empty_array(class, &sizes)
    }

    fn filled(
        &mut self,
        class: crate::classes::ClassRef,
        dimensions: usize,
        size: Option<i32>,
        items: &'a [Node],
        scope: &Scope<'a>,
    ) -> Eval<Val<'a>> {
        if dimensions != 1 {
            return Err(Fault::spel(Code::Syntax, 1062, "only arrays of one dimension can be initialised"));
        }
        if size.is_some_and(|size| usize::try_from(size) != Ok(items.len())) {
            return Err(Fault::spel(Code::Syntax, 1064, "the size of the array is not the number of its elements"));
        }
        self.charge(items.len() * size_of::<Val<'_>>())?;
        let element = element_type(class);
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.eval(item, scope)?;
            values.push(match element {
                Some(element) => coerce(&value, element).map_err(|fault| fault.at(item.at))?,
                None => value,
            });
        }
        Ok(Val::Array(Array { element: class.class, primitive: class.primitive, items: values.into() }))
    }

    /// Elements start as zero, false or null; several dimensions nest.
    fn empty_array(&mut self, class: crate::classes::ClassRef, sizes: &[i32]) -> Eval<Val<'a>> {
        let most = self.options.limits.array_elements;
        let mut total: usize = 1;
        for size in sizes {
            let Ok(size) = usize::try_from(*size) else {
                return Err(Fault::java("java.lang.NegativeArraySizeException", size.to_string()));
            };
            total = total.saturating_mul(size);
            if total >= most {
                return Err(limit(1075, format_args!("an array has fewer than {most} elements")));
            }
        }
        self.charge(total.max(1) * size_of::<Val<'_>>())?;
        let zero = match class.class {
            _ if !class.primitive => Val::Null,
            Class::Boolean => Val::Bool(false),
            Class::Byte => Val::Byte(0),
            Class::Character => Val::Char(0),
            Class::Double => Val::Double(0.0),
            Class::Float => Val::Float(0.0),
            Class::Long => Val::Long(0),
            Class::Short => Val::Short(0),
            _ => Val::Int(0),
        };
        let mut value = zero;
        let mut array = Array { element: class.class, primitive: class.primitive, items: [].into() };
        for size in sizes.iter().rev() {
            let items = vec![value; usize::try_from(*size).unwrap_or(0)];
            array.items = items.into();
            value = Val::Array(array.clone());
            array.element = Class::Array;
            array.primitive = false;
        }
        Ok(value)
    }
}

/// The parameter type that elements are converted to.
fn element_type(class: crate::classes::ClassRef) -> Option<Ty> {
    let pick = |primitive, boxed| if class.primitive { primitive } else { boxed };
    Some(match class.class {
        Class::String => Ty::Text,
        Class::Integer => pick(Ty::Int, Ty::BoxedInt),
        Class::Long => pick(Ty::Long, Ty::BoxedLong),
        Class::Double => pick(Ty::Double, Ty::BoxedDouble),
        Class::Float => pick(Ty::Float, Ty::BoxedFloat),
        Class::Byte => pick(Ty::Byte, Ty::BoxedByte),
        Class::Boolean => pick(Ty::Bool, Ty::BoxedBool),
        Class::Character => pick(Ty::Char, Ty::BoxedChar),
        Class::Date => Ty::Date,
        Class::Uuid => Ty::Uuid,
        Class::Instant => Ty::Instant,
        Class::LocalDate => Ty::ChronoLocalDate,
        Class::LocalDateTime => Ty::ChronoLocalDateTime,
        Class::DayOfWeek => Ty::DayOfWeek,
        Class::ChronoUnit => Ty::ChronoUnit,
        _ => return None,
    })
}
