//! Bad input over the wire: a refusal in words with code, place and page, and nothing half saved. What the router alone can judge is
//! tested without a socket, in `host/api/src/tests/input.rs`.

use serde_json::{Value, json};
use tests::terminal::Terminal;

use super::{Answer, call, get, post, request, save, send, shop, until};

const PIPELINES: &str = "/api/v1/applications/shop/pipelines";

/// The refusal as it must be: status, code, a page that exists, words, and the place where there is one.
#[track_caller]
fn refused(terminal: &Terminal, answer: &Answer, status: u16, code: &str, pointer: Option<&str>) -> Value {
    let said = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, status, "{} {said}", answer.head);
    assert!(answer.head.to_ascii_lowercase().contains("content-type: application/problem+json"), "{}", answer.head);
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{said}");
    assert_eq!(problem["type"], format!("/docs/errors/{code}"), "{said}");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 15), "{said}");
    if let Some(pointer) = pointer {
        let problems = problem["problems"].as_array().unwrap_or_else(|| panic!("no places: {said}"));
        assert!(problems.iter().any(|place| place["pointer"] == pointer), "no {pointer}: {said}");
    }
    let page = send(terminal, &request("GET", &format!("/docs/errors/{code}"), &[], b""));
    assert_eq!(page.status, 200, "the page of {code}");
    problem
}

fn nap(more: Value) -> Value {
    let mut stage = json!({ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 0 });
    stage.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    stage
}

fn document(stages: Vec<Value>) -> Value {
    json!({ "name": "wrong", "stages": stages })
}

#[test]
fn a_wrong_pipeline_is_refused_and_not_saved() {
    let terminal = shop();
    let parameter =
        |kind: &str| json!({ "name": "wrong", "stages": [], "parameterConfig": [{ "name": "p", "type": kind }] });
    let cases = [
        (document(vec![nap(json!({ "type": "wiat" }))]), "pipeline.stage-type-unknown", "/stages/0/type"),
        (document(vec![nap(json!({ "type": 7 }))]), "pipeline.field-type", "/stages/0/type"),
        (
            document(vec![nap(json!({ "requisiteStageRefIds": ["1"] }))]),
            "pipeline.cycle",
            "/stages/0/requisiteStageRefIds",
        ),
        (
            document(vec![
                nap(json!({ "requisiteStageRefIds": ["2"] })),
                nap(json!({ "refId": "2", "requisiteStageRefIds": ["1"] })),
            ]),
            "pipeline.cycle",
            "/stages/1/requisiteStageRefIds",
        ),
        (
            document(vec![nap(json!({ "requisiteStageRefIds": ["9"] }))]),
            "pipeline.ref-unknown",
            "/stages/0/requisiteStageRefIds/0",
        ),
        (document(vec![nap(json!({})), nap(json!({}))]), "pipeline.ref-duplicate", "/stages/1/refId"),
        (document(vec![nap(json!({ "waitTime": "soon" }))]), "configuration.invalid", "/stages/0/waitTime"),
        (json!({ "name": "wrong", "stages": {} }), "pipeline.field-type", "/stages"),
        (json!({ "name": 7, "stages": [] }), "pipeline.field-type", "/name"),
        (json!({ "stages": [] }), "pipeline.field-missing", "/name"),
        (parameter("strin"), "pipeline.parameter-type-unknown", "/parameterConfig/0/type"),
    ];
    for (document, code, pointer) in cases {
        let answer = post(&terminal, PIPELINES, &document);
        let problem = refused(&terminal, &answer, 422, code, Some(pointer));
        match code {
            "pipeline.stage-type-unknown" => assert!(problem.to_string().contains("`wait`"), "a near name: {problem}"),
            "pipeline.parameter-type-unknown" => assert!(problem.to_string().contains("`string`"), "{problem}"),
            _ => {}
        }
    }
    let both =
        post(&terminal, PIPELINES, &document(vec![nap(json!({ "type": "wiat", "requisiteStageRefIds": ["9"] }))]));
    assert!(
        both.json()["problems"].as_array().is_some_and(|all| all.len() > 1),
        "everything is said at once: {both:?}"
    );
    assert_eq!(get(&terminal, PIPELINES)["items"], json!([]), "nothing half saved");
    assert_eq!(get(&terminal, "/api/v1/executions")["items"], json!([]));
}

