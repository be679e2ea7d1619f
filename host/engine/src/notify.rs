//! Telling people: an event becomes one operation for each entry that is due, of the commit that holds the event. So it is told once,
//! whatever happens to the process, and a delivery that fails is tried again as any operation is.

use domain::notification::{self, Notification, OPERATION, Occasion};
use domain::operation::{Operation, OperationKey, OperationState};
use domain::plugin::{Catalog, Installed};
use domain::problem::nearest;
use domain::stage::request::OperationRequest;
use domain::{Failure, FailureClass, Params, Timestamp, code::code};

use crate::core::Core;
use crate::drive::Worker;
use crate::evaluate;
use crate::gathered::Gathered;
use crate::seat::Seat;
use crate::trouble::Trouble;

/// Something to be told: by a stage, or by the host itself.
pub(crate) struct Event {
    /// Its identity.
    pub key: OperationKey,
    /// Which of the configured `when` values.
    pub when: String,
    /// More for the text.
    pub detail: Params,
}

/// Orders the deliveries of an event. An entry whose type nothing delivers is shown with the reason, and is no error.
pub(crate) async fn order(
    core: &Core,
    worker: &mut Worker,
    seat: &mut Seat,
    gathered: &mut Gathered,
    event: Event,
    now: Timestamp,
) -> Result<(), Trouble> {
    let position = seat.view.position(&event.key.stage);
    let due = match position {
        Some(position) => {
            let config = seat.view.stages[position].configuration();
            let by_host = notification::is_event(&event.key.label);
            notification::due_for_stage(config, &event.when, by_host, &event.detail)
        }
        None => {
            let execution = &seat.view.execution;
            let application = core.app.notifications_of(&execution.application).await?;
            notification::due_for_execution(&seat.document, &execution.trigger, &application, &event.when)
        }
    };
    for (index, entry) in due.into_iter().enumerate() {
        let entry = evaluated(core, worker, seat, position, entry, now).await;
        let notifier = find(&seat.catalog, &entry.kind);
        let request = notifier.as_ref().ok().map(|notifier| request(core, seat, position, &event, &entry, notifier));
        let told = scheduler::tell(&mut seat.view, &event.key, &event.when, (index, &entry), notifier.map(drop), now);
        if let (Some(key), Some((request, digest))) = (told, request) {
            gathered.operations.push(Operation {
                key,
                application: seat.view.execution.application.to_string(),
                principal: seat.view.execution.principal.clone(),
                request,
                digest,
                ordered: now,
                state: OperationState::Ordered,
                cancelling: false,
            });
        }
    }
    Ok(())
}

/// The entry with results in the place of expressions; what fails stays as it is written.
async fn evaluated(
    core: &Core,
    worker: &mut Worker,
    seat: &mut Seat,
    position: Option<usize>,
    entry: Notification,
    now: Timestamp,
) -> Notification {
    if !domain::evaluation::has_expressions(&entry.entry) {
        return entry;
    }
    let value = evaluate::value(core, worker, seat, position, &entry.entry, now).await;
    Notification::read(value.value()).unwrap_or(entry)
}

fn request(
    core: &Core,
    seat: &Seat,
    position: Option<usize>,
    event: &Event,
    entry: &Notification,
    notifier: &Installed,
) -> (OperationRequest, domain::Digest) {
    let occasion = Occasion {
        execution: &seat.view.execution,
        stage: position.map(|position| &seat.view.stages[position]),
        when: &event.when,
        detail: &event.detail,
        console: core.app.console(),
    };
    let request = OperationRequest {
        account: None,
        provider: notifier.manifest.provider.clone(),
        kind: OPERATION.to_owned(),
        input: occasion.input(entry),
        pace: None,
    };
    (request, notifier.digest.clone())
}

/// The provider that delivers notifications of this type.
fn find<'c>(catalog: &'c Catalog, kind: &str) -> Result<&'c Installed, Failure> {
    catalog.find_notifier(kind).ok_or_else(|| {
        let all = catalog.plugins().values().filter(|installed| installed.enabled);
        let near = nearest(kind, all.flat_map(|installed| &installed.manifest.notifications).map(String::as_str));
        let near = near.first().map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
        let message = format!(
            "No plugin of catalogue revision {} delivers notifications of the type `{kind}`.{near} Install one; executions that start later use it.",
            catalog.revision
        );
        Failure::new(FailureClass::NotFound, code("notification.no-provider"), message)
    })
}
