//! Bad input: always a refusal in words, never a fault, a panic or a hang.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

use super::Client;

struct Case {
    what: &'static str,
    method: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: Vec<u8>,
    refusal: (u16, &'static str),
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn case(
    what: &'static str,
    (method, path): (&'static str, &'static str),
    headers: &'static [(&'static str, &'static str)],
    body: impl Into<Vec<u8>>,
    refusal: (u16, &'static str),
) -> Case {
    Case { what, method, path, headers, body: body.into(), refusal }
}

const APP: (&str, &str) = ("PUT", "/api/v1/applications/new");
const LIST: &str = "/api/v1/executions";

fn bodies() -> Vec<Case> {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        case("no content type", APP, &[], "{}", (415, "request.content-type")),
        case("another content type", APP, &[("content-type", "text/plain")], "{}", (415, "request.content-type")),
        case("a content type that is no text", APP, &[("content-type", "\u{e9}")], "{}", (415, "request.content-type")),
        case("nothing", APP, JSON, "", (400, "request.json-invalid")),
        case("half a document", APP, JSON, "{\"a\":", (400, "request.json-invalid")),
        case(
            "bytes that are no UTF-8",
            APP,
            JSON,
            vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'],
            (400, "request.json-invalid"),
        ),
        case("100,000 levels", APP, JSON, deep, (400, "request.json-invalid")),
        case("a number without end", APP, JSON, "{\"a\":1e999}", (400, "request.json-invalid")),
        case("two documents", APP, JSON, "{} {}", (400, "request.json-invalid")),
        case("a list", APP, JSON, "[]", (422, "request.not-an-object")),
        case("50 MB", APP, JSON, vec![b' '; 50 << 20], (413, "request.too-large")),
        case(
            "a name with NUL",
            ("POST", "/api/v1/applications"),
            JSON,
            r#"{"name":"a\u0000b"}"#,
            (422, "application.name-invalid"),
        ),
        case("no name", ("POST", "/api/v1/applications"), JSON, "{}", (422, "application.name-invalid")),
        case(
            "a number as name",
            ("POST", "/api/v1/applications"),
            JSON,
            r#"{"name":7}"#,
            (422, "application.name-invalid"),
        ),
        case(
            "an unknown member",
            ("POST", "/api/v1/tokens"),
            JSON,
            r#"{"name":"x","admin":true}"#,
            (422, "request.field-invalid"),
        ),
        case(
            "an unknown standing",
            ("POST", "/api/v1/tokens"),
            JSON,
            r#"{"name":"x","standing":"owner"}"#,
            (422, "request.field-invalid"),
        ),
        case(
            "a moment that is none",
            ("POST", "/api/v1/tokens"),
            JSON,
            r#"{"name":"x","expires":"soon"}"#,
            (422, "request.field-invalid"),
        ),
        case(
            "no component",
            ("POST", "/api/v1/plugins"),
            &[("content-type", "application/wasm")],
            "nothing",
            (422, "plugin.not-a-component"),
        ),
        case("grants that are none", ("POST", "/api/v1/plugins?grants=all"), &[], "x", (422, "plugin.grants-invalid")),
        case(
            "too many starts",
            ("POST", "/api/v1/executions/batch"),
            JSON,
            format!(r#"{{"starts":[{}]}}"#, vec![r#"{"pipeline":"x"}"#; 1001].join(",")),
            (422, "request.batch-too-large"),
        ),
        case("a hook of 2 MB", ("POST", "/webhooks/git/github"), JSON, vec![b' '; 2 << 20], (413, "request.too-large")),
        case("a hook that nobody hears", ("POST", "/webhooks/git/github"), JSON, "{}", (404, "trigger.type-unknown")),
    ]
}

fn addresses() -> Vec<Case> {
    let get = |what, path, refusal| case(what, ("GET", path), &[], "", refusal);
    vec![
        get("an unknown path", "/api/v1/nothing", (404, "request.path-unknown")),
        get("the root", "/", (404, "request.path-unknown")),
        get("a path that is no UTF-8", "/api/v1/applications/%FF", (400, "request.path-invalid")),
        get("a revision that is no number", "/api/v1/pipelines/x/revisions/last", (400, "request.path-invalid")),
        get("an unknown filter", "/api/v1/executions?aplication=shop", (400, "request.query-invalid")),
        get("a filter twice", "/api/v1/executions?limit=1&limit=2", (400, "request.query-invalid")),
        get("no rows", "/api/v1/executions?limit=0", (400, "request.limit-invalid")),
        get("too many rows", "/api/v1/executions?limit=501", (400, "request.limit-invalid")),
        get("a negative limit", "/api/v1/executions?limit=-1", (400, "request.query-invalid")),
        get("a status that is none", "/api/v1/executions?status=DONE", (400, "request.status-unknown")),
        get("a cursor that is no base64", "/api/v1/executions?after=%21", (400, "request.cursor-invalid")),
        get("a cursor of our own making", "/api/v1/executions?after=bm9uc2Vuc2U", (400, "request.cursor-invalid")),
        get("the same for applications", "/api/v1/audit?after=bm9uc2Vuc2U", (400, "request.cursor-invalid")),
        get("the same for all pipelines", "/api/v1/pipelines?after=bm9uc2Vuc2U", (400, "request.cursor-invalid")),
        get("an execution that is none", "/api/v1/executions/%00", (404, "execution.unknown")),
        get("an operation that is none", "/api/v1/operations/a.b.c", (404, "operation.unknown")),
        get("a page that is none", "/docs/errors/..%2F..%2FCargo", (404, "request.path-unknown")),
        case("an unknown method", ("PATCH", "/api/v1/applications"), &[], "", (405, "request.method-unknown")),
        case("a method of our own", ("BREW", "/api/v1/applications"), &[], "", (405, "request.method-unknown")),
        case(
            "a tag that is none",
            APP,
            &[("content-type", "application/json"), ("if-match", "three")],
            "{}",
            (400, "request.etag-invalid"),
        ),
        case("two tags", APP, &[("if-match", "\"1\""), ("if-match", "\"2\"")], "{}", (400, "request.etag-invalid")),
        case(
            "a stream that goes on from nowhere",
            ("GET", "/api/v1/stream"),
            &[("last-event-id", "nowhere")],
            "",
            (400, "request.cursor-invalid"),
        ),
    ]
}

#[tokio::test]
async fn bad_input_is_refused_in_words() {
    let client = Client::open().await;
    for case in bodies().into_iter().chain(addresses()) {
        let mut request = Request::builder().method(case.method).uri(case.path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", client.bed.admin));
        for (name, value) in case.headers {
            request = request.header(*name, value.as_bytes());
        }
        let reply = client.send(request.body(Body::from(case.body)).expect("a request")).await;
        let (status, code) = reply.refusal();
        assert_eq!((status, code.as_str()), case.refusal, "{}: {}", case.what, reply.text);
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_answered_with_those_that_are() {
    let client = Client::open().await;
    let reply = client.call("PATCH", "/api/v1/applications", &client.bed.admin, None).await;
    let allow = reply.headers.get(header::ALLOW).and_then(|allow| allow.to_str().ok()).unwrap_or_default();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
}

#[tokio::test]
async fn credentials_that_are_none_are_refused() {
    let client = Client::open().await;
    let admin = format!("Bearer {}", client.bed.admin);
    for (headers, code) in [
        (vec!["Basic YTpi".to_owned()], "request.token-invalid"),
        (vec!["Bearer".to_owned()], "request.token-invalid"),
        (vec!["Bearer  ".to_owned()], "request.token-invalid"),
        (vec![admin.clone(), admin.clone()], "request.token-invalid"),
        (vec![], "request.token-missing"),
    ] {
        let mut request = Request::builder().uri(LIST);
        for header in &headers {
            request = request.header(header::AUTHORIZATION, header);
        }
        let reply = client.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(reply.refusal(), (401, code.into()), "{headers:?}");
        assert_eq!(reply.headers.get(header::WWW_AUTHENTICATE).map(|scheme| scheme.as_bytes()), Some(&b"Bearer"[..]));
    }
    let lower = Request::builder().uri(LIST).header(header::AUTHORIZATION, admin.replace("Bearer", "bearer"));
    assert_eq!(client.send(lower.body(Body::empty()).expect("a request")).await.status, 200);
}

#[tokio::test]
async fn what_is_given_to_start_with_is_checked() {
    let (client, pipeline) = Client::shop().await;
    let path = format!("/api/v1/pipelines/{pipeline}/executions");
    for (body, pointer) in [
        (json!({ "parameters": [] }), "/parameters"),
        (json!({ "artifacts": {} }), "/artifacts"),
        (json!({ "type": 7 }), "/type"),
    ] {
        let reply = client.post(&path, &body).await;
        assert_eq!(reply.refusal(), (422, "execution.trigger-invalid".into()));
        assert_eq!(reply.pointers(), [pointer]);
    }
    let reply = client.post(&path, &json!({ "payload": "x".repeat(1 << 20) })).await;
    assert_eq!(reply.refusal(), (413, "execution.trigger-too-large".into()));
}
