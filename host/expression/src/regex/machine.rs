//! The machine that runs a pattern: an explicit stack, every read counted.
use std::collections::HashSet;

use super::class::{Set, is_line_end, is_word};
use super::compile::{Program, Step};
use super::tree::{Greed, Place};
use super::{Groups, exceeded};
use crate::error::Eval;

/// Alternatives kept at once are fewer.
const DEEPEST: usize = 1_000_000;

/// Where to go on when the way taken fails, or what to put back on the way there.
enum Entry {
    Branch {
        step: usize,
        at: usize,
    },
    /// A greedy set loop that may give back characters down to `least`.
    GiveBack {
        step: usize,
        least: usize,
        at: usize,
    },
    /// A lazy set loop that may take more, up to `most`.
    TakeMore {
        step: usize,
        at: usize,
        most: usize,
    },
    /// A loop whose next round failed here: it may be left here.
    Leave {
        id: usize,
        exit: usize,
        at: usize,
        count: u32,
        begin: usize,
    },
    /// A lazy loop that may go another round.
    Again {
        id: usize,
        body: usize,
        at: usize,
        count: u32,
    },
    Opened(usize, usize),
    Closed(usize, Option<(usize, usize)>),
    Counted {
        id: usize,
        count: u32,
        begin: usize,
    },
}

/// One run of a pattern over one input.
pub(super) struct Machine<'p> {
    program: &'p Program,
    input: &'p [char],
    reads: u64,
    most_reads: u64,
    work: u64,
    groups: Groups,
    opened: Vec<usize>,
    loops: Vec<(u32, usize)>,
    stack: Vec<Entry>,
    failed: HashSet<(usize, usize)>,
    last_end: usize,
}

impl<'p> Machine<'p> {
    /// Steps taken so far, in the unit of its bound.
    pub fn spent(&self) -> u64 {
        self.reads.max(self.work / 8)
    }

    pub fn new(program: &'p Program, input: &'p [char], most_reads: u64) -> Self {
        Machine {
            program,
            input,
            reads: 0,
            most_reads,
            work: 0,
            groups: vec![None; program.groups + 1],
            opened: vec![0; program.groups + 1],
            loops: vec![(0, 0); program.loops],
            stack: Vec::new(),
            failed: HashSet::new(),
            last_end: 0,
        }
    }

    /// A match of the whole input.
    pub fn whole(&mut self) -> Eval<Option<Groups>> {
        self.attempt(0, Some(self.input.len()))
    }

    /// The first match from a place on.
    pub fn find(&mut self, from: usize) -> Eval<Option<Groups>> {
        for start in from..=self.input.len() {
            if let Some(groups) = self.attempt(start, None)? {
                self.last_end = groups.first().copied().flatten().map_or(0, |(_, end)| end);
                return Ok(Some(groups));
            }
        }
        Ok(None)
    }

    fn attempt(&mut self, start: usize, end: Option<usize>) -> Eval<Option<Groups>> {
        self.groups.fill(None);
        self.stack.clear();
        self.failed.clear();
        let Some(at) = self.run(0, start, end)? else {
            return Ok(None);
        };
        let mut groups = self.groups.clone();
        if let Some(whole) = groups.first_mut() {
            *whole = Some((start, at));
        }
        Ok(Some(groups))
    }

    fn count_work(&mut self) -> Eval<()> {
        self.work += 1;
        if self.work > self.most_reads.saturating_mul(8) || self.stack.len() > DEEPEST {
            return Err(exceeded());
        }
        Ok(())
    }

    /// The character at a place: a counted read.
    fn read(&mut self, at: usize) -> Eval<Option<char>> {
        let Some(c) = self.input.get(at).copied() else {
            return Ok(None);
        };
        self.reads += 1;
        if self.reads > self.most_reads { Err(exceeded()) } else { Ok(Some(c)) }
    }

    fn fits(&mut self, set: &Set, at: usize) -> Eval<bool> {
        Ok(self.read(at)?.is_some_and(|c| set.contains(c)))
    }

