//! Waiting for several things.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Which of two came first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    Left(A),
    /// The second.
    Right(B),
}

/// What is answered first; the other is dropped, and with it what it had asked is withdrawn.
pub async fn select<A: Future, B: Future>(first: A, second: B) -> Either<A::Output, B::Output> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        if let Poll::Ready(output) = first.as_mut().poll(context) {
            return Poll::Ready(Either::Left(output));
        }
        second.as_mut().poll(context).map(Either::Right)
    })
    .await
}

/// Both, asked at once.
pub async fn join<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut left, mut right) = (None, None);
    poll_fn(|context| {
        if left.is_none()
            && let Poll::Ready(output) = first.as_mut().poll(context)
        {
            left = Some(output);
        }
        if right.is_none()
            && let Poll::Ready(output) = second.as_mut().poll(context)
        {
            right = Some(output);
        }
        match (left.take(), right.take()) {
            (Some(left), Some(right)) => Poll::Ready((left, right)),
            (some_left, some_right) => {
                (left, right) = (some_left, some_right);
                Poll::Pending
            }
        }
    })
    .await
}

/// All of them, asked at once; results in their order.
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut ready = true;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *output = Some(value),
                    Poll::Pending => ready = false,
                }
            }
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

/// The first of several that is answered; the others are dropped. Waits for ever if there are none.
pub async fn select_all<F: Future>(futures: impl IntoIterator<Item = F>) -> F::Output {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    poll_fn(|context| {
        let mut ready = waiting.iter_mut().map(|future| future.as_mut().poll(context));
        ready.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}
