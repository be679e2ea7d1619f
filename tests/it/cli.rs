//! The command line against a real server: what a person types, reads, and what scripts get as exit codes.

use std::fs;

use tests::terminal::{Terminal, bare, finish};

/// Two branches that wait, joined.
const SHORT: &str = r#"{
  "application": "shop", "name": "short",
  "parameterConfig": [{ "name": "version", "default": "1" }],
  "stages": [
    { "refId": "1", "type": "wait", "name": "Left", "waitTime": 0 },
    { "refId": "2", "type": "wait", "name": "Right", "waitTime": 1 },
    { "refId": "3", "type": "wait", "name": "Join", "waitTime": 0, "requisiteStageRefIds": ["1", "2"] }
  ]
}"#;
/// A person decides.
const ASKS: &str = r"
application: shop
name: asks
stages:
  - { refId: '1', type: manualJudgment, name: Approve }
  - { refId: '2', type: wait, name: Release, waitTime: 0, requisiteStageRefIds: ['1'] }
";
/// Runs until somebody does something about it.
const LONG: &str = r#"{ "application": "shop", "name": "long", "stages": [{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 3600 }] }"#;
/// Ends by itself, but not before a server could be killed and started again.
const NAP: &str = r#"{ "application": "shop", "name": "nap", "stages": [{ "refId": "1", "type": "wait", "name": "Nap", "waitTime": 4 }] }"#;

/// A server with an application and pipelines in it.
fn shop() -> Terminal {
    let terminal = Terminal::start().expect("a server");
    fs::create_dir_all(terminal.folder().join("shop")).expect("a folder");
    for (name, text) in [
        ("shop/a-short.json", SHORT),
        ("shop/asks.yaml", ASKS),
        ("shop/long.json", LONG),
        ("shop/nap.json", NAP),
        ("shop/z-application.json", r#"{ "name": "shop", "email": "ops@example.com" }"#),
    ] {
        terminal.write(name, text).expect("written");
    }
    let said = terminal.run(&["apply", "-f", "shop"]).expect_code(0);
    assert!(said.out.starts_with("application shop created\n"), "applications come first: {}", said.out);
    terminal
}

/// Starts a pipeline without following it, and returns its id.
fn start(terminal: &Terminal, pipeline: &str) -> String {
    let said = terminal.run(&["run", "shop", pipeline, "--output", "json"]).expect_code(0);
    said.json()["id"].as_str().expect("an id").to_owned()
}

#[test]
fn documents_are_created_changed_or_unchanged() {
    let terminal = shop();
    let again = terminal.run(&["apply", "-f", "shop"]).expect_code(0).out;
    assert!(again.lines().all(|line| line.ends_with(" unchanged")), "{again}");
    terminal.write("shop/long.json", &LONG.replace("3600", "7200")).expect("written");
    let dry = terminal.run(&["apply", "-f", "shop/long.json", "--dry-run"]).expect_code(0).out;
    assert_eq!(dry, "pipeline shop/long would be changed\n");
    let applied = terminal.run(&["apply", "-f", "shop", "--output", "json"]).expect_code(0).json();
    let changed: Vec<&str> = applied
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["outcome"] == "changed")
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(changed, ["shop/long"]);

    let stored = terminal.run(&["get", "pipelines", "long", "-a", "shop", "--output", "json"]).expect_code(0).json();
    assert_eq!(stored["document"]["stages"][0]["waitTime"], 7200);
    let table = terminal.run(&["get", "pipelines", "-a", "shop"]).expect_code(0).out;
    assert!(table.starts_with("APPLICATION  NAME") && table.contains("shop         short"), "{table}");
}

