//! The tree of one expression.

/// A node and where its text begins, in bytes of the expression.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub at: u32,
    pub kind: Kind,
}

impl PartialEq for Node {
    /// Trees are compared by meaning, not by place.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a node means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(Box<str>),
    Property {
        name: Box<str>,
        safe: bool,
    },
    Method {
        name: Box<str>,
        arguments: Vec<Node>,
        safe: bool,
    },
    Function {
        name: Box<str>,
        arguments: Vec<Node>,
    },
    Variable(Box<str>),
    Type {
        name: Box<str>,
        dimensions: u8,
    },
    New {
        name: Box<str>,
        arguments: Vec<Node>,
    },
    /// `new int[2]`, `new int[]{1, 2}`; a missing dimension is `None`.
    NewArray {
        name: Box<str>,
        dimensions: Vec<Option<Node>>,
        items: Option<Vec<Node>>,
    },
    Index {
        index: Box<Node>,
        safe: bool,
    },
    Project {
        body: Box<Node>,
        safe: bool,
    },
    Select {
        which: Which,
        criterion: Box<Node>,
        safe: bool,
    },
    /// A start and what follows it after dots and in brackets; at least two nodes.
    Chain(Vec<Node>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Plus(Box<Node>),
    Minus(Box<Node>),
    /// Left-associative operators of one level, flat: `a + b - c` nests no deeper than `a`.
    Fold {
        first: Box<Node>,
        rest: Vec<(Operator, Node)>,
    },
    /// Operators that do not chain.
    Pair {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    Elvis {
        left: Box<Node>,
        right: Box<Node>,
    },
    Ternary {
        condition: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// `@name` or `&name`: parses, never evaluates.
    Bean(Box<str>),
}

/// Which elements a selection keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    First,
    Last,
}

impl Which {
    /// The opening of the selection.
    pub fn opening(self) -> &'static str {
        match self {
            Which::All => "?[",
            Which::First => "^[",
            Which::Last => "$[",
        }
    }
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    InstanceOf,
    Matches,
    Between,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

impl Operator {
    /// How tightly it binds; operators of one level associate.
    pub fn level(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Add | Operator::Subtract => 4,
            Operator::Multiply | Operator::Divide | Operator::Modulo => 5,
            Operator::Power => 6,
            _ => 3,
        }
    }

    /// Whether `a op b op c` parses.
    pub fn chains(self) -> bool {
        !matches!(self.level(), 3 | 6)
    }

    /// As written.
    pub fn text(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterEqual => ">=",
            Operator::InstanceOf => "instanceof",
            Operator::Matches => "matches",
            Operator::Between => "between",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Modulo => "%",
            Operator::Power => "^",
        }
    }
}

impl Node {
    /// Whether the node's value never changes, which makes an inline collection unmodifiable.
    pub fn is_constant(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Text(_) => true,
            Kind::Minus(operand) => operand.is_number(),
            Kind::List(items) => items.iter().all(Node::is_constant),
            Kind::Map(entries) => entries.iter().all(|(key, value)| {
                (key.is_constant() || matches!(key.kind, Kind::Property { .. })) && value.is_constant()
            }),
            _ => self.is_number(),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Int(_) | Kind::Long(_) | Kind::Float(_) | Kind::Double(_))
    }
}
