//! Stage `waitForCondition`: waits until nothing is against going on. Behaviour: reference `pipelines-and-stages.md` §3.16.

use mainsheet_sdk::prelude::*;

/// Milliseconds between two looks.
const AGAIN: u32 = 10_000;

/// Waits until nothing that the provider watches is against going on.
#[config]
pub struct WaitForCondition {
    /// Provider that knows the conditions. Absent: nobody has any, and the stage succeeds at once.
    #[field(en = "Provider", zh = "云平台")]
    pub cloud_provider: Option<String>,
    /// Account that the conditions are about.
    #[field(en = "Account", zh = "账号", choices = "accounts")]
    pub account: Option<String>,
    /// Region that the conditions are about.
    #[field(en = "Region", zh = "地域")]
    pub region: Option<String>,
    /// Cluster that the conditions are about.
    #[field(en = "Cluster", zh = "集群")]
    pub cluster: Option<String>,
    /// `SKIPPED`, set while the stage runs, ends the wait.
    #[field(widget = "hidden")]
    pub status: Option<String>,
}

async fn wait(config: WaitForCondition, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("waitForCondition");
    let skipped = |status: &Value| status.as_str().is_some_and(|status| status.eq_ignore_ascii_case("SKIPPED"));
    if config.status.clone().is_some_and(|status| skipped(&status.into())) {
        return Ok(Finish::succeeded());
    }
    let told_to_skip = async {
        let mut patches = flow.patches();
        while !patches.next().await.values.get("status").is_some_and(skipped) {}
    };
    match select(met(&config, &flow), told_to_skip).await {
        Either::Left(met) => met?,
        Either::Right(()) => {}
    }
    Ok(Finish::succeeded())
}

/// Looks until the list of what is unmet is empty. A provider that cannot answer has not said that all is well.
async fn met(config: &WaitForCondition, flow: &Flow) -> Result<(), Failure> {
    let Some(provider) = config.cloud_provider.as_ref().filter(|name| !name.trim().is_empty()) else {
        return Ok(());
    };
    // The account is what it is about, and another provider's as a rule: nobody acts through it.
    let input = json!({ "account": config.account, "region": config.region, "cluster": config.cluster });
    let query = Query::new(provider, "unmet-conditions", input);
    for look in 1_u32.. {
        let unmet = match flow.query(format!("look/{look}"), query.clone()).await {
            Ok(answer) => answer,
            Err(failure) if failure.class.may_be_tried_again() => json!([{ "description": failure.message }]),
            Err(failure) => return Err(failure),
        };
        if unmet.as_array().is_none_or(Vec::is_empty) {
            break;
        }
        flow.progress(json!({ "unmetConditions": unmet }));
        flow.after(format!("again/{look}"), AGAIN).await;
    }
    Ok(())
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("waitForCondition", wait)
            .label("Wait for condition", "等待条件")
            .help(
                "Waits until nothing that the provider watches is against going on.",
                "等待云平台的所有条件满足后再继续。",
            )
            .skippable()
            .restart(&["status"], &[]),
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