    /// Runs from a step until `Done`; where it ended, or nothing. The stack below is left as it was.
    fn run(&mut self, mut step: usize, mut at: usize, end: Option<usize>) -> Eval<Option<usize>> {
        let base = self.stack.len();
        loop {
            self.count_work()?;
            let program = self.program;
            let next = match program.steps.get(step) {
                None | Some(Step::Done) => {
                    if end.is_none_or(|end| end == at) {
                        self.commit(base);
                        return Ok(Some(at));
                    }
                    None
                }
                Some(Step::Set(set)) => self.fits(set, at)?.then_some((step + 1, at + 1)),
                Some(Step::RepeatSet { set, min, max, greed }) => self.repeat_set(step, at, set, *min, *max, *greed)?,
                Some(Step::Split(first, second)) => {
                    self.stack.push(Entry::Branch { step: *second, at });
                    Some((*first, at))
                }
                Some(Step::Jump(to)) => Some((*to, at)),
                Some(Step::Open(group)) => {
                    self.open(*group, at);
                    Some((step + 1, at))
                }
                Some(Step::Close(group)) => {
                    self.close(*group, at);
                    Some((step + 1, at))
                }
                Some(Step::Place(place)) => self.is_place(*place, at)?.then_some((step + 1, at)),
                Some(Step::Back { group, fold }) => self.back(*group, *fold, at)?.map(|at| (step + 1, at)),
                Some(Step::Look { ahead, negative, min, max, next }) => {
                    let found = if *ahead {
                        self.run(step + 1, at, None)?.is_some()
                    } else {
                        self.behind(step + 1, at, *min, *max)?
                    };
                    (found != *negative).then_some((*next, at))
                }
                Some(Step::Atomic { next }) => self.run(step + 1, at, None)?.map(|at| (*next, at)),
                Some(Step::LoopStart(id)) => {
                    self.set_loop(*id, 0, at);
                    Some((step + 1, at))
                }
                Some(Step::LoopNext { id, min, max, lazy, exit }) => {
                    Some((self.round(*id, (*min, *max, *lazy), step + 1, *exit, at), at))
                }
            };
            match next.or_else(|| self.resume(base)) {
                Some(place) => (step, at) = place,
                None => return Ok(None),
            }
        }
    }

    /// Keeps what has to be put back later, drops the alternatives: the way taken is final.
    fn commit(&mut self, base: usize) {
        let kept: Vec<Entry> = self
            .stack
            .drain(base..)
            .filter(|entry| matches!(entry, Entry::Opened(..) | Entry::Closed(..) | Entry::Counted { .. }))
            .collect();
        self.stack.extend(kept);
    }

