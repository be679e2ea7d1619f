//! A tree to instructions.
use super::class::Set;
use super::tree::{Greed, Node, Place, Tree};

/// Instructions of one pattern are fewer.
const MOST: usize = 50_000;

/// One step of the machine.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Set(Set),
    /// Repeats one set: the common loop, without a stack entry per character.
    RepeatSet {
        set: Set,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    /// Tries the first, then the second.
    Split(usize, usize),
    Jump(usize),
    /// Remembers where a group begins.
    Open(usize),
    /// A group has matched.
    Close(usize),
    Place(Place),
    Back {
        group: usize,
        fold: bool,
    },
    /// The body follows and ends with `Done`; goes on at `next`.
    Look {
        ahead: bool,
        negative: bool,
        min: u32,
        max: u32,
        next: usize,
    },
    Atomic {
        next: usize,
    },
    /// Starts counting a loop.
    LoopStart(usize),
    /// Decides on another round; the body follows.
    LoopNext {
        id: usize,
        min: u32,
        max: Option<u32>,
        lazy: bool,
        exit: usize,
    },
    Done,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub steps: Vec<Step>,
    pub groups: usize,
    pub names: Vec<(String, usize)>,
    pub loops: usize,
    /// Loops that need not be tried again where they failed once, as Java has it: greedy, unbounded, outermost,
    /// in patterns without back-references.
    pub remembered: Vec<bool>,
}

struct Compiler {
    steps: Vec<Step>,
    remembered: Vec<bool>,
    forgetful: bool,
    /// Depth of closures around.
    inside: u32,
}

pub(super) fn compile(tree: &Tree) -> Result<Program, String> {
    let mut compiler =
        Compiler { steps: Vec::new(), remembered: Vec::new(), forgetful: tree.has_back_reference, inside: 0 };
    compiler.node(&tree.node)?;
    compiler.push(Step::Done)?;
    Ok(Program {
        steps: compiler.steps,
        groups: tree.groups,
        names: tree.names.clone(),
        loops: compiler.remembered.len(),
        remembered: compiler.remembered,
    })
}

impl Compiler {
    fn push(&mut self, step: Step) -> Result<usize, String> {
        if self.steps.len() >= MOST {
            return Err("The pattern is too large".to_owned());
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn set_target(&mut self, at: usize, target: usize) {
        match self.steps.get_mut(at) {
            Some(Step::Jump(to) | Step::Split(_, to)) => *to = target,
            Some(Step::Look { next, .. } | Step::Atomic { next }) => *next = target,
            Some(Step::LoopNext { exit, .. }) => *exit = target,
            _ => {}
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Empty => {}
            Node::Set(set) => {
                self.push(Step::Set(set.clone()))?;
            }
            Node::Sequence(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Alternatives(nodes) => self.alternatives(nodes)?,
            Node::Capture(group, body) => {
                self.push(Step::Open(*group))?;
                self.node(body)?;
                self.push(Step::Close(*group))?;
            }
            Node::Repeat { body, min, max, greed } => self.repeat(body, *min, *max, *greed)?,
            Node::Place(place) => {
                self.push(Step::Place(*place))?;
            }
            Node::Back { group, fold } => {
                self.push(Step::Back { group: *group, fold: *fold })?;
            }
            Node::Look { body, ahead, negative } => {
                let (min, max) = body.widths();
                let max = max.unwrap_or(0);
                let at = self.push(Step::Look { ahead: *ahead, negative: *negative, min, max, next: 0 })?;
                self.body(body, at)?;
            }
            Node::Atomic(body) => {
                let at = self.push(Step::Atomic { next: 0 })?;
                self.body(body, at)?;
            }
        }
        Ok(())
    }

    fn body(&mut self, body: &Node, at: usize) -> Result<(), String> {
        self.node(body)?;
        self.push(Step::Done)?;
        let next = self.steps.len();
        self.set_target(at, next);
        Ok(())
    }

    fn alternatives(&mut self, nodes: &[Node]) -> Result<(), String> {
        let mut jumps = Vec::new();
        for (position, node) in nodes.iter().enumerate() {
            if position + 1 == nodes.len() {
                self.node(node)?;
                break;
            }
            let split = self.push(Step::Split(0, 0))?;
            if let Some(Step::Split(first, _)) = self.steps.get_mut(split) {
                *first = split + 1;
            }
            self.node(node)?;
            jumps.push(self.push(Step::Jump(0))?);
            let next = self.steps.len();
            self.set_target(split, next);
        }
        let end = self.steps.len();
        for jump in jumps {
            self.set_target(jump, end);
        }
        Ok(())
    }

    fn repeat(&mut self, body: &Node, min: u32, max: Option<u32>, greed: Greed) -> Result<(), String> {
        if let Node::Set(set) = body {
            self.push(Step::RepeatSet { set: set.clone(), min, max, greed })?;
            return Ok(());
        }
        if greed == Greed::Possessive {
            let at = self.push(Step::Atomic { next: 0 })?;
            self.repeat(body, min, max, Greed::Greedy)?;
            self.push(Step::Done)?;
            let next = self.steps.len();
            self.set_target(at, next);
            return Ok(());
        }
        if (min, max) == (0, Some(1)) {
            return self.optional(body, greed);
        }
        let id = self.remembered.len();
        let outermost = self.inside == 0;
        let remembers = outermost && !self.forgetful && max.is_none() && greed == Greed::Greedy && !body.is_fixed();
        self.remembered.push(remembers);
        self.push(Step::LoopStart(id))?;
        let next = self.push(Step::LoopNext { id, min, max, lazy: greed == Greed::Lazy, exit: 0 })?;
        self.inside += 1;
        self.node(body)?;
        self.inside -= 1;
        self.push(Step::Jump(next))?;
        let exit = self.steps.len();
        self.set_target(next, exit);
        Ok(())
    }

    fn optional(&mut self, body: &Node, greed: Greed) -> Result<(), String> {
        let split = self.push(Step::Split(0, 0))?;
        self.node(body)?;
        let end = self.steps.len();
        if let Some(Step::Split(first, second)) = self.steps.get_mut(split) {
            (*first, *second) = if greed == Greed::Lazy { (end, split + 1) } else { (split + 1, end) };
        }
        Ok(())
    }
}