#[test]
fn a_wrong_document_is_refused_with_code_place_and_page() {
    let terminal = shop();
    let cycle = LONG.replace(r#""refId": "1","#, r#""refId": "1", "requisiteStageRefIds": ["1"],"#);
    terminal.write("cycle.json", &cycle).expect("written");
    let said = terminal.run(&["apply", "-f", "cycle.json"]).expect_code(5);
    assert!(said.err.starts_with("error[pipeline.cycle]: cycle.json: "), "{}", said.err);
    assert!(said.err.contains("\n  at /stages"), "{}", said.err);
    let page = said.err.lines().find_map(|line| line.strip_prefix("  see ")).expect("a page").to_owned();
    assert_eq!(page, format!("{}/docs/errors/pipeline.cycle", terminal.address));

    let said = terminal.run(&["apply", "-f", "cycle.json", "--output", "json"]).expect_code(5);
    let error: serde_json::Value = serde_json::from_str(&said.err).expect("an error in JSON");
    assert_eq!(error["error"]["code"], "pipeline.cycle");
    let said = terminal.run(&["apply", "-f", "missing.json"]).expect_code(2);
    assert!(said.err.contains("cli.document-unreadable"), "{}", said.err);
}

#[test]
fn a_pipeline_is_followed_to_its_end() {
    let terminal = shop();
    let said = terminal.run(&["run", "shop", "short", "--param", "version=7", "--follow"]).expect_code(0);
    let at = |text: &str| said.out.find(text).unwrap_or_else(|| panic!("no `{text}` in {}", said.out));
    assert!(at("SUCCEEDED       Left") < at("SUCCEEDED       Join"), "{}", said.out);
    assert!(at("SUCCEEDED       Right") <= at("SUCCEEDED       Join"), "{}", said.out);
    assert!(said.out.lines().last().is_some_and(|line| line.starts_with("SUCCEEDED  ")), "{}", said.out);

    let said = terminal.run(&["run", "shop", "short", "--follow", "--output", "json"]).expect_code(0);
    let lines: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
    assert_eq!(lines.last().expect("the execution")["status"], "SUCCEEDED");

    let listed = terminal.run(&["get", "executions", "-a", "shop", "--output", "json"]).expect_code(0).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let parameters =
        terminal.run(&["get", "executions", listed[1]["id"].as_str().expect("an id"), "--output", "json"]).json();
    assert_eq!(parameters["trigger"]["parameters"]["version"], "7");
}

#[test]
fn a_question_is_answered_by_a_word() {
    let terminal = shop();
    let id = start(&terminal, "asks");
    let watching = terminal.begin(&["watch", &id]).expect("begun");
    watching.until("? ").expect("a question");
    let questions = terminal.run(&["get", "questions"]).expect_code(0).out;
    assert!(questions.contains(&id), "{questions}");

    let wrong = terminal.run(&["answer", &id, "contiune"]).expect_code(2);
    assert!(wrong.err.contains("did you mean `continue`"), "{}", wrong.err);
    let nobody = terminal.run(&["answer", &id, "continue", "--stage", "Aprove"]).expect_code(2);
    assert!(nobody.err.contains("did you mean `Approve`"), "{}", nobody.err);
    let _ = terminal.run(&["answer", &id, "continue", "--stage", "Approve"]).expect_code(0);
    let said = watching.end().expect("an end").expect_code(0);
    assert!(said.out.contains("SUCCEEDED       Release"), "{}", said.out);

    let second = terminal.run(&["answer", &id, "continue"]);
    assert_eq!(second.code, 5, "nothing is asked any more: {second:?}");

    let id = start(&terminal, "asks");
    let watching = terminal.begin(&["watch", &id]).expect("begun");
    watching.until("? ").expect("a question");
    let _ = terminal.run(&["answer", &id, "--json", r#"{ "status": "stop" }"#]).expect_code(0);
    let said = watching.end().expect("an end").expect_code(1);
    assert!(said.out.contains("judgment.stopped"), "why it failed is shown: {}", said.out);
}

#[test]
fn an_execution_is_paused_resumed_and_cancelled() {
    let terminal = shop();
    let id = start(&terminal, "long");
    let watching = terminal.begin(&["watch", &id]).expect("begun");
    watching.until("RUNNING         Nap").expect("it runs");
    let _ = terminal.run(&["pause", &id]).expect_code(0);
    watching.until("PAUSED").expect("it is paused");
    let _ = terminal.run(&["resume", &id]).expect_code(0);
    watching.until("RUNNING").expect("it goes on");
    let _ = terminal.run(&["cancel", &id, "--reason", "enough"]).expect_code(0);
    let said = watching.end().expect("an end").expect_code(3);
    assert!(said.out.lines().last().is_some_and(|line| line.starts_with("CANCELED")), "{}", said.out);
    let late = terminal.run(&["pause", &id]).expect_code(5);
    assert!(late.err.starts_with("error[execution."), "{}", late.err);
}

#[test]
fn a_stage_is_told_to_skip_the_rest_of_its_wait() {
    let terminal = shop();
    let id = start(&terminal, "long");
    let watching = terminal.begin(&["watch", &id]).expect("begun");
    watching.until("RUNNING         Nap").expect("it runs");
    let _ = terminal.run(&["patch", &id, "Nap", "--set", "skipRemainingWait=true"]).expect_code(0);
    let _ = watching.end().expect("an end").expect_code(0);
}

#[test]
fn following_survives_a_kill_of_the_server() {
    let mut terminal = shop();
    let following = terminal.begin(&["run", "shop", "nap", "--follow"]).expect("begun");
    following.until("RUNNING         Nap").expect("it runs");
    terminal.kill().expect("killed");
    terminal.restart().expect("restarted");
    let said = following.end().expect("an end").expect_code(0);
    assert!(said.out.contains("SUCCEEDED       Nap"), "{said:?}");
}

#[test]
fn strangers_and_wrong_names_are_refused() {
    let terminal = shop();
    let mut stranger = bare(terminal.folder());
    stranger.env("MAINSHEET_SERVER", &terminal.address).args(["get", "applications"]);
    let said = finish(&mut stranger).expect("ended").expect_code(5);
    assert!(said.err.contains("cli.token-missing"), "{}", said.err);
    let said = terminal.run(&["get", "applications", "--token", "mst_wrong"]).expect_code(5);
    assert!(said.err.contains("request.token-invalid"), "{}", said.err);
    assert!(!said.err.contains("mst_wrong"), "a token is never repeated: {}", said.err);
    let said = terminal.run(&["run", "shop", "shrot"]).expect_code(5);
    assert!(said.err.contains("pipeline.unknown"), "{}", said.err);
    let said = terminal.run(&["get", "executions", "01J00000000000000000000000"]).expect_code(5);
    assert!(said.err.contains("execution.unknown"), "{}", said.err);
    let said = terminal.run(&["get", "applications", "--server", "http://127.0.0.1:1"]).expect_code(4);
    assert!(said.err.contains("cli.server-unreachable"), "{}", said.err);
    let _ = terminal.run(&["get", "nothing"]).expect_code(2);
    let _ = terminal.run(&["run", "shop", "short", "--param", "novalue"]).expect_code(2);
}

#[test]
fn a_token_is_kept_made_and_revoked() {
    let terminal = shop();
    let mut login = bare(terminal.folder());
    login.env("MAINSHEET_SERVER", &terminal.address).args(["login", "--token", &terminal.token]);
    let _ = finish(&mut login).expect("ended").expect_code(0);
    let known = || {
        let mut command = bare(terminal.folder());
        command.env("MAINSHEET_SERVER", &terminal.address);
        command
    };
    let _ = finish(known().args(["get", "applications"])).expect("ended").expect_code(0);

    let made = finish(known().args(["token", "create", "ci", "--role", "deployers"])).expect("ended").expect_code(0);
    let token = made.out.trim();
    let listed = finish(known().args(["get", "tokens"])).expect("ended").expect_code(0).out;
    assert!(listed.contains("ci") && !listed.contains(token), "{listed}");
    let _ = terminal.run(&["get", "applications", "--token", token]).expect_code(0);
    let said = terminal.run(&["token", "list", "--token", token]).expect_code(5);
    assert!(said.err.contains("access.denied"), "{}", said.err);
    let _ = finish(known().args(["token", "revoke", "ci"])).expect("ended").expect_code(0);
    let said = terminal.run(&["get", "applications", "--token", token]).expect_code(5);
    assert!(said.err.contains("request.token-invalid"), "{}", said.err);
    let audit = terminal.run(&["get", "audit", "--output", "json"]).expect_code(0).json();
    let actions: Vec<&str> =
        audit.as_array().expect("a list").iter().filter_map(|row| row["action"].as_str()).collect();
    assert!(actions.contains(&"token.create") && actions.contains(&"token.revoke"), "{actions:?}");
}

#[test]
fn plugins_are_switched_and_pipelines_notice() {
    let mut terminal = shop();
    let plugins = terminal.run(&["plugin", "list", "--output", "json"]).expect_code(0).json();
    let waits = plugins
        .as_array()
        .expect("a list")
        .iter()
        .find(|plugin| plugin["manifest"]["stages"][0]["type"] == "wait")
        .expect("wait");
    let name = waits["name"].as_str().expect("a name").to_owned();
    let _ = terminal.run(&["plugin", "disable", &name]).expect_code(0);
    let said = terminal.run(&["run", "shop", "short"]).expect_code(5);
    assert!(said.err.contains("pipeline.stage-type-unknown"), "{}", said.err);
    terminal.stop().expect("it ends");
    terminal.restart().expect("it starts again");
    let plugin = terminal.run(&["plugin", "show", &name, "--output", "json"]).expect_code(0).json();
    assert_eq!(plugin["enabled"], false, "the watched folder does not undo what an operator has done");
    let _ = terminal.run(&["plugin", "enable", &name]).expect_code(0);
    let _ = terminal.run(&["run", "shop", "short", "--follow"]).expect_code(0);
    terminal.write("nonsense.wasm", "no component").expect("written");
    let said = terminal.run(&["plugin", "install", "nonsense.wasm"]).expect_code(5);
    assert!(said.err.starts_with("error[plugin."), "{}", said.err);
    let said = terminal.run(&["plugin", "check", "nonsense.wasm"]).expect_code(5);
    assert!(said.err.starts_with("error[plugin."), "{}", said.err);
    let _ = terminal.run(&["plugin", "remove", &name]).expect_code(0);
    let said = terminal.run(&["plugin", "show", &name]).expect_code(5);
    assert!(said.err.contains("plugin.unknown"), "{}", said.err);
}

#[test]
fn the_server_stops_when_asked_and_one_folder_has_one_server() {
    let mut terminal = shop();
    let mut second = bare(terminal.folder());
    second.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    let said = finish(&mut second).expect("ended").expect_code(1);
    assert!(said.err.contains("store.locked"), "{}", said.err);
    let doctor = terminal.run(&["doctor", "--data", "data", "--output", "json"]);
    assert!(
        doctor
            .json()
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["check"] == "token" && one["outcome"] == "ok")),
        "{doctor:?}"
    );
    assert_eq!(terminal.stop().expect("it ends"), Some(0));
    terminal.restart().expect("it starts again");
    let _ = terminal.run(&["run", "shop", "short", "--follow"]).expect_code(0);
}

#[test]
fn configuration_and_completions_need_no_server() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mainsheet.toml"), "lisen = 'x'").expect("written");
    let said = finish(bare(folder.path()).args(["config", "show"])).expect("ended").expect_code(2);
    assert!(said.err.contains("did you mean `listen`"), "{}", said.err);
    fs::write(folder.path().join("mainsheet.toml"), "listen = '127.0.0.1:9'").expect("written");
    let said = finish(bare(folder.path()).args(["config", "show", "--output", "json"])).expect("ended").expect_code(0);
    let shown = said.json();
    let listen = shown.as_array().expect("a list").iter().find(|one| one["key"] == "listen").expect("listen");
    assert_eq!(listen["origin"], "from mainsheet.toml");
    let said = finish(bare(folder.path()).args(["completions", "bash"])).expect("ended").expect_code(0);
    assert!(said.out.contains("mainsheet"));
    let said = finish(bare(folder.path()).args(["openapi"])).expect("ended").expect_code(0);
    assert!(said.json()["paths"].is_object());
    for verb in [
        "serve",
        "apply",
        "run",
        "get",
        "watch",
        "answer",
        "cancel",
        "pause",
        "resume",
        "patch",
        "skip",
        "restart",
        "plugin",
        "token",
        "login",
        "config",
        "doctor",
        "openapi",
        "completions",
    ] {
        let said = finish(bare(folder.path()).args([verb, "--help"])).expect("ended").expect_code(0);
        assert!(said.out.contains("Examples:\n  "), "`{verb} --help` shows examples: {}", said.out);
    }
}
