//! The reference page, from the tables that the evaluator itself uses.
use std::fmt::Write;

use crate::beans::Shape;
use crate::beans::call::listed;
use crate::classes::name::ALLOWED;
use crate::classes::{Class, Method};
use crate::error::Code;
use crate::functions::{ALL, Function, Parameter};
use crate::options::Limits;

const INTRODUCTION: &str = "\
# Expressions

Generated from the tables of `host/expression`; do not edit. `EXPRESSION_REFERENCE=write cargo test -p expression
--test reference` writes it.

`${…}` holds an expression; text around it is kept. A text that is one expression keeps the type of its value.
`${'${text}'}` writes a literal `${text}`. What fails stays as it was, and the summary says why.

## Operators

From tightest to loosest; operators in one row associate to the left unless noted.

| operators | notes |
| --- | --- |
| `.` `?.` `[…]` `?.[…]` | property, method, index; the form with `?` gives null on null |
| `.![…]` `.?[…]` `.^[…]` `.$[…]` | each element, those that fit, the first, the last that fits |
| `!` `not` `+` `-` | one operand |
| `^` | power, does not chain |
| `*` `/` `%` `div` `mod` | |
| `+` `-` | `+` joins texts |
| `==` `!=` `<` `<=` `>` `>=` `eq` `ne` `lt` `le` `gt` `ge` `instanceof` `matches` `between` | do not chain |
| `and` `&&` | |
| `or` `\\|\\|` | |
| `?:` and `? :` | to the right |

Literals: `'text'` or `\"text\"` (the quote doubled stands for itself), `1`, `1L`, `0x1F`, `1.5`, `1e3`, `1f`, `true`,
`false`, `null`, `{1, 2}`, `{:}`, `{key: value}`. `#root` is what names are looked up on, `#this` the element inside
of a selection. Assignment, `++` and `--` are refused.
";

/// The page as Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    functions(&mut page);
    types(&mut page);
    collections(&mut page);
    beans(&mut page);
    limits(&mut page);
    codes(&mut page);
    page
}

fn line(page: &mut String, text: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

fn functions(page: &mut String) {
    line(page, "\n## Functions\n\nThe execution is put in where a function needs it.\n");
    line(page, "| function | gives | |\n| --- | --- | --- |");
    for function in ALL {
        line(page, format_args!("| `{}` | {} | {} |", signature(function), function.returns, function.about));
    }
}

fn signature(function: &Function) -> String {
    let names: Vec<&str> = function
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Execution => None,
            Parameter::Text(name) | Parameter::Any(name) => Some(*name),
        })
        .collect();
    let dots = if function.variadic { "..." } else { "" };
    format!("#{}({}{dots})", function.name, names.join(", "))
}

fn types(page: &mut String) {
    line(page, "\n## Types\n\nOnly these can be named in `T(…)` and `new`; those of `java.lang` without package.\n");
    for (name, class) in ALLOWED {
        line(page, format_args!("### {name}\n"));
        let constructors: Vec<String> =
            class.constructors().iter().map(|constructor| format!("`{}`", constructor.signature())).collect();
        if !constructors.is_empty() {
            line(page, format_args!("Constructors: {}\n", constructors.join(", ")));
        }
        methods(page, class, false, "Methods");
        methods(page, class, true, "Static");
        line(page, "");
    }
}

fn methods(page: &mut String, class: Class, fixed: bool, title: &str) {
    let all = class.methods().iter().copied().flatten();
    let mut shown: Vec<String> = all.filter(|method| method.fixed == fixed).map(described).collect();
    shown.sort();
    if !shown.is_empty() {
        line(page, format_args!("{title}: {}\n", shown.join(", ")));
    }
}

fn described(method: &Method) -> String {
    format!("`{}` → {}", method.signature(), method.returns)
}

fn collections(page: &mut String) {
    line(page, "## Collections\n\nMutators answer as in Java and change nothing.\n");
    let kinds = [
        ("Lists", Class::List),
        ("Maps", Class::Map),
        ("Key sets", Class::Set),
        ("Status", Class::Status),
        ("Characters", Class::Character),
    ];
    for (title, class) in kinds {
        methods(page, class, false, title);
    }
    line(page, "Arrays (from `split`, `new`, projections over arrays) have `length` and `[index]`.\n");
}

fn beans(page: &mut String) {
    line(page, "## Objects of an execution\n\n| object | properties | methods |\n| --- | --- | --- |");
    for shape in Shape::ALL {
        let properties: Vec<&str> = shape.fields().iter().map(|(name, _)| *name).collect();
        let properties = properties.join(" ");
        line(page, format_args!("| {} | {properties} | {} |", shape.name(), listed(shape).join(" ")));
    }
}

fn limits(page: &mut String) {
    let limits = Limits::default();
    line(page, "\n## Limits\n\n| limit | value |\n| --- | --- |");
    line(page, format_args!("| characters of one expression | {} |", limits.expression_length));
    line(page, format_args!("| levels of nesting | {} |", limits.depth));
    line(page, format_args!("| operations | fewer than {} |", limits.operations));
    line(page, format_args!("| characters of a text made by `+` | {} |", limits.concatenation));
    line(page, format_args!("| characters of a text made by `*` | {} |", limits.repetition));
    line(page, format_args!("| characters of the pattern of `matches` | {} |", limits.pattern_length));
    line(page, format_args!("| characters that `matches` reads | {} |", limits.pattern_steps));
    line(page, format_args!("| characters that another use of a pattern reads | {} |", limits.other_pattern_steps));
    line(page, format_args!("| characters that all patterns of one expression read | {} |", limits.all_pattern_steps));
    line(page, format_args!("| elements of a new array | fewer than {} |", limits.array_elements));
    line(page, format_args!("| bytes of values that one expression makes | {} |", limits.produced_bytes));
}

fn codes(page: &mut String) {
    line(page, "\n## Errors\n");
    for code in Code::ALL {
        line(page, format_args!("- [`{code}`](../errors/{code}.md)"));
    }
}
