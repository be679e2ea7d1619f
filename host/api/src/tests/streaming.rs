//! The live stream: what is committed, resumable, honest about what is not.

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt;
use serde_json::json;
use tower::ServiceExt;

use super::Client;

struct Live {
    chunks: BodyDataStream,
    text: String,
}

impl Live {
    async fn open(client: &Client, path: &str, token: &str, after: Option<&str>) -> Live {
        let mut request =
            Request::get(path).header("authorization", format!("Bearer {token}")).header("accept", "text/event-stream");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let response =
            client.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(response.status(), 200);
        Live { chunks: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event: its name, its id and its data.
    async fn next(&mut self) -> (String, Option<String>, serde_json::Value) {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let told = (field("event: ").unwrap_or_default(), field("id: "), field("data: ").unwrap_or_default());
                self.text = rest.to_owned();
                if !told.0.is_empty() {
                    return (told.0, told.1, serde_json::from_str(&told.2).expect("JSON"));
                }
                continue;
            }
            let chunk = self.chunks.next().await.expect("more").expect("a chunk");
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }
}

#[tokio::test]
async fn what_is_committed_is_told_and_a_stream_goes_on_where_it_broke() {
    let (client, pipeline) = Client::shop().await;
    let admin = client.bed.admin.clone();
    let mut live = Live::open(&client, "/api/v1/stream?application=SHOP", &admin, None).await;
    let execution = client.started(&pipeline).await;
    let (name, first, data) = live.next().await;
    assert_eq!(
        (name.as_str(), &data["execution"], &data["application"]),
        ("execution.created", &json!(execution), &json!("shop"))
    );
    drop(live);
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    let mut live = Live::open(&client, "/api/v1/stream", &admin, first.as_deref()).await;
    let (name, id, data) = live.next().await;
    assert_eq!(
        (name.as_str(), &id, &data["number"]),
        ("execution.started", &None, &json!(2)),
        "only the last of a commit has an id"
    );
    let (name, id, _) = live.next().await;
    assert_eq!(name, "stage.started");
    assert!(id.is_some());
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_told_to_reset() {
    let (client, pipeline) = Client::shop().await;
    client.started(&pipeline).await;
    let admin = client.bed.admin.clone();
    let ours = client.bed.app.instance().to_owned();
    for after in ["elsewhere-1".to_owned(), format!("{ours}-999")] {
        let mut live = Live::open(&client, "/api/v1/stream", &admin, Some(&after)).await;
        let (name, id, data) = live.next().await;
        assert_eq!((name.as_str(), &data["instance"]), ("reset", &json!(ours)), "{after}");
        assert!(id.is_some_and(|id| id.starts_with(&ours)));
    }
}

#[tokio::test]
async fn nobody_hears_of_what_they_may_not_see() {
    let (client, pipeline) = Client::shop().await;
    client.put("/api/v1/applications/open", &json!({ "permissions": { "READ": ["qa"] } })).await;
    let saved =
        client.post("/api/v1/applications/open/pipelines", app::bed::document("open", "x").value()).await.json();
    let qa = client.bed.member("qa", &["qa"]).await;
    let mut live = Live::open(&client, "/api/v1/stream", &qa, None).await;
    client.started(&pipeline).await;
    client.started(saved["id"].as_str().expect("an id")).await;
    assert_eq!(live.next().await.2["application"], "open", "the first start is none of theirs");
}

#[tokio::test]
async fn one_execution_can_be_followed() {
    let (client, pipeline) = Client::shop().await;
    let other = client.started(&pipeline).await;
    let execution = client.started(&pipeline).await;
    let path = format!("/api/v1/executions/{execution}/events");
    let mut live = Live::open(&client, &path, &client.bed.admin, None).await;
    client.bed.drive(&other, "1", Vec::new(), Vec::new()).await;
    client.bed.drive(&execution, "1", Vec::new(), Vec::new()).await;
    assert_eq!(live.next().await.2["execution"], json!(execution));
}
