//! Stage `waitUntil`.

use mainsheet_sdk::prelude::*;

/// Waits until a moment.
#[config]
pub struct WaitUntil {
    /// The moment, in milliseconds since 1970-01-01 00:00 UTC. Absent, or passed: it does not wait.
    #[field(en = "Moment", zh = "时刻", help_zh = "自 1970 年起的毫秒数（UTC）")]
    pub epoch_millis: Option<Integer>,
}

#[expect(clippy::cast_precision_loss, reason = "instants are whole milliseconds up to 2^53")]
async fn wait_until(config: WaitUntil, flow: Flow) -> Finish {
    flow.phase("waitUntil");
    flow.context("startTime", flow.started());
    if let Some(Integer(moment)) = config.epoch_millis {
        flow.until("moment", moment as f64).await;
    }
    Finish::succeeded()
}

/// The stage type.
pub fn stage() -> Stage {
    Stage::new("waitUntil", wait_until)
        .label("Wait until", "等待至")
        .help("Waits until a moment.", "等待到指定时刻。")
        .restart(&["startTime"], &[])
}
