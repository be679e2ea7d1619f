//! `mainsheet answer`: what a person says to a question.

use clap::Args;
use domain::code::code;
use domain::problem::nearest;
use serde_json::{Map, Value};

use super::Context;
use super::client::{Client, Content, Page, Question, route};
use super::error::{CliError, Exit};
use super::get::decode;
use super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet get questions                                what waits for a person
  mainsheet answer 01JD… continue                        the only question of this execution
  mainsheet answer 01JD… stop --stage 'Approve the release'
  mainsheet answer 01JD… continue --set input=canary     a word and more of the answer
  mainsheet answer 01JD… --json '{\"status\": \"continue\"}'   the whole answer";

/// Answer a question that an execution asks.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The execution, or the question.
    #[arg(value_name = "EXECUTION|QUESTION")]
    target: String,
    /// One of the words that the question offers, such as `continue` or `stop`.
    #[arg(required_unless_present = "json")]
    word: Option<String>,
    /// The stage that asks, by name or reference, where several do.
    #[arg(long)]
    stage: Option<String>,
    /// More members of the answer.
    #[arg(long, value_name = "KEY=VALUE", value_parser = super::run::pair)]
    set: Vec<(String, String)>,
    /// The whole answer as a JSON document.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["word", "set"])]
    json: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let client = context.client();
        let question = self.question(&client)?;
        let answer = self.answer(&question)?;
        let path = route::below("questions", &question.id, "answers");
        let reply = client.post(&path, &Content::Json(&answer))?;
        if context.json() {
            output::json(&reply);
        } else {
            output::line(&format!("answered `{}` of execution {}", question.title, question.execution));
        }
        Ok(Exit::Success)
    }

    /// The open question that is meant.
    fn question(&self, client: &Client) -> Result<Question, CliError> {
        let path = format!("{}?execution={}", route::all("questions"), super::client::segment(&self.target));
        let page: Page<Question> = decode(client.get(&path)?)?;
        let mut open = page.items;
        if let Some(stage) = &self.stage {
            let stage = super::skip::stage(client, &self.target, stage)?;
            open.retain(|question| question.stage == stage.id);
        }
        match open.len() {
            1 => Ok(open.remove(0)),
            0 if self.stage.is_none() => decode(client.get(&route::one("questions", &self.target))?),
            0 => Err(self.refuse(format!(
                "no stage `{}` of {} asks anything",
                self.stage.as_deref().unwrap_or_default(),
                self.target
            ))),
            _ => {
                let ids: Vec<&str> = open.iter().map(|question| question.id.as_str()).collect();
                let message = format!(
                    "{} asks several questions: choose with --stage, or name one of {}",
                    self.target,
                    ids.join(", ")
                );
                Err(self.refuse(message))
            }
        }
    }

    fn answer(&self, question: &Question) -> Result<Value, CliError> {
        if let Some(text) = &self.json {
            return serde_json::from_str(text)
                .map_err(|error| self.refuse(format!("--json is no JSON document: {error}")));
        }
        let mut answer = Map::new();
        if let Some(word) = &self.word {
            let offered = words(&question.schema);
            let found = offered.iter().find(|(_, offer)| offer.eq_ignore_ascii_case(word));
            let (key, offer) = found.ok_or_else(|| self.refuse(unknown_word(word, &offered)))?;
            answer.insert(key.clone(), Value::String(offer.clone()));
        }
        for (key, value) in &self.set {
            answer.insert(key.clone(), Value::String(value.clone()));
        }
        Ok(Value::Object(answer))
    }

    fn refuse(&self, message: String) -> CliError {
        CliError::new(Exit::Usage, code("cli.answer-unclear"), message)
    }
}

/// The words that a question's schema offers, each with the member of the answer it is for: constants and enumerations.
fn words(schema: &Value) -> Vec<(String, String)> {
    let members = schema.get("properties").and_then(Value::as_object);
    let mut found = Vec::new();
    for (key, member) in members.into_iter().flatten() {
        let listed = member.get("enum").and_then(Value::as_array).into_iter().flatten();
        let choices =
            ["oneOf", "anyOf"].into_iter().filter_map(|name| member.get(name)).filter_map(Value::as_array).flatten();
        let constants = choices.filter_map(|choice| choice.get("const")).chain(member.get("const"));
        for word in listed.chain(constants).filter_map(Value::as_str) {
            found.push((key.clone(), word.to_owned()));
        }
    }
    found
}

fn unknown_word(word: &str, offered: &[(String, String)]) -> String {
    let all: Vec<&str> = offered.iter().map(|(_, word)| word.as_str()).collect();
    if all.is_empty() {
        return "this question is not answered by a word: give the answer with --json".into();
    }
    match nearest(word, all.iter().copied()).first() {
        Some(near) => format!("`{word}` is no answer to this question; did you mean `{near}`?"),
        None => format!("`{word}` is no answer to this question; it takes {}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_a_schema_lists_them() {
        let schema = serde_json::json!({ "properties": {
            "status": { "oneOf": [{ "const": "continue" }, { "const": "stop" }] },
            "size": { "enum": ["small", "large"] },
            "input": { "type": "string", "examples": ["no word"] },
        }});
        let found = words(&schema);
        let found: Vec<(&str, &str)> = found.iter().map(|(key, word)| (key.as_str(), word.as_str())).collect();
        assert_eq!(found, [("status", "continue"), ("status", "stop"), ("size", "small"), ("size", "large")]);
        assert!(unknown_word("contiune", &words(&schema)).contains("did you mean `continue`"));
    }
}
