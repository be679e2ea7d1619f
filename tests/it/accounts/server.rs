//! The same over a real server: what is on its disk, in its log and in its answers; its key; crashes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::terminal::{Said, bare, finish, plugins};

use super::far::Far;
use super::{BASIC, PASSWORD};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that logs everything it can, into a file.
struct Server {
    folder: TempDir,
    child: Option<Child>,
    address: String,
    token: String,
    everything_said: String,
}

impl Server {
    fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server {
            folder,
            child: None,
            address: String::new(),
            token: String::new(),
            everything_said: String::new(),
        };
        server.serve(&[]);
        let log = server.log();
        let token = log.split_whitespace().find(|word| word.starts_with("mst_")).unwrap_or_else(|| panic!("{log}"));
        server.token = token.to_owned();
        server
    }

    fn command(&self, more: &[(&str, &str)]) -> std::process::Command {
        let mut command = bare(self.folder.path());
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        command.args(["serve", "--data", "data", "--grant-wanted", "--allow-networks", "127.0.0.0/8"]);
        command.args(["--log-level", "trace,wasmtime=warn,cranelift=warn", "--listen", "127.0.0.1:0", "--plugins"]);
        command.arg(plugins().unwrap()).stdout(Stdio::piped()).stderr(log).envs(more.iter().copied());
        command
    }

    fn serve(&mut self, more: &[(&str, &str)]) {
        let mut child = self.command(more).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.child = Some(child);
        let address = line.trim().strip_prefix("listening on ");
        self.address = address.unwrap_or_else(|| panic!("it is not ready: {}", self.log())).to_owned();
    }

    /// Starts it where it must refuse, and returns what it said.
    fn refuses(&self, more: &[(&str, &str)]) -> String {
        let before = self.log().len();
        let ended = self.command(more).spawn().unwrap().wait().unwrap();
        let said = self.log()[before..].to_owned();
        assert!(!ended.success(), "{said}");
        said
    }

    fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap_or_default()).into_owned()
    }

    fn run(&mut self, words: &[&str]) -> Said {
        let mut command = bare(self.folder.path());
        command.env("MAINSHEET_SERVER", &self.address).env("MAINSHEET_TOKEN", &self.token).args(words);
        let said = finish(&mut command).unwrap();
        self.everything_said += &said.out;
        self.everything_said += &said.err;
        said
    }

    fn done(&mut self, words: &[&str]) {
        let _said = self.run(words).expect_code(0);
    }

    fn json(&mut self, words: &[&str]) -> Value {
        let words = [words, &["--output", "json"]].concat();
        self.run(&words).expect_code(0).json()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// An application, and a pipeline that calls `url` with the account `files`.
    fn pipeline(&mut self, url: &str) {
        let stage =
            json!({ "refId": "1", "type": "webhook", "name": "Call", "url": url, "method": "GET", "account": "files" });
        self.write("shop.json", &json!({ "name": "shop" }).to_string());
        let pipeline = json!({ "application": "shop", "name": "call", "stages": [stage] });
        self.write("call.json", &pipeline.to_string());
        self.done(&["apply", "-f", "shop.json"]);
        self.done(&["apply", "-f", "call.json"]);
    }

    fn add_account(&mut self, hosts: &str) {
        self.write("password.txt", &format!("{PASSWORD}\n"));
        let hosts = format!("hosts[]={hosts}");
        let words = [
            "account",
            "add",
            "http",
            "files",
            "--set",
            &hosts,
            "--set",
            "username=ci",
            "--set",
            "password=@password.txt",
        ];
        let said = self.run(&words).expect_code(0);
        assert!(said.out.contains("files is verified"), "{said:?}");
        fs::remove_file(self.folder.path().join("password.txt")).unwrap();
    }

    /// No byte of the secret anywhere: the database with its log, blobs, the server's log, and everything that was answered.
    #[track_caller]
    fn holds_no(&self, secret: &str) {
        let mut looked_at = Vec::new();
        look(self.folder.path(), secret.as_bytes(), &mut looked_at);
        for name in ["mainsheet.db", "mainsheet.db-wal", "log", "secrets.key"] {
            assert!(looked_at.iter().any(|seen| seen == name), "{name} was not looked at: {looked_at:?}");
        }
        assert!(!self.everything_said.contains(secret), "it was said");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn look(folder: &Path, secret: &[u8], looked_at: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "modules") {
                look(&path, secret, looked_at);
            }
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "the secret is in {}", path.display());
        looked_at.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for: there is nothing that could wake us")]
fn until(what: &str, mut wanted: impl FnMut() -> bool) {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if wanted() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not happen")
}

#[test]
fn a_secret_is_used_and_stands_nowhere_through_rotations_and_crashes() {
    let far = Far::start("127.0.0.1");
    let mut server = Server::start();
    server.add_account("127.0.0.1");
    server.pipeline(&far.url("/a"));
    server.done(&["run", "shop", "call", "--follow"]);
    assert_eq!(far.authorization("/a").as_deref(), Some(BASIC));

    let (key_file, words) = (server.folder.path().join("data/secrets.key"), ["run", "shop", "call", "--follow"]);
    let before = fs::read_to_string(&key_file).unwrap();
    server.write("chat.key", "a-shared-secret-of-a-chat");
    server.done(&["secrets", "set", "chat", "--from-file", "chat.key"]);
    fs::remove_file(server.folder.path().join("chat.key")).unwrap();
    assert_eq!(server.json(&["secrets", "rotate"])["moved"], 2);
    let after = fs::read_to_string(&key_file).unwrap();
    let key = |text: &str| text.lines().last().unwrap().to_owned();
    assert!(key(&before) != key(&after) && !after.contains(&key(&before)), "the old key is forgotten");
    server.done(&words);

    server.kill();
    server.serve(&[]);
    server.done(&words);
    assert_eq!(far.calls().len(), 3);
    assert!(far.calls().iter().all(|call| call.header("authorization") == Some(BASIC)));

    let shown = server.json(&["account", "get", "files"]);
    assert!(shown["config"]["password"]["$secret"].is_string(), "{shown}");
    for list in [
        &["account", "list"][..],
        &["secrets", "list"],
        &["get", "audit"],
        &["get", "executions"],
        &["get", "operations"],
    ] {
        server.json(list);
    }
    server.holds_no(PASSWORD);
    server.holds_no(&BASIC[6..]);
    server.holds_no("a-shared-secret-of-a-chat");
    // What is on the disk opens with the key alone, whatever is left in pages that are not used any more.
    server.kill();
    fs::write(&key_file, before).unwrap();
    let said = server.refuses(&[]);
    assert!(said.contains("secrets.key-wrong"), "{said}");
}

#[test]
fn without_its_key_a_server_with_secrets_does_not_start() {
    let mut server = Server::start();
    server.add_account("127.0.0.1");
    server.kill();
    let key_file = server.folder.path().join("data/secrets.key");
    let text = fs::read_to_string(&key_file).unwrap();
    let key = text.lines().last().unwrap().to_owned();
    fs::remove_file(&key_file).unwrap();
    let said = server.refuses(&[]);
    assert!(said.contains("secrets.key-missing") && said.contains("--secrets-key-file"), "{said}");
    let said = server.refuses(&[("MAINSHEET_SECRETS_KEY", "hunter2")]);
    assert!(said.contains("secrets.key-malformed") && !said.contains("hunter2"), "{said}");
    // The environment gives it, and then a new one before it.
    server.serve(&[("MAINSHEET_SECRETS_KEY", &key)]);
    let refused = server.run(&["secrets", "rotate"]).expect_code(5);
    assert!(refused.err.contains("secrets.rotate-by-hand"), "{refused:?}");
    server.kill();
    let new = "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU=";
    server.serve(&[("MAINSHEET_SECRETS_KEY", &format!("{new},{key}"))]);
    server.kill();
    server.serve(&[("MAINSHEET_SECRETS_KEY", new)]);
    assert_eq!(server.json(&["account", "verify", "files"])["status"], "verified");
    assert!(!key_file.exists(), "nothing is kept where the environment keeps it");
}

#[test]
fn a_crash_between_a_save_and_its_verification_loses_neither() {
    let far = Far::start("127.0.0.1");
    let mut server = Server::start();
    let account =
        json!({ "hosts": ["127.0.0.1"], "username": "ci", "password": PASSWORD, "checkUrl": far.url("/hang") });
    server.write("account.json", &account.to_string());
    let mut command = bare(server.folder.path());
    command.env("MAINSHEET_SERVER", &server.address).env("MAINSHEET_TOKEN", &server.token);
    command.args(["account", "add", "http", "files", "--file", "account.json"]);
    let mut waiting = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the look at the account", || !far.calls().is_empty());
    server.kill();
    waiting.wait().unwrap();
    fs::remove_file(server.folder.path().join("account.json")).unwrap();
    server.serve(&[]);
    until("the second look at the account", || far.calls().len() > 1);
    let found = server.json(&["account", "get", "files"]);
    assert_eq!((&found["status"], &found["revision"]), (&json!("unverified"), &json!(1)));
    assert!(far.calls().iter().all(|call| call.header("authorization") == Some(BASIC)), "its secret is there");
    server.holds_no(PASSWORD);
}

#[test]
fn the_command_line_adds_lists_and_removes_accounts() {
    let mut server = Server::start();
    server.add_account("files.example.com");
    server.write("hooks.yaml", "provider: http\nconfig: { hosts: [hooks.example.com] }\n");
    let add = [
        "account",
        "add",
        "http",
        "hooks",
        "--file",
        "hooks.yaml",
        "--set",
        "token=t",
        "--read",
        "dev",
        "--write",
        "ops",
    ];
    server.done(&add);
    let listed = server.run(&["account", "list", "--provider", "http"]).expect_code(0);
    assert!(
        listed.out.contains("files") && listed.out.contains("hooks") && listed.out.contains("verified"),
        "{listed:?}"
    );
    let hooks = server.json(&["account", "get", "hooks"]);
    assert_eq!(hooks["permissions"], json!({ "READ": ["dev"], "WRITE": ["ops"] }));
    let refused = server.run(&["account", "add", "http", "odd", "--set", "pasword=p"]).expect_code(5);
    assert!(refused.err.contains("account.field-unknown") && refused.err.contains("/config/pasword"), "{refused:?}");
    let near = server.run(&["account", "get", "file"]).expect_code(5);
    assert!(near.err.contains("`files`"), "{near:?}");
    server.done(&["account", "remove", "files"]);
    let _unknown = server.run(&["account", "verify", "files"]).expect_code(5);
    assert_eq!(server.json(&["account", "list"]).as_array().map(Vec::len), Some(1));
}
