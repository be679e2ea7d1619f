//! A tree back to text, fully parenthesised; what is printed parses to the same tree.
use std::fmt::{self, Display, Formatter, Write};

use crate::ast::{Kind, Node};

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Int(value) => write!(f, "{value}"),
            Kind::Long(value) => write!(f, "{value}L"),
            Kind::Float(value) => real(f, f64::from(*value), &format!("{value:?}"), 'f'),
            Kind::Double(value) => real(f, *value, &format!("{value:?}"), 'd'),
            Kind::Text(value) => quoted(f, value),
            Kind::Property { name, .. } => f.write_str(name),
            Kind::Method { name, arguments, .. } => call(f, "", name, arguments),
            Kind::Function { name, arguments } => call(f, "#", name, arguments),
            Kind::Variable(name) => write!(f, "#{name}"),
            Kind::Type { name, dimensions } => {
                write!(f, "T({name}{})", "[]".repeat(usize::from(*dimensions)))
            }
            Kind::New { name, arguments } => call(f, "new ", name, arguments),
            Kind::NewArray { name, dimensions, items } => array(f, name, dimensions, items.as_deref()),
            Kind::Index { index, .. } => write!(f, "[{index}]"),
            Kind::Project { body, .. } => write!(f, "![{body}]"),
            Kind::Select { which, criterion, .. } => write!(f, "{}{criterion}]", which.opening()),
            Kind::Chain(nodes) => chain(f, nodes),
            Kind::List(items) => listed(f, '{', items, '}'),
            Kind::Map(entries) => map(f, entries),
            // `![` would read as a projection.
            Kind::Not(operand) if operand.to_string().starts_with('[') => write!(f, "(!({operand}))"),
            Kind::Not(operand) => write!(f, "(!{operand})"),
            Kind::Plus(operand) => write!(f, "(+ {operand})"),
            Kind::Minus(operand) => write!(f, "(- {operand})"),
            Kind::Fold { first, rest } => {
                write!(f, "({first}")?;
                for (operator, operand) in rest {
                    write!(f, " {} {operand}", operator.text())?;
                }
                f.write_char(')')
            }
            Kind::Pair { operator, left, right } => write!(f, "({left} {} {right})", operator.text()),
            Kind::Elvis { left, right } => write!(f, "({left} ?: {right})"),
            Kind::Ternary { condition, yes, no } => write!(f, "({condition} ? {yes} : {no})"),
            Kind::Bean(name) => {
                f.write_char('@')?;
                quoted(f, name)
            }
        }
    }
}

fn real(f: &mut Formatter<'_>, value: f64, digits: &str, suffix: char) -> fmt::Result {
    if value.is_infinite() { write!(f, "1e999{suffix}") } else { write!(f, "{digits}{suffix}") }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "'{}'", text.replace('\'', "''"))
}

fn listed(f: &mut Formatter<'_>, open: char, items: &[Node], close: char) -> fmt::Result {
    f.write_char(open)?;
    for (position, item) in items.iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_char(close)
}

fn call(f: &mut Formatter<'_>, before: &str, name: &str, arguments: &[Node]) -> fmt::Result {
    write!(f, "{before}{name}")?;
    listed(f, '(', arguments, ')')
}

fn array(f: &mut Formatter<'_>, name: &str, sizes: &[Option<Node>], items: Option<&[Node]>) -> fmt::Result {
    write!(f, "new {name}")?;
    for size in sizes {
        match size {
            Some(size) => write!(f, "[{size}]")?,
            None => f.write_str("[]")?,
        }
    }
    items.map_or(Ok(()), |items| listed(f, '{', items, '}'))
}

fn map(f: &mut Formatter<'_>, entries: &[(Node, Node)]) -> fmt::Result {
    if entries.is_empty() {
        return f.write_str("{:}");
    }
    f.write_char('{')?;
    for (position, (key, value)) in entries.iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        write!(f, "{comma}{key}: {value}")?;
    }
    f.write_char('}')
}

/// The start stands in parentheses where its text would run into what follows.
fn chain(f: &mut Formatter<'_>, nodes: &[Node]) -> fmt::Result {
    for (position, node) in nodes.iter().enumerate() {
        if position == 0 {
            let bare = !matches!(node.kind, Kind::Chain(_) | Kind::Int(_) | Kind::NewArray { .. });
            if bare {
                write!(f, "{node}")?
            } else {
                write!(f, "({node})")?
            }
            continue;
        }
        let safe = match &node.kind {
            Kind::Property { safe, .. }
            | Kind::Method { safe, .. }
            | Kind::Index { safe, .. }
            | Kind::Project { safe, .. }
            | Kind::Select { safe, .. } => *safe,
            _ => false,
        };
        let dot = match &node.kind {
            _ if safe => "?.",
            Kind::Index { .. } => "",
            _ => ".",
        };
        write!(f, "{dot}{node}")?;
    }
    Ok(())
}
