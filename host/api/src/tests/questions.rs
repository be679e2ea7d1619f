//! Questions: who may answer, how many must, and that an answer is taken once.

use app::bed::document;
use domain::Params;
use domain::question::Question;
use serde_json::{Value, json};

use super::Client;

/// A question as a judgment asks it.
pub fn judgment(roles: &[&str], quorum: u32) -> Question {
    let schema = json!({ "type": "object", "required": ["status"], "properties": { "status": { "enum": ["continue", "stop"] } } });
    Question {
        kind: "judgment".into(),
        title: "Go on?".into(),
        instructions: String::new(),
        schema: Params::new(schema),
        approving: Params::new(json!({ "status": "continue" })),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        quorum,
        distinct_roles: false,
        exclude_submitter: false,
        expires: None,
    }
}

/// A client with a running execution that asks `question`; returns the path of its answers and the execution's id.
async fn asked(question: Question) -> (Client, String, String) {
    let (client, pipeline) = Client::shop().await;
    let execution = client.started(&pipeline).await;
    client.bed.drive(&execution, "1", vec![question], Vec::new()).await;
    let open = client.get(&format!("/api/v1/questions?execution={execution}")).await.json();
    let id = open["items"][0]["id"].as_str().expect("a question").to_owned();
    (client, format!("/api/v1/questions/{id}/answers"), execution)
}

fn word(text: &str) -> Value {
    json!({ "status": text })
}

#[tokio::test]
async fn an_answer_fits_the_schema_decides_and_is_taken_once() {
    let (client, path, execution) = asked(judgment(&[], 1)).await;
    let wrong = client.post(&path, &word("maybe")).await;
    assert_eq!(wrong.refusal(), (422, "question.answer-invalid".into()));
    assert_eq!(wrong.pointers(), ["/status"]);
    let taken = client.post(&path, &word("continue")).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["decided"]), (201, &json!(true)));
    let late = client.bed.member("late", &["runner"]).await;
    let second = client.call("POST", &path, &late, Some(&word("stop"))).await;
    assert_eq!(second.refusal(), (409, "question.closed".into()));
    assert!(second.text.contains("admin"), "whoever answered is named: {}", second.text);
    let whole = client.get(&format!("/api/v1/executions/{execution}")).await.json();
    assert_eq!(whole["questions"], json!([]));
    assert_eq!(whole["decided"][0]["votes"][0]["answer"], word("continue"));
    let nobody = client.post("/api/v1/questions/none.1.x/answers", &word("stop")).await;
    assert_eq!(nobody.refusal(), (404, "question.unknown".into()));
}

#[tokio::test]
async fn as_many_people_as_the_quorum_wants_must_approve_however_fast_they_are() {
    let (client, path, execution) = asked(judgment(&["qa"], 3)).await;
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid"] {
        people.push(client.bed.member(name, &["qa"]).await);
    }
    let outsider = client.bed.member("out", &["runner"]).await;
    let refused = client.call("POST", &path, &outsider, Some(&word("continue"))).await;
    assert_eq!(refused.refusal(), (403, "access.denied".into()));
    assert!(refused.text.contains("qa"), "the missing role is named: {}", refused.text);
    let answer = word("continue");
    let replies =
        futures::future::join_all(people.iter().map(|who| client.call("POST", &path, who, Some(&answer)))).await;
    let decided = replies.iter().filter(|reply| reply.json()["decided"] == json!(true)).count();
    assert_eq!(decided, 1, "three votes, one decision: {replies:?}");
    let loaded =
        client.bed.app.store().executions().load(&execution.as_str().into()).await.expect("a read").expect("it");
    assert_eq!(loaded.inbox.len(), 1, "the stage is told once");
}

#[tokio::test]
async fn a_person_counts_once_and_a_refusal_decides() {
    let (client, path, _) = asked(judgment(&["qa"], 2)).await;
    let ann = client.bed.member("ann", &["qa"]).await;
    let bob = client.bed.member("bob", &["qa"]).await;
    let first = client.call("POST", &path, &ann, Some(&word("continue"))).await;
    assert_eq!(first.json()["decided"], json!(false));
    let again = client.call("POST", &path, &ann, Some(&word("continue"))).await;
    assert_eq!(again.refusal(), (409, "question.voted".into()));
    let stop = client.call("POST", &path, &bob, Some(&word("stop"))).await;
    assert_eq!(stop.json()["decided"], json!(true));
}

#[tokio::test]
async fn each_approval_from_another_role_and_none_by_the_submitter() {
    let question = Question { distinct_roles: true, exclude_submitter: true, ..judgment(&["qa", "ops"], 2) };
    let (client, path, _) = asked(question).await;
    let own = client.post(&path, &word("continue")).await;
    assert_eq!(own.refusal(), (403, "access.denied".into()), "the administrator started it");
    let ann = client.bed.member("ann", &["qa"]).await;
    let bob = client.bed.member("bob", &["qa"]).await;
    let cid = client.bed.member("cid", &["qa", "ops"]).await;
    assert_eq!(client.call("POST", &path, &ann, Some(&word("continue"))).await.status, 201);
    let same = client.call("POST", &path, &bob, Some(&word("continue"))).await;
    assert_eq!(same.refusal(), (409, "question.role-used".into()));
    let other = client.call("POST", &path, &cid, Some(&word("continue"))).await;
    assert_eq!(other.json()["question"]["votes"][1]["role"], "ops");
    assert_eq!(other.json()["decided"], json!(true));
}

#[tokio::test]
async fn open_questions_are_listed_for_those_who_may_look() {
    let (client, _, _) = asked(judgment(&["qa"], 1)).await;
    client.put("/api/v1/applications/other", &json!({})).await;
    client.post("/api/v1/applications/other/pipelines", document("other", "x").value()).await;
    let dev = client.bed.member("dev", &["dev"]).await;
    let all = client.call("GET", "/api/v1/questions", &dev, None).await.json();
    assert_eq!(all["items"][0]["title"], "Go on?");
    let stranger = client.bed.member("stranger", &[]).await;
    assert_eq!(client.call("GET", "/api/v1/questions", &stranger, None).await.json()["items"], json!([]));
    let named = client.call("GET", "/api/v1/questions?application=shop", &stranger, None).await;
    assert_eq!(named.refusal(), (403, "access.denied".into()));
}
