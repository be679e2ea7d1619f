//! Stages `jenkins` and `ci`: run a build on a CI server, `ci` through whatever provider it names. Behaviour: reference
//! `pipelines-and-stages.md` §3.10.
//!
//! A provider for it has four operations, with `{master, job}` in each input: `start` `{parameters}` answers `{queuedBuild}`; `number` `{queuedBuild}` waits for
//! the build to leave the queue and answers `{number}`; `build` `{number}` waits for its end and answers what it is; `properties` `{number, file}` answers
//! the keys of a file. And `stop` `{queuedBuild, number?}`.

mod config;
mod outcome;

use mainsheet_sdk::prelude::*;

pub use config::Build;

async fn jenkins(config: Build, flow: Flow) -> Finish {
    run(Build { ci_provider: "jenkins".to_owned(), ..config }, flow).await
}

async fn run(config: Build, flow: Flow) -> Finish {
    if let Some(problem) = config.clone().problems().into_iter().next() {
        return Finish::failed(problem.into());
    }
    let begun = std::cell::RefCell::new(None);
    match select(build(&config, &flow, &begun), flow.cancelled()).await {
        Either::Left(Ok(finish)) => finish,
        Either::Left(Err(failure)) => Finish::failed(failure),
        Either::Right(cancel) => {
            let known = begun.borrow().clone();
            if let Some(known) = known {
                // Whether it could be stopped changes nothing: the stage ends.
                let _ = flow.operate("stop", config.operation("stop", known)).await;
            }
            Finish::of(&cancel)
        }
    }
}

/// Starts the build and follows it; `begun` is what a stop needs to know.
async fn build(config: &Build, flow: &Flow, begun: &std::cell::RefCell<Option<Value>>) -> Result<Finish, Failure> {
    flow.phase("startJenkinsJob");
    let parameters = json!({ "parameters": config.parameters });
    let started = flow.operate("start", config.operation("start", parameters)).await?;
    let queued = started.get("queuedBuild").cloned().unwrap_or_default();
    flow.context("queuedBuild", &queued);
    begun.replace(Some(json!({ "queuedBuild": queued })));
    flow.phase("waitForJenkinsJobStart");
    let numbered = flow.operate("number", config.operation("number", json!({ "queuedBuild": queued }))).await?;
    let number = numbered.get("number").cloned().unwrap_or_default();
    flow.context("buildNumber", &number);
    begun.replace(Some(json!({ "queuedBuild": queued, "number": number })));
    if !config.wait_for_completion.0 {
        return Ok(Finish::succeeded());
    }
    flow.phase("monitorJenkinsJob");
    let info = flow.operate("build", config.operation("build", json!({ "number": number }))).await?;
    begun.replace(None);
    flow.context("buildInfo", &info);
    flow.output("buildInfo", &info);
    flow.output("buildNumber", &number);
    let end = outcome::end(&info, config);
    if end.status == Status::Cancelled {
        return Ok(end);
    }
    properties(config, flow, &number, end.status == Status::Succeeded).await?;
    if end.status == Status::Succeeded {
        flow.phase("getBuildArtifacts");
        flow.artifacts(outcome::artifacts(&info, config));
        if config.expected_artifacts.is_some() {
            flow.phase("bindProducedArtifacts");
        }
    }
    Ok(end)
}

/// The keys of the property file become outputs. After a build that failed that is only tried.
async fn properties(config: &Build, flow: &Flow, number: &Value, must: bool) -> Result<(), Failure> {
    let Some(file) = config.property_file() else { return Ok(()) };
    flow.phase(if must { "getBuildProperties" } else { "getProperties" });
    let input = json!({ "number": number, "file": file });
    match flow.operate("properties", config.operation("properties", input)).await {
        Ok(properties) => {
            for (key, value) in properties.as_object().into_iter().flatten() {
                flow.output(key, value);
            }
            flow.context("propertyFileContents", &properties);
            flow.output("propertyFileContents", properties);
            Ok(())
        }
        Err(failure) if must => Err(failure),
        Err(_) => Ok(()),
    }
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    let dropped: &[&str] = &["buildInfo", "buildNumber", "queuedBuild", "propertyFileContents"];
    let jenkins = Stage::new("jenkins", jenkins)
        .label("Jenkins", "Jenkins 构建")
        .help("Runs a build on a Jenkins server.", "在 Jenkins 服务器上执行构建。")
        .check(Build::problems)
        .restart(dropped, &[]);
    let ci = Stage::new("ci", run)
        .label("CI build", "CI 构建")
        .help("Runs a build on a CI server, through the provider it names.", "通过指定的插件在 CI 服务器上执行构建。")
        .check(Build::problems)
        .restart(dropped, &[]);
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .label("CI builds", "CI 构建")
        .help("Runs builds on CI servers.", "在 CI 服务器上执行构建。")
        .stage(jenkins)
        .stage(ci)
}

mainsheet_sdk::export_stages!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::stages(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
