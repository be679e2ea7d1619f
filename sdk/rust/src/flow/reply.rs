//! Futures that a flow hands out: each is ready when its answer has been shown.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use serde_json::{Map, Value};

use super::replay::{CANCEL, Replay, read_cancel};
use crate::stage::{Answer, Cancel, Demand};

/// An answer to come. Asked when it is first awaited; dropped before it was answered, it is withdrawn.
pub struct Reply<T> {
    replay: Rc<RefCell<Replay>>,
    label: String,
    demand: Demand,
    read: fn(Answer) -> T,
    asked: bool,
    answered: bool,
}

impl<T> Reply<T> {
    pub(super) fn new(
        replay: &Rc<RefCell<Replay>>,
        label: impl Into<String>,
        demand: Demand,
        read: fn(Answer) -> T,
    ) -> Self {
        Self { replay: Rc::clone(replay), label: label.into(), demand, read, asked: false, answered: false }
    }
}

impl<T> Future for Reply<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let mut replay = this.replay.borrow_mut();
        if !this.asked {
            replay.ask(&this.label, &this.demand);
            this.asked = true;
        }
        match replay.take(&this.label) {
            Some(answer) => {
                this.answered = true;
                drop(replay);
                Poll::Ready((this.read)(answer))
            }
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if self.asked && !self.answered {
            self.replay.borrow_mut().forget(&self.label);
        }
    }
}

/// Ready when the host wants the stage to end. Whoever awaits it says how the stage ends; a stage that never does is ended at once.
pub struct Cancelled {
    pub(super) replay: Rc<RefCell<Replay>>,
}

impl Future for Cancelled {
    type Output = Cancel;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Cancel> {
        let mut replay = self.replay.borrow_mut();
        match replay.take(CANCEL) {
            Some(answer) => {
                replay.cancel_taken = true;
                Poll::Ready(read_cancel(&answer))
            }
            None => Poll::Pending,
        }
    }
}

/// What a client changed in the stage's context.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextPatch {
    /// Label of the answer, `$patch/N`.
    pub label: String,
    /// The keys it gave.
    pub values: Map<String, Value>,
    /// Who, if it was a person.
    pub by: Option<String>,
    /// When, unix milliseconds.
    pub at: f64,
}

/// The patches of this run, one after the other.
pub struct Patches {
    pub(super) replay: Rc<RefCell<Replay>>,
    pub(super) position: usize,
}

impl Patches {
    /// The next patch; waits for one if there is none.
    pub async fn next(&mut self) -> ContextPatch {
        std::future::poll_fn(|_| match self.replay.borrow_mut().take_patch(self.position) {
            Some((position, answer)) => {
                self.position = position;
                Poll::Ready(read_patch(answer))
            }
            None => Poll::Pending,
        })
        .await
    }
}

fn read_patch(answer: Answer) -> ContextPatch {
    let values = match answer.outcome {
        Ok(Value::Object(values)) => values,
        _ => Map::new(),
    };
    ContextPatch { label: answer.label, values, by: answer.by, at: answer.at }
}
