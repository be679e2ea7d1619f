//! Expressions that people try out: against executions, stages and contexts, and everything that can be wrong with the request.

use serde_json::{Value, json};

use super::Client;

const PATH: &str = "/api/v1/expressions/evaluate";

/// Problems as `pointer`s of a refused request.
async fn refused(client: &Client, body: &Value) -> Vec<String> {
    let reply = client.post(PATH, body).await;
    assert_eq!(reply.status, 422, "{reply:?}");
    reply.pointers()
}

#[tokio::test]
async fn texts_are_evaluated_against_a_context() {
    let client = Client::open().await;
    let context = json!({ "tag": "1.2", "parameters": { "region": "eu" }, "list": [1, 2, 3] });
    let expressions = json!([
        "v${tag}",
        "list.size() + 1",
        "${parameters.region}",
        "plain",
        "${tga} of ${tag}",
        "1 +",
        "#readYmal('a')"
    ]);
    let reply = client.post(PATH, &json!({ "context": context, "expressions": expressions })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let results = reply.json()["results"].clone();
    assert_eq!(results[0], json!({ "expression": "v${tag}", "value": "v1.2" }));
    assert_eq!(results[1]["value"], 4);
    assert_eq!(results[2]["value"], "eu");
    assert_eq!(results[3]["error"]["code"], "expression.unresolved");
    let partial = &results[4];
    assert_eq!(partial["partial"], "${tga} of 1.2");
    assert_eq!((&partial["error"]["name"], &partial["error"]["nearest"][0]), (&json!("tga"), &json!("tag")));
    assert_eq!(partial["error"]["column"], 3);
    assert_eq!((&results[5]["error"]["code"], results[5].get("value")), (&json!("expression.syntax"), None));
    let unknown = &results[6]["error"];
    assert_eq!((&unknown["code"], &unknown["nearest"][0]), (&json!("expression.unknown-function"), &json!("readYaml")));
    assert_eq!((&unknown["line"], &unknown["column"]), (&json!(1), &json!(1)));
    let summary = reply.json()["summary"].clone();
    assert_eq!(summary["tga of tag"][0]["level"], "INFO", "{summary}");
    assert_eq!(summary["1 +"][0]["level"], "ERROR", "{summary}");
}

#[tokio::test]
async fn texts_are_evaluated_against_an_execution_and_as_one_of_its_stages() {
    let (client, pipeline) = Client::shop().await;
    let body = json!({ "parameters": { "version": "7" } });
    let started = client.post(&format!("/api/v1/pipelines/{pipeline}/executions"), &body).await.json();
    let execution = started["id"].clone();
    let path = format!("/api/v1/executions/{}", execution.as_str().expect("an id"));
    let stage = client.get(&path).await.json()["stages"][0].clone();
    let ask =
        |stage: Option<&Value>, text: &str| json!({ "execution": execution, "stage": stage, "expressions": [text] });
    let reply = client.post(PATH, &ask(None, "${execution.application}/${trigger.parameters.version}")).await;
    assert_eq!(reply.json()["results"][0]["value"], "shop/7", "{reply:?}");
    for wanted in [&stage["id"], &stage["refId"]] {
        let reply = client.post(PATH, &ask(Some(wanted), "#currentStage().refId + parameters.version")).await;
        assert_eq!(reply.json()["results"][0]["value"], "17", "{reply:?}");
    }
    let reply = client.post(PATH, &ask(None, "#currentStage().refId")).await;
    assert_eq!(reply.json()["results"][0]["error"]["code"], "expression.call-failed", "{reply:?}");

    let unknown = client.post(PATH, &ask(Some(&json!("99")), "1")).await;
    assert_eq!(unknown.refusal(), (404, "stage.unknown".into()));
    let unknown = client.post(PATH, &json!({ "execution": "01NOBODY", "expressions": ["1"] })).await;
    assert_eq!(unknown.refusal(), (404, "execution.unknown".into()));
    let stranger = client.bed.member("stranger", &["others"]).await;
    let denied = client.call("POST", PATH, &stranger, Some(&ask(None, "1"))).await;
    assert_eq!(denied.refusal(), (403, "access.denied".into()));
    let reader = client.bed.member("reader", &["dev"]).await;
    assert_eq!(client.call("POST", PATH, &reader, Some(&ask(None, "1"))).await.status, 200);
}

#[tokio::test]
async fn nothing_is_told_of_applications_that_one_may_not_read() {
    let (client, _) = Client::shop().await;
    let body = json!({ "expressions": ["#applicationMetadata('shop').name"] });
    let allowed = client.post(PATH, &body).await.json();
    assert_eq!(allowed["results"][0]["value"], "shop", "{allowed}");
    let stranger = client.bed.member("stranger", &["others"]).await;
    let denied = client.call("POST", PATH, &stranger, Some(&body)).await.json();
    let missing = json!({ "expressions": ["#applicationMetadata('nothing').name"] });
    let missing = client.call("POST", PATH, &stranger, Some(&missing)).await.json();
    for result in
        denied["results"].as_array().expect("results").iter().chain(missing["results"].as_array().expect("one"))
    {
        assert_eq!(result["error"]["code"], "expression.need-failed", "{result}");
        assert!(result["error"]["message"].as_str().is_some_and(|said| said.contains("may not read it")), "{result}");
    }
}

#[tokio::test]
async fn a_wrong_request_is_refused_with_the_place() {
    let client = Client::open().await;
    assert_eq!(refused(&client, &json!({})).await, ["/expressions"]);
    assert_eq!(refused(&client, &json!({ "expressions": [] })).await, ["/expressions"]);
    assert_eq!(refused(&client, &json!({ "expressions": vec!["1"; 101] })).await, ["/expressions"]);
    let long = "1".repeat(10_001);
    assert_eq!(refused(&client, &json!({ "expressions": ["1", long, 3] })).await, ["/expressions/1", "/expressions/2"]);
    assert_eq!(refused(&client, &json!({ "context": [], "expressions": ["1"] })).await, ["/context"]);
    assert_eq!(refused(&client, &json!({ "context": {}, "execution": "x", "expressions": ["1"] })).await, ["/context"]);
    assert_eq!(refused(&client, &json!({ "stage": 7, "a/b": 1, "expressions": ["1"] })).await, ["/a~1b", "/stage"]);
    assert_eq!(refused(&client, &json!({ "stage": "7", "context": {}, "expressions": ["1"] })).await, ["/stage"]);
    let large = json!({ "context": { "a": "x".repeat(9 << 20) }, "expressions": ["1"] });
    assert_eq!(client.post(PATH, &large).await.refusal(), (413, "request.too-large".into()));
    let stranger = client.call("POST", PATH, "", Some(&json!({ "expressions": ["1"] }))).await;
    assert_eq!(stranger.refusal(), (401, "request.token-missing".into()));
    let full = client.post(PATH, &json!({ "expressions": vec!["1"; 100] })).await;
    assert_eq!(full.json()["results"].as_array().map(Vec::len), Some(100));
}

#[tokio::test]
async fn what_takes_too_long_ends_in_an_error() {
    let client = Client::open().await;
    let text = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' matches '(.*a){12}b'";
    let reply = client.post(PATH, &json!({ "expressions": [text] })).await.json();
    assert_eq!(reply["results"][0]["error"]["code"], "expression.pattern", "{reply}");
}