#[test]
fn bodies_and_headers_that_nobody_should_send_are_refused() {
    let terminal = shop();
    let token = format!("Bearer {}", terminal.token);
    let json_type = "application/json";
    let deep =
        [b"{\"name\":\"deep\",\"stages\":".to_vec(), vec![b'['; 100_000], vec![b']'; 100_000], b"}".to_vec()].concat();
    let utf8 = [b"{\"name\":\"".to_vec(), vec![0xff, 0xfe], b"\",\"stages\":[]}".to_vec()].concat();
    let mut large = b"{\"name\":\"large\",\"stages\":[],\"x\":\"".to_vec();
    large.resize(50 << 20, b'x');
    for (content, body, status, code) in [
        (json_type, large, 413, "request.too-large"),
        (json_type, deep, 400, "request.json-invalid"),
        (json_type, utf8, 400, "request.json-invalid"),
        (json_type, b"{\"name\":\"half".to_vec(), 400, "request.json-invalid"),
        (json_type, b"\0".to_vec(), 400, "request.json-invalid"),
        (json_type, b"[]".to_vec(), 422, "request.not-an-object"),
        (json_type, b"{\"name\":\"a\\u0000b\",\"stages\":[]}".to_vec(), 422, "pipeline.name-invalid"),
        ("text/plain", b"{\"name\":\"plain\",\"stages\":[]}".to_vec(), 415, "request.content-type"),
        ("application/x-www-form-urlencoded", b"name=form".to_vec(), 415, "request.content-type"),
    ] {
        let answer = call(&terminal, "POST", PIPELINES, content, &body);
        refused(&terminal, &answer, status, code, None);
    }
    // More headers, or larger ones, than any client needs: the protocol's own refusal, and the connection is closed.
    let huge = "x".repeat(1_000_000);
    let many: Vec<(String, String)> = (0..200).map(|number| (format!("X-{number}"), "1".into())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for headers in [&[("X-Huge", huge.as_str())][..], &many] {
        assert_eq!(send(&terminal, &request("GET", "/api/v1/applications", headers, b"")).status, 431);
    }
    let nul = b"GET /api/v1/applications HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n\r\n";
    assert_eq!(send(&terminal, nul).status, 400);
    assert_eq!(send(&terminal, b"NONSENSE\r\n\r\n").status, 400);
    for (path, status, code) in [
        ("/api/v1/executions?limit=0", 400, "request.limit-invalid"),
        ("/api/v1/executions?limit=501", 400, "request.limit-invalid"),
        ("/api/v1/executions?limit=many", 400, "request.query-invalid"),
        ("/api/v1/executions?after=%00%ff", 400, "request.cursor-invalid"),
        ("/api/v1/executions?after=nonsense", 400, "request.cursor-invalid"),
        ("/api/v1/executions?nothing=1", 400, "request.query-invalid"),
        ("/api/v1/applications/%FF", 400, "request.path-invalid"),
        ("/api/v1/applications/a%00b", 404, "application.unknown"),
    ] {
        let answer = send(&terminal, &request("GET", path, &[("Authorization", &token)], b""));
        refused(&terminal, &answer, status, code, None);
    }
    for (headers, code) in [
        (&[][..], "request.token-missing"),
        (&[("Authorization", "Bearer mst_wrong")], "request.token-invalid"),
        (&[("Authorization", "Basic YTpi")], "request.token-invalid"),
    ] {
        let answer = send(&terminal, &request("GET", "/api/v1/applications", headers, b""));
        refused(&terminal, &answer, 401, code, None);
        assert!(answer.head.to_ascii_lowercase().contains("www-authenticate: bearer"), "{}", answer.head);
    }
    assert_eq!(get(&terminal, PIPELINES)["items"], json!([]), "nothing half saved");
    assert_eq!(get(&terminal, "/api/v1/applications")["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_not_there_and_what_comes_too_late_is_refused() {
    let terminal = shop();
    let asks = save(
        &terminal,
        &json!({ "name": "asks", "stages": [{ "refId": "1", "type": "manualJudgment", "name": "Go?" }] }),
    );
    let needs = json!({ "name": "needs", "stages": [], "parameterConfig": [{ "name": "version", "required": true }] });
    let needs = save(&terminal, &needs);
    let start =
        |pipeline: &str, body: &Value| post(&terminal, &format!("/api/v1/pipelines/{pipeline}/executions"), body);
    refused(&terminal, &start("none", &json!({})), 404, "pipeline.unknown", None);
    let unknown = post(&terminal, "/api/v1/applications/shop/pipelines/none/executions", &json!({}));
    refused(&terminal, &unknown, 404, "pipeline.unknown", None);
    refused(&terminal, &start(&needs, &json!({})), 422, "execution.parameter-missing", None);
    refused(
        &terminal,
        &start(&needs, &json!({ "parameters": [] })),
        422,
        "execution.trigger-invalid",
        Some("/parameters"),
    );
    assert_eq!(get(&terminal, "/api/v1/executions")["items"], json!([]), "nothing was started");

    let execution = start(&asks, &json!({})).ok()["id"].as_str().unwrap().to_owned();
    let question = until("the question", || {
        let page = get(&terminal, &format!("/api/v1/questions?execution={execution}"));
        page["items"][0]["id"].as_str().map(str::to_owned)
    });
    let answers = format!("/api/v1/questions/{question}/answers");
    let nobody = post(&terminal, "/api/v1/questions/nobody.1.asked/answers", &json!({ "status": "continue" }));
    refused(&terminal, &nobody, 404, "question.unknown", None);
    let wrong = post(&terminal, &answers, &json!({ "status": "perhaps" }));
    refused(&terminal, &wrong, 422, "question.answer-invalid", Some("/status"));
    let of = |what: &str| format!("/api/v1/executions/{execution}/{what}");
    refused(&terminal, &post(&terminal, &of("resume"), &json!({})), 409, "execution.wrong-state", None);
    post(&terminal, &answers, &json!({ "status": "continue" })).ok();
    let second = post(&terminal, &answers, &json!({ "status": "stop" }));
    refused(&terminal, &second, 409, "question.closed", None);
    until("the end", || {
        (get(&terminal, &format!("/api/v1/executions/{execution}"))["status"] == "SUCCEEDED").then_some(())
    });
    for action in ["pause", "resume", "cancel"] {
        refused(&terminal, &post(&terminal, &of(action), &json!({})), 409, "execution.wrong-state", None);
    }
    let patch = call(&terminal, "PATCH", &of("stages/1"), "application/json", b"{\"a\":1}");
    refused(&terminal, &patch, 409, "stage.not-running", None);
    let stage = call(&terminal, "PATCH", &of("stages/none"), "application/json", b"{\"a\":1}");
    refused(&terminal, &stage, 404, "stage.unknown", None);
    refused(&terminal, &post(&terminal, "/api/v1/executions/none/cancel", &json!({})), 404, "execution.unknown", None);
}