    /// The next alternative above `base`.
    fn resume(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Entry::Branch { step, at } => return Some((step, at)),
                Entry::GiveBack { step, least, at } => {
                    if at > least + 1 {
                        self.stack.push(Entry::GiveBack { step, least, at: at - 1 });
                    }
                    return Some((step, at - 1));
                }
                Entry::TakeMore { step, at, most } => {
                    let fits = match self.program.steps.get(step) {
                        Some(Step::RepeatSet { set, .. }) => self.input.get(at).is_some_and(|c| set.contains(*c)),
                        _ => false,
                    };
                    self.reads += 1;
                    if fits && at < most {
                        self.stack.push(Entry::TakeMore { step, at: at + 1, most });
                        return Some((step + 1, at + 1));
                    }
                }
                Entry::Leave { id, exit, at, count, begin } => {
                    self.put_loop(id, count, begin);
                    if self.program.remembered.get(id) == Some(&true) {
                        self.failed.insert((id, at));
                    }
                    return Some((exit, at));
                }
                Entry::Again { id, body, at, count } => {
                    self.set_loop(id, count + 1, at);
                    return Some((body, at));
                }
                Entry::Opened(group, at) => {
                    if let Some(opened) = self.opened.get_mut(group) {
                        *opened = at;
                    }
                }
                Entry::Closed(group, before) => {
                    if let Some(found) = self.groups.get_mut(group) {
                        *found = before;
                    }
                }
                Entry::Counted { id, count, begin } => self.put_loop(id, count, begin),
            }
        }
        None
    }

    fn open(&mut self, group: usize, at: usize) {
        if let Some(opened) = self.opened.get_mut(group) {
            self.stack.push(Entry::Opened(group, *opened));
            *opened = at;
        }
    }

    fn close(&mut self, group: usize, at: usize) {
        let start = self.opened.get(group).copied().unwrap_or(at);
        if let Some(found) = self.groups.get_mut(group) {
            self.stack.push(Entry::Closed(group, *found));
            *found = Some((start, at));
        }
    }

    fn put_loop(&mut self, id: usize, count: u32, begin: usize) {
        if let Some(state) = self.loops.get_mut(id) {
            *state = (count, begin);
        }
    }

    fn set_loop(&mut self, id: usize, count: u32, begin: usize) {
        let (before, begun) = self.loops.get(id).copied().unwrap_or((0, 0));
        self.stack.push(Entry::Counted { id, count: before, begin: begun });
        self.put_loop(id, count, begin);
    }

    /// Whether to go another round; a round that read nothing ends the loop.
    fn round(&mut self, id: usize, kind: (u32, Option<u32>, bool), body: usize, exit: usize, at: usize) -> usize {
        let (min, max, lazy) = kind;
        let (count, begin) = self.loops.get(id).copied().unwrap_or((0, 0));
        if count > 0 && at == begin {
            return exit;
        }
        if count < min {
            self.set_loop(id, count + 1, at);
            return body;
        }
        if max.is_some_and(|max| count >= max) || self.failed.contains(&(id, at)) {
            return exit;
        }
        if lazy {
            self.stack.push(Entry::Again { id, body, at, count });
            return exit;
        }
        self.stack.push(Entry::Leave { id, exit, at, count, begin });
        self.put_loop(id, count + 1, at);
        body
    }

    fn repeat_set(
        &mut self,
        step: usize,
        start: usize,
        set: &Set,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    ) -> Eval<Option<(usize, usize)>> {
        let width = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let least = start.saturating_add(width(min));
        let most = max.map_or(usize::MAX, |max| start.saturating_add(width(max)));
        let wanted = if greed == Greed::Lazy { least } else { most };
        let mut at = start;
        while at < wanted && self.fits(set, at)? {
            at += 1;
        }
        if at < least {
            return Ok(None);
        }
        match greed {
            Greed::Greedy if at > least => self.stack.push(Entry::GiveBack { step: step + 1, least, at }),
            Greed::Lazy => self.stack.push(Entry::TakeMore { step, at, most }),
            _ => {}
        }
        Ok(Some((step + 1, at)))
    }

    fn behind(&mut self, body: usize, at: usize, min: u32, max: u32) -> Eval<bool> {
        for width in min..=max {
            let Some(start) = usize::try_from(width).ok().and_then(|width| at.checked_sub(width)) else {
                break;
            };
            if self.run(body, start, Some(at))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A group's text again; a group that has not matched never matches again.
    fn back(&mut self, group: usize, fold: bool, at: usize) -> Eval<Option<usize>> {
        let Some((start, end)) = self.groups.get(group).copied().flatten() else {
            return Ok(None);
        };
        for offset in 0..end.saturating_sub(start) {
            let (expected, found) = (self.read(start + offset)?, self.read(at + offset)?);
            let same = match (expected, found) {
                (Some(a), Some(b)) => a == b || (fold && a.eq_ignore_ascii_case(&b)),
                _ => false,
            };
            if !same {
                return Ok(None);
            }
        }
        Ok(Some(at + end.saturating_sub(start)))
    }

    fn is_place(&mut self, place: Place, at: usize) -> Eval<bool> {
        let length = self.input.len();
        let character = |at: usize| self.input.get(at).copied();
        let before = at.checked_sub(1).and_then(character);
        let here = character(at);
        let ends_line = |c: Option<char>, unix: bool| c.is_some_and(|c| is_line_end(c, unix));
        let between = before == Some('\r') && here == Some('\n');
        // Between `\r` and `\n` no line ends, unless only `\n` ends lines.
        let apart = |unix: bool| unix || !between;
        self.reads += 1;
        Ok(match place {
            Place::Begin => at == 0,
            Place::End => at == length,
            Place::BeforeLastLineEnd(unix) => {
                let last = at + 1 == length && ends_line(here, unix) && apart(unix);
                let crlf = !unix && at + 2 == length && here == Some('\r') && character(at + 1) == Some('\n');
                at == length || last || crlf
            }
            Place::LineBegin(unix) => at == 0 || (at < length && ends_line(before, unix) && apart(unix)),
            Place::LineEnd(unix) => at == length || (ends_line(here, unix) && apart(unix)),
            Place::WordBoundary | Place::NoWordBoundary => {
                let boundary = before.is_some_and(is_word) != here.is_some_and(is_word);
                boundary == (place == Place::WordBoundary)
            }
            Place::LastMatch => at == self.last_end,
        })
    }
}
