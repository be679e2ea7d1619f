//! Stage `savePipelinesFromArtifact`: saves the pipelines that an artifact holds. Behaviour: reference `pipelines-and-stages.md` §3.13.

use mainsheet_sdk::prelude::*;

/// Saves the pipelines that an artifact holds: `{"<application>": [pipeline, …], …}`.
#[config]
pub struct SavePipelines {
    /// Id of the expected artifact that holds them.
    #[field(en = "Expected artifact", zh = "期望制品", choices = "expected-artifacts")]
    pub pipelines_artifact_id: Option<String>,
    /// The artifact itself, where no id names one.
    #[field(en = "Artifact", zh = "制品", widget = "artifact")]
    pub pipelines_artifact: Option<Value>,
}

/// One pipeline that the artifact holds.
struct Document {
    application: String,
    pipeline: Value,
}

/// What has become of the pipelines so far.
#[derive(Default)]
struct Saved {
    created: Vec<Value>,
    updated: Vec<Value>,
    failed: Vec<Value>,
}

impl Saved {
    fn show(&self, flow: &Flow) {
        flow.context("pipelinesCreated", &self.created);
        flow.context("pipelinesUpdated", &self.updated);
        flow.context("pipelinesFailedToSave", &self.failed);
    }
}

async fn save(config: SavePipelines, flow: Flow) -> Result<Finish, Failure> {
    flow.phase("getPipelinesFromArtifact");
    let documents = documents(&fetch(&config, &flow).await?)?;
    flow.phase("savePipeline");
    let mut saved = Saved::default();
    for (index, document) in documents.iter().enumerate() {
        let label = format!("save/{}", index + 1);
        save_one(&label, document, &flow, &mut saved).await;
        saved.show(&flow);
    }
    flow.phase("savePipelinesCompleteTask");
    if saved.failed.is_empty() {
        return Ok(Finish::succeeded());
    }
    let message =
        format!("{} of {} pipelines could not be saved; the context lists them.", saved.failed.len(), documents.len());
    let failure = Failure::new(FailureClass::InvalidInput, code("pipelines.not-saved"), message);
    Ok(Finish::failed(failure.with_details(json!({ "pipelinesFailedToSave": saved.failed }))))
}

/// The artifact's content. An id wins over an artifact written in the stage.
async fn fetch(config: &SavePipelines, flow: &Flow) -> Result<String, Failure> {
    let id = config.pipelines_artifact_id.as_ref().filter(|id| !id.trim().is_empty());
    let inline = config.pipelines_artifact.as_ref().filter(|artifact| artifact.is_object());
    if id.is_none() && inline.is_none() {
        let (pointer, code) = ("/pipelinesArtifactId".to_owned(), "configuration.invalid".to_owned());
        return Err(Problem { pointer, code, message: "no artifact is named".to_owned() }.into());
    }
    let account = inline.and_then(|artifact| artifact.get("artifactAccount")).cloned();
    let input = json!({ "id": id, "artifact": inline, "account": account });
    let artifact = flow.query("artifact", Query::new("host", "artifact", input)).await?;
    // Neither provider nor account: the host knows who reads artifacts of this type.
    let fetched = flow.operate("fetch", Operation::new("fetch", artifact)).await?;
    let text = fetched.get("text").and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| unreadable("it has no text"))
}

/// A save that fails does not keep the others from being saved.
async fn save_one(label: &str, document: &Document, flow: &Flow, saved: &mut Saved) {
    let Document { application, pipeline } = document;
    let input = json!({ "application": application, "pipeline": pipeline, "byName": true });
    let name = pipeline.get("name").cloned().unwrap_or_default();
    match flow.operate(label, Operation::new("save-pipeline", input).provider("host")).await {
        Ok(answer) => {
            let told = json!({ "application": application, "name": answer.get("name").unwrap_or(&name), "id": answer.get("id") });
            let is_new = answer.get("revision").and_then(Value::as_i64) == Some(1);
            if is_new { saved.created.push(told) } else { saved.updated.push(told) }
        }
        Err(failure) => saved.failed.push(json!({
            "application": application, "name": name, "id": pipeline.get("id"), "code": failure.code, "message": failure.message,
        })),
    }
}

/// # Errors
/// `pipelines.unreadable` when the text is no object of lists, or holds no pipeline.
fn documents(text: &str) -> Result<Vec<Document>, Failure> {
    let content: Value = mainsheet_sdk::serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
    let Value::Object(applications) = content else {
        return Err(unreadable("it is no JSON object of lists by application"));
    };
    let mut documents = Vec::new();
    for (application, pipelines) in applications {
        let Value::Array(pipelines) = pipelines else {
            return Err(unreadable(&format!("what stands under `{application}` is no list of pipelines")));
        };
        documents.extend(pipelines.into_iter().map(|pipeline| Document { application: application.clone(), pipeline }));
    }
    if documents.is_empty() { Err(unreadable("it holds no pipeline")) } else { Ok(documents) }
}

fn unreadable(why: &str) -> Failure {
    let message = format!("The artifact does not say which pipelines to save: {why}.");
    Failure::new(FailureClass::InvalidInput, code("pipelines.unreadable"), message)
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("savePipelinesFromArtifact", save)
            .label("Save pipelines", "保存流水线")
            .help("Saves the pipelines that an artifact holds.", "保存制品中定义的流水线。")
            .restart(&["pipelinesCreated", "pipelinesUpdated", "pipelinesFailedToSave"], &[]),
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
