//! `mainsheet plugin new`: a folder to start a plugin from, out of the SDK's template.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use domain::code::code;
use serde_json::json;

use super::super::Context;
use super::super::error::{CliError, Exit};
use super::super::output;

const EXAMPLES: &str = "\
Examples:
  mainsheet plugin new my-stage --sdk ../mainsheet/sdk/rust
  cd my-stage && cargo test && cargo build --profile plugin --target wasm32-wasip2";

/// The template of the SDK for Rust; a test compares this list with the folder.
const RUST: &[(&str, &str)] = &[
    (".cargo/config.toml", include_str!("../../../../../sdk/rust/template/.cargo/config.toml")),
    ("Cargo.toml", include_str!("../../../../../sdk/rust/template/Cargo.toml")),
    ("README.md", include_str!("../../../../../sdk/rust/template/README.md")),
    ("cases/greets.yaml", include_str!("../../../../../sdk/rust/template/cases/greets.yaml")),
    ("src/lib.rs", include_str!("../../../../../sdk/rust/template/src/lib.rs")),
];

/// Begin a plugin: a folder with a stage that works, and a case that proves it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// Name of the plugin and of its folder: small letters, digits and dashes.
    name: String,
    /// Language.
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// Where the SDK stands; by default sdk/rust of the checkout around the current folder.
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

/// Languages with an SDK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Language {
    #[default]
    Rust,
}

impl New {
    pub(super) fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let Language::Rust = self.lang;
        check_name(&self.name)?;
        let sdk = self.sdk()?;
        let folder = Path::new(&self.name);
        if folder.exists() {
            return Err(refuse(format!("{} is there already; choose another name, or remove it", self.name)));
        }
        for (file, text) in RUST {
            let text = text.replace("{{name}}", &self.name).replace("{{sdk}}", &sdk.display().to_string());
            write(&folder.join(file), &text)
                .map_err(|error| refuse(format!("{} cannot be written: {error}", folder.join(file).display())))?;
        }
        if context.json() {
            output::json(&json!({ "folder": self.name, "sdk": sdk }));
        } else {
            output::line(&format!(
                "{} is a stage that works; `cargo test` in it proves that. Next: docs/howto/add-a-stage.md",
                self.name
            ));
        }
        Ok(Exit::Success)
    }

    /// The SDK's folder, absolute: the new crate names it.
    fn sdk(&self) -> Result<PathBuf, CliError> {
        let given = match &self.sdk {
            Some(sdk) => Some(sdk.clone()),
            None => {
                let here =
                    std::env::current_dir().map_err(|error| refuse(format!("there is no current folder: {error}")))?;
                here.ancestors().map(|folder| folder.join("sdk/rust")).find(|sdk| sdk.join("template").is_dir())
            }
        };
        let sdk = given
            .ok_or_else(|| refuse("the SDK for Rust is not found from here: say where it stands with --sdk".into()))?;
        let found = sdk.join("Cargo.toml").is_file().then(|| fs::canonicalize(&sdk).ok()).flatten();
        found.ok_or_else(|| refuse(format!("{} is no SDK: it has no Cargo.toml", sdk.display())))
    }
}

fn check_name(name: &str) -> Result<(), CliError> {
    let fits = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if fits && name.starts_with(|first: char| first.is_ascii_lowercase()) && !name.ends_with('-') {
        return Ok(());
    }
    Err(refuse(format!(
        "`{name}` is no name of a plugin: begin with a small letter, and use small letters, digits and dashes"
    )))
}

fn write(place: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(place, text)
}

fn refuse(message: String) -> CliError {
    CliError::new(Exit::Usage, code("cli.plugin-not-begun"), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_template_is_the_one_of_the_sdk() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/rust/template");
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        assert_eq!(
            found,
            RUST.iter().map(|(file, _)| *file).collect::<Vec<_>>(),
            "a file was added to the template: add it to RUST"
        );
    }

    #[test]
    fn names_are_those_that_manifests_allow() {
        for good in ["greet", "my-stage", "s3"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "My", "a_b", "-a", "a-", "3s", "a/b"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
