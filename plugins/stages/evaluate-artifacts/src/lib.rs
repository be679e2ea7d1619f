//! Stage `evaluateArtifacts`: makes artifacts of texts. Behaviour: reference `pipelines-and-stages.md` §3.5.

use base64::{Engine, engine::general_purpose::STANDARD};
use mainsheet_sdk::prelude::*;

/// Makes embedded artifacts of texts whose expressions are evaluated.
#[config]
pub struct EvaluateArtifacts {
    /// What becomes an artifact.
    #[field(
        en = "Artifacts",
        zh = "制品内容",
        help_zh = "内容中的表达式求值后成为内嵌制品",
        widget = "artifact-contents"
    )]
    pub artifact_contents: Vec<Content>,
    /// Artifacts to bind from them.
    #[field(en = "Expected artifacts", zh = "期望制品", widget = "artifact")]
    pub expected_artifacts: Option<Vec<Value>>,
}

/// One artifact to be.
#[config]
pub struct Content {
    /// Its name.
    #[field(en = "Name", zh = "名称")]
    pub name: String,
    /// Its content. What an expression made of it and is no text becomes JSON.
    #[field(en = "Contents", zh = "内容", widget = "code")]
    pub contents: Value,
    /// Its id.
    #[field(widget = "hidden")]
    pub id: Option<Value>,
}

impl Content {
    fn artifact(&self) -> Value {
        let text = match &self.contents {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        json!({
            "type": "embedded/base64", "name": self.name, "reference": STANDARD.encode(text),
            "artifactAccount": "embedded-artifact",
        })
    }
}

async fn evaluate(config: EvaluateArtifacts, flow: Flow) -> Finish {
    flow.phase("evaluateArtifacts");
    let artifacts: Vec<Value> = config.artifact_contents.iter().map(Content::artifact).collect();
    flow.output("artifacts", &artifacts);
    flow.artifacts(artifacts);
    flow.phase("bindProducedArtifacts");
    Finish::succeeded()
}

/// The plugin.
pub fn plugin() -> StagePlugin {
    StagePlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).stage(
        Stage::new("evaluateArtifacts", evaluate).label("Evaluate artifacts", "计算制品").help(
            "Makes embedded artifacts of texts whose expressions are evaluated.",
            "将文本中的表达式求值，并生成内嵌制品。",
        ),
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
