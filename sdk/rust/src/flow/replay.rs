//! Replay: a stage's future is run again from the top in every step, and its answers are shown to it one after the other, in order of arrival.
//!
//! So a step depends on nothing but its turn: how many answers came together, and when the host happened to step, makes no difference, and whoever races
//! two requests is woken by the one that was answered first.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde_json::Value;

use super::Flow;
use crate::stage::{Answer, Cancel, Demand, Finish, Patch, Request, Turn, Verdict, Waiting};

pub(super) const CANCEL: &str = "$cancel";
pub(super) const PATCH: &str = "$patch/";

/// What one replay has seen and asked so far.
pub(super) struct Replay {
    pub(super) turn: Turn,
    /// Where each label's answer stands in `turn.answers`.
    positions: HashMap<String, usize>,
    /// How many answers the future has been shown.
    shown: usize,
    asked: Vec<Asked>,
    pub(super) patch: Patch,
    pub(super) progress: Option<Value>,
    /// Time of the last answer that was awaited.
    pub(super) now: f64,
    /// Whether the stage has taken notice of `$cancel`.
    pub(super) cancel_taken: bool,
    /// Set when the future is thrown away at the end of a step: what is dropped then is not withdrawn.
    over: bool,
}

struct Asked {
    request: Request,
    /// False once whoever asked no longer waits.
    open: bool,
    /// A timer that was asked with different dues.
    moved: bool,
}

impl Replay {
    fn new(turn: Turn) -> Self {
        let positions =
            turn.answers.iter().enumerate().map(|(position, answer)| (answer.label.clone(), position)).collect();
        let now = turn.meta.started;
        Self {
            turn,
            positions,
            shown: 0,
            asked: Vec::new(),
            patch: Patch::default(),
            progress: None,
            now,
            cancel_taken: false,
            over: false,
        }
    }

    /// Asks, once. Asking something else under the same label is a fault of the stage; only timers move.
    pub(super) fn ask(&mut self, label: &str, demand: &Demand) {
        assert!(!label.starts_with('$'), "label {label:?}: those that begin with $ are the host's");
        let Some(asked) = self.asked.iter_mut().find(|asked| asked.request.label == label) else {
            self.asked.push(Asked {
                request: Request { label: label.to_owned(), demand: demand.clone() },
                open: true,
                moved: false,
            });
            return;
        };
        if asked.request.demand != *demand {
            let timers = matches!((&asked.request.demand, demand), (Demand::Timer(_), Demand::Timer(_)));
            assert!(timers, "label {label:?} was asked for two different things");
            asked.request.demand = demand.clone();
            asked.moved = true;
        }
        asked.open = true;
    }

    /// Nobody waits for this label any more.
    pub(super) fn forget(&mut self, label: &str) {
        if self.over {
            return;
        }
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.request.label == label) {
            asked.open = false;
        }
    }

    /// The answer under a label, if it has been shown; time moves on to it.
    pub(super) fn take(&mut self, label: &str) -> Option<Answer> {
        let position = *self.positions.get(label)?;
        if position >= self.shown {
            return None;
        }
        self.answer_at(position)
    }

    /// The first patch shown at or after this position, and the position behind it.
    pub(super) fn take_patch(&mut self, from: usize) -> Option<(usize, Answer)> {
        let shown = self.turn.answers.get(from..self.shown)?;
        let position = from + shown.iter().position(|answer| answer.label.starts_with(PATCH))?;
        Some((position + 1, self.answer_at(position)?))
    }

    /// The value that the latest patch shown gives to a key.
    pub(super) fn patched(&self, key: &str) -> Option<Value> {
        let shown = self.turn.answers.iter().take(self.shown).rev().filter(|answer| answer.label.starts_with(PATCH));
        shown.filter_map(|answer| answer.outcome.as_ref().ok()?.get(key).cloned()).next()
    }

    fn answer_at(&mut self, position: usize) -> Option<Answer> {
        let answer = self.turn.answers.get(position)?.clone();
        self.now = self.now.max(answer.at);
        Some(answer)
    }

    /// The cancel among the answers shown, if this answer is it and the stage took no notice.
    fn unheeded_cancel(&self) -> Option<Cancel> {
        let last = self.turn.answers.get(self.shown.checked_sub(1)?)?;
        if last.label != CANCEL || self.cancel_taken {
            return None;
        }
        Some(read_cancel(last))
    }

    fn waiting(&mut self) -> Waiting {
        let (mut requests, mut wanted) = (Vec::new(), Vec::new());
        for asked in self.asked.drain(..).filter(|asked| asked.open) {
            let label = asked.request.label.clone();
            if self.positions.contains_key(&label) {
                continue;
            }
            if asked.moved || !self.turn.pending.contains(&label) {
                requests.push(asked.request);
            }
            wanted.push(label);
        }
        let withdraw = self.turn.pending.iter().filter(|label| !wanted.contains(label)).cloned().collect();
        Waiting {
            patch: std::mem::take(&mut self.patch),
            requests,
            withdraw,
            progress: self.progress.take(),
            state: None,
        }
    }
}

/// A cancel as the host words it; one that cannot be read still cancels.
pub(super) fn read_cancel(answer: &Answer) -> Cancel {
    let told = answer.outcome.as_ref().ok().and_then(|value| serde_json::from_value(value.clone()).ok());
    told.unwrap_or(Cancel { cause: crate::stage::Cause::Cancel, reason: String::new(), by: answer.by.clone() })
}

/// Plays a stage over its turn until it ends or waits.
pub fn drive<Run, Stage>(turn: Turn, run: Run) -> Verdict
where
    Run: FnOnce(Flow) -> Stage,
    Stage: Future,
    Stage::Output: Into<Finish>,
{
    let replay = Rc::new(RefCell::new(Replay::new(turn)));
    let verdict = play(&replay, run(Flow::new(Rc::clone(&replay))));
    verdict.unwrap_or_else(|| Verdict::Waiting(replay.borrow_mut().waiting()))
}

/// The end of the stage, if the answers lead to one.
fn play<Stage>(replay: &Rc<RefCell<Replay>>, stage: Stage) -> Option<Verdict>
where
    Stage: Future,
    Stage::Output: Into<Finish>,
{
    let mut stage = pin!(stage);
    let mut context = Context::from_waker(Waker::noop());
    let answers = replay.borrow().turn.answers.len();
    let mut end = None;
    for shown in 0..=answers {
        replay.borrow_mut().shown = shown;
        end = match stage.as_mut().poll(&mut context) {
            Poll::Ready(finish) => Some(finish.into()),
            Poll::Pending => replay.borrow().unheeded_cancel().map(|cancel| Finish::of(&cancel)),
        };
        if end.is_some() {
            break;
        }
    }
    let mut replay = replay.borrow_mut();
    replay.over = true;
    end.map(|finish| Verdict::Finished(finish, std::mem::take(&mut replay.patch)))
}
