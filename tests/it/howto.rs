//! The how-to for stages is true: a test does what it says, literally.

use std::fs;
use std::process::Command;

use tests::terminal::{Terminal, program, root};

#[test]
fn a_stage_is_added_as_the_howto_says() {
    let terminal = Terminal::start().expect("a server");
    terminal.write("demo.json", r#"{ "name": "demo" }"#).expect("written");
    let _ = terminal.run(&["apply", "-f", "demo.json"]).expect_code(0);

    let text = fs::read_to_string(root().join("docs/howto/add-a-stage.md")).expect("the how-to");
    let blocks = blocks(&text);
    assert!(blocks.len() >= 5, "the how-to has lost its blocks");
    let script = format!("set -eux\n{}", blocks.join("\n"));

    let program = program().expect("the server");
    let path = format!(
        "{}:{}",
        program.parent().expect("a folder").display(),
        std::env::var_os("PATH").expect("PATH").display()
    );
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).current_dir(terminal.folder());
    shell.env("PATH", path).env("SDK", root().join("sdk/rust"));
    shell.env("MAINSHEET_SERVER", &terminal.address).env("MAINSHEET_TOKEN", &terminal.token);
    // The crates are here, because this workspace was built from them; what is built stays for the next time.
    shell.env("CARGO_NET_OFFLINE", "true").env("CARGO_BUILD_BUILD_DIR", root().join("target/howto"));
    shell.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    let output = shell.output().expect("bash");
    let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the how-to does not work:\n{said}");
    assert!(said.contains("SUCCEEDED       Greet Ann"), "the stage did not run:\n{said}");

    let executions = terminal.run(&["get", "executions", "-a", "demo", "--output", "json"]).expect_code(0).json();
    let id = executions[0]["id"].as_str().expect("an execution").to_owned();
    let execution = terminal.run(&["get", "executions", &id, "--output", "json"]).expect_code(0).json();
    assert_eq!(execution["stages"][0]["outputs"]["greeting"], "Hello, Ann!");
}

/// What stands in fences marked `sh`.
fn blocks(text: &str) -> Vec<&str> {
    text.split("\n```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}
