//! Stages `wait`, for a time, and `waitUntil`, for a moment. Behaviour: reference `pipelines-and-stages.md` §3.1.

mod until;

use mainsheet_sdk::config::read;
use mainsheet_sdk::prelude::*;

/// Waits for a time; may be shortened or skipped while it runs.
#[config]
pub struct Wait {
    /// Seconds to wait, counted from the start of the stage; absent is 0. Changed while the stage runs, the end moves.
    #[field(en = "Wait time", zh = "等待时间", help_zh = "等待的秒数，从阶段开始时计算", initial = 30)]
    wait_time: Seconds,
    /// Asked of whoever skips the rest of the wait.
    #[field(en = "Skip text", zh = "跳过提示", help_zh = "跳过等待时的确认文字", widget = "multiline")]
    skip_wait_text: Option<String>,
    /// Ends the wait at once; set while the stage runs.
    #[field(en = "Skip the rest", zh = "跳过等待", widget = "hidden")]
    skip_remaining_wait: Flag,
}

async fn wait(config: Wait, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("wait");
    let (mut length, mut skipped) = (config.wait_time, config.skip_remaining_wait.0);
    let mut patches = flow.patches();
    while !skipped {
        let elapsed = flow.until("elapsed", flow.started() + length.millis());
        match select(elapsed, patches.next()).await {
            Either::Left(()) => break,
            Either::Right(patch) => {
                let moved = patch.values.contains_key("waitTime");
                let patch: Wait = read(Value::Object(patch.values))?;
                skipped = patch.skip_remaining_wait.0;
                length = if moved { patch.wait_time } else { length };
            }
        }
    }
    Ok(Finish::succeeded())
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    let wait = Stage::new("wait", wait)
        .label("Wait", "等待")
        .help("Waits for a time; may be shortened or skipped while it runs.", "等待一段时间，运行中可以缩短或跳过。")
        .skippable()
        .restart(&["skipRemainingWait"], &[]);
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("Wait", "等待")
        .help("Waits for a time, or for a moment.", "等待一段时间，或等待到指定时刻。")
        .stage(wait)
        .stage(until::stage())
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
