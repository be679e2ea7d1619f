//! The tree of a pattern.
use super::class::Set;

/// How a repetition tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// Places that match without reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `\A`, and `^` without `(?m)`.
    Begin,
    /// `\z`
    End,
    /// `\Z`, and `$` without `(?m)`; the flag is `(?d)`: only `\n` ends a line.
    BeforeLastLineEnd(bool),
    /// `^` with `(?m)`.
    LineBegin(bool),
    /// `$` with `(?m)`.
    LineEnd(bool),
    /// `\b`
    WordBoundary,
    /// `\B`
    NoWordBoundary,
    /// `\G`
    LastMatch,
}

/// A pattern or a part of one.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Set(Set),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    Capture(usize, Box<Node>),
    Repeat {
        body: Box<Node>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Place(Place),
    /// A group's text again; with `fold`, whatever the case.
    Back {
        group: usize,
        fold: bool,
    },
    Look {
        body: Box<Node>,
        ahead: bool,
        negative: bool,
    },
    Atomic(Box<Node>),
}

/// A whole pattern.
#[derive(Debug)]
pub(super) struct Tree {
    pub node: Node,
    /// Number of capturing groups.
    pub groups: usize,
    pub names: Vec<(String, usize)>,
    pub has_back_reference: bool,
}

impl Node {
    /// Shortest and longest text in characters; no longest means unbounded.
    pub fn widths(&self) -> (u32, Option<u32>) {
        match self {
            Node::Empty | Node::Place(_) | Node::Look { .. } => (0, Some(0)),
            Node::Set(_) => (1, Some(1)),
            Node::Sequence(nodes) => nodes.iter().map(Node::widths).fold((0, Some(0)), |(min, max), (low, high)| {
                (min.saturating_add(low), max.zip(high).map(|(a, b)| a.saturating_add(b)))
            }),
            Node::Alternatives(nodes) => {
                let widths = nodes.iter().map(Node::widths);
                let joined =
                    widths.reduce(|(min, max), (low, high)| (min.min(low), max.zip(high).map(|(a, b)| a.max(b))));
                joined.unwrap_or((0, Some(0)))
            }
            Node::Capture(_, body) | Node::Atomic(body) => body.widths(),
            Node::Repeat { body, min, max, .. } => {
                let (low, high) = body.widths();
                (low.saturating_mul(*min), high.zip(*max).map(|(high, max)| high.saturating_mul(max)))
            }
            Node::Back { .. } => (0, None),
        }
    }

    /// Whether it can match in one way only at a place: Java repeats such groups without trying others.
    pub fn is_fixed(&self) -> bool {
        match self {
            Node::Set(_) | Node::Empty | Node::Place(_) => true,
            Node::Sequence(nodes) => nodes.iter().all(Node::is_fixed),
            Node::Capture(_, body) => body.is_fixed(),
            Node::Repeat { body, min, max, .. } => Some(*min) == *max && body.is_fixed(),
            _ => false,
        }
    }
}
