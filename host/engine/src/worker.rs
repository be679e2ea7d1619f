//! Who is driven, and when: claims, wakes from the store, due times. Nothing here asks whether there is work; it is told.

use std::sync::Arc;

use store::Wake;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::actors::News;
use crate::core::Core;
use crate::drive::{Worker, drive};
use crate::tasks::Phase;

/// Drives whoever is ready, a bounded number at once, until calls are cut.
pub(crate) async fn dispatch(core: Arc<Core>) {
    loop {
        let next = async {
            let slot = core.in_flight.clone().acquire_owned().await;
            let place = core.workers.clone().acquire_owned().await;
            core.actors.ready().await;
            (slot, place)
        };
        let (Ok(slot), Ok(place)) = (tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Cut) => return,
            next = next => next,
        }) else {
            return;
        };
        let Some(claim) = core.actors.claim() else { continue };
        let (core, worker) = (core.clone(), Worker::new(place, &core.workers));
        core.clone().tasks.spawn(async move {
            drive(core, claim, worker).await;
            drop(slot);
        });
    }
}

/// Passes on what the store pushes after its commits.
pub(crate) async fn listen(core: Arc<Core>, mut wakes: UnboundedReceiver<Wake>) {
    loop {
        let wake = tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Cut) => return,
            wake = wakes.recv() => wake,
        };
        match wake {
            // Refused at its start, it ended with its admission.
            Some(Wake::Admitted(new)) if new.refused.is_some() => {}
            Some(Wake::Admitted(new)) => core.actors.tell(&new.execution.id.clone(), None, News::Admitted(new)),
            Some(Wake::Moved(id)) => core.actors.tell(&id, core.timers.application(&id).as_ref(), News::Moved),
            None => return,
        }
    }
}

/// Sleeps until the earliest due time, and hands over who is due.
pub(crate) async fn watch_clock(core: Arc<Core>) {
    loop {
        for (id, application) in core.timers.take_due(core.now()) {
            core.actors.tell(&id, application.as_ref(), News::Due);
        }
        let earliest = core.timers.earliest();
        tokio::select! {
            biased;
            () = core.tasks.reached(Phase::Cut) => return,
            () = core.environment.sleep_until(earliest.unwrap_or(domain::Timestamp::NEVER)), if earliest.is_some() => {}
            () = core.timers.earlier() => {}
        }
    }
}
