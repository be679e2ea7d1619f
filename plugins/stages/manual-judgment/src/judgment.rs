//! The question, and what an answer or a patch says.

use mainsheet_sdk::flow::{ContextPatch, Reaction};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::stage::object;

use crate::config::ManualJudgment;

/// A person's word.
pub struct Judgment {
    /// Whether the pipeline goes on.
    pub goes_on: bool,
    /// The choice; empty if there was none.
    pub input: String,
    /// The person.
    pub by: Option<String>,
    /// Label of the answer that said it.
    pub label: String,
}

impl Judgment {
    /// An answer to the question.
    pub fn from_answer(answer: Reaction) -> Result<Self, Failure> {
        let judgment = read(&answer.value, "status", "input", answer.by, "judgment");
        let refusal = || {
            Failure::new(
                FailureClass::InvalidInput,
                code("judgment.unreadable"),
                "An answer has `status`: \"continue\" or \"stop\".",
            )
        };
        judgment.ok_or_else(refusal)
    }

    /// A patch of the stage's context, if it judges.
    pub fn from_patch(patch: ContextPatch) -> Option<Self> {
        read(&Value::Object(patch.values), "judgmentStatus", "judgmentInput", patch.by, &patch.label)
    }

    /// As the context holds it.
    pub fn word(&self) -> &'static str {
        if self.goes_on { "continue" } else { "stop" }
    }

    /// As notifications name it.
    pub fn moment(&self) -> &'static str {
        if self.goes_on { "manualJudgmentContinue" } else { "manualJudgmentStop" }
    }
}

/// Any other status than the two words is no judgment.
fn read(value: &Value, status: &str, input: &str, by: Option<String>, label: &str) -> Option<Judgment> {
    let status = value.get(status)?.as_str()?.trim();
    let goes_on = status.eq_ignore_ascii_case("continue");
    if !goes_on && !status.eq_ignore_ascii_case("stop") {
        return None;
    }
    let input = match value.get(input) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Some(Judgment { goes_on, input, by, label: label.to_owned() })
}

/// What people are asked. The choices are offered, not enforced, as in Spinnaker.
pub fn question(config: &ManualJudgment) -> Question {
    let choices: Vec<Value> = config.judgment_inputs.iter().map(|input| input.value.clone()).collect();
    Question {
        kind: "judgment".to_owned(),
        title: "Manual judgment".to_owned(),
        instructions: config.instructions.clone(),
        schema: json!({
            "type": "object",
            "required": ["status"],
            "properties": {
                "status": { "type": "string", "x-patch": "judgmentStatus", "oneOf": [
                    { "type": "string", "const": "continue", "title": "Continue", "x-ui": { "label": { "en": "Continue", "zh": "继续" } } },
                    { "type": "string", "const": "stop", "title": "Stop", "x-ui": { "label": { "en": "Stop", "zh": "停止" } } },
                ] },
                "input": { "type": "string", "x-patch": "judgmentInput", "examples": choices },
            },
        }),
        approving: object(json!({ "status": "continue" })),
        roles: config.roles().to_vec(),
        exclude_submitter: config.prevent_self_approval.0,
        ..Question::default()
    }
}
