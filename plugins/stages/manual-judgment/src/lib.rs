//! Stage `manualJudgment`: waits for a person's word. Behaviour: reference `pipelines-and-stages.md` §3.2.

mod config;
mod judgment;

use mainsheet_sdk::prelude::*;

pub use config::ManualJudgment;
use judgment::{Judgment, question};

/// 72 hours in milliseconds.
const TIMEOUT: u64 = 259_200_000;

/// What notifications say of a stage that waits.
const AWAITS: &str = "is awaiting manual judgment";

async fn judge(config: ManualJudgment, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("waitForJudgment");
    let judged = async {
        match select(flow.ask("judgment", question(&config)), patched(&config, &flow)).await {
            Either::Left(answer) => Judgment::from_answer(answer?),
            Either::Right(judgment) => Ok(judgment),
        }
    };
    // The reminders never end by themselves, so the word of a person always comes first.
    let judgment = match select(judged, remind(&config, &flow)).await {
        Either::Left(judgment) => judgment?,
        Either::Right(never) => match never {},
    };
    flow.context("judgmentStatus", judgment.word());
    flow.context("judgmentInput", &judgment.input);
    if let Some(by) = &judgment.by {
        flow.context("lastModifiedBy", by);
    }
    if config.send_notifications.0 {
        let says = if judgment.goes_on { "was judged to continue" } else { "was judged to stop" };
        let detail = json!({ "says": says, "judgmentInput": judgment.input, "judgedBy": judgment.by });
        flow.notify("notify/judged", judgment.moment(), detail).await;
    }
    if !judgment.goes_on {
        let message = "The judgment was \"stop\": the stage counts as failed, and the stage's choice for failures decides what follows.";
        return Ok(Finish::failed(Failure::new(FailureClass::Denied, code("judgment.stopped"), message)));
    }
    let finish = Finish::succeeded();
    let propagates = config.propagate_authentication_context.0;
    Ok(if propagates { finish.acting_as(judgment.label) } else { finish })
}

/// A judgment that comes as a patch of the stage's context, as Spinnaker's clients send it. Where the question is restricted a patch is not an answer:
/// the host turns the patches of entitled people into answers (`x-patch` in the question's schema), and only they count.
async fn patched(config: &ManualJudgment, flow: &Flow) -> Judgment {
    let mut patches = flow.patches();
    loop {
        let patch = patches.next().await;
        if config.is_restricted() {
            continue;
        }
        if let Some(judgment) = Judgment::from_patch(patch) {
            return judgment;
        }
    }
}

/// Tells people that a judgment is awaited: once, and again every so often where a notification asks for it.
async fn remind(config: &ManualJudgment, flow: &Flow) -> std::convert::Infallible {
    if !config.notifications.is_empty() {
        flow.notify("notify/awaiting", "manualJudgment", detail(config)).await;
    }
    if let (true, Some(interval)) = (config.send_notifications.0, config.reminder_interval()) {
        for reminder in 1_u32.. {
            flow.active(format!("remind/{reminder}"), interval).await;
            let mut again = detail(config);
            again["reminder"] = reminder.into();
            flow.notify(format!("notify/awaiting/{reminder}"), "manualJudgment", again).await;
        }
    }
    std::future::pending().await
}

/// What a message about the question may say.
fn detail(config: &ManualJudgment) -> Value {
    let inputs: Vec<&Value> = config.judgment_inputs.iter().map(|input| &input.value).collect();
    json!({ "says": AWAITS, "instructions": config.instructions, "judgmentInputs": inputs })
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("manualJudgment", judge)
            .label("Manual judgment", "人工确认")
            .help(
                "Waits until a person decides whether to go on, and keeps what they chose.",
                "等待人工确认是否继续，并保留所选的选项。",
            )
            .timeout(TIMEOUT)
            .restart(&["judgmentStatus", "lastModifiedBy"], &[]),
    )
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
