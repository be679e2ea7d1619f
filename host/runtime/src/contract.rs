//! Which contract a component speaks, read from its imports and exports before anything of it is compiled.

use domain::plugin::PluginKind;
use wasmparser::{Encoding, Parser, Payload};

use crate::error::Refusal;

/// The major that this server speaks.
const MAJOR: &str = "1";
/// The interfaces that plugins export, by kind.
const WORLDS: [(&str, PluginKind); 3] = [
    ("mainsheet:stage/stage", PluginKind::Stage),
    ("mainsheet:provider/provider", PluginKind::Provider),
    ("mainsheet:trigger/trigger", PluginKind::Trigger),
];
/// What of WASI reaches nothing: it is answered deterministically for stages. Files are there without a folder to open.
const HARMLESS: [&str; 4] = ["wasi:io/", "wasi:cli/", "wasi:clocks/", "wasi:random/"];
const WITHOUT_FOLDERS: &str = "wasi:filesystem/";
const SOCKETS: &str = "wasi:sockets/";

/// What a component says of itself before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contract {
    pub(crate) kind: PluginKind,
    /// As `mainsheet:stage@1.0.0`.
    pub(crate) name: String,
    pub(crate) imports: Vec<String>,
}

/// Reads and judges the outer imports and exports of a component.
///
/// # Errors
/// It is none, none of ours, or imports what its kind may not.
pub(crate) fn read(bytes: &[u8]) -> Result<Contract, Refusal> {
    let (imports, exports) = names(bytes)?;
    let (kind, name) = world(&exports)?;
    for import in &imports {
        judge(kind, import)?;
    }
    Ok(Contract { kind, name, imports })
}

/// The interface that plugins of a kind export.
pub(crate) fn interface(kind: PluginKind) -> String {
    let name = WORLDS.iter().find(|(_, of)| *of == kind).map_or("", |(name, _)| *name);
    format!("{name}@{MAJOR}.0.0")
}

/// A kind as people write it.
pub(crate) fn kind_name(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Stage => "stage",
        PluginKind::Provider => "provider",
        PluginKind::Trigger => "trigger",
    }
}

fn names(bytes: &[u8]) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let broken = |reason: String| Refusal::NotAComponent { reason };
    let (mut imports, mut exports, mut depth) = (Vec::new(), Vec::new(), 0_usize);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| broken(error.to_string()))? {
            Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
                return Err(broken("it is a core module".to_owned()));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            // The outermost end comes once more often than nested ones begin.
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|error| broken(error.to_string()))?;
                    imports.push(import.name.full_name().into_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export.map_err(|error| broken(error.to_string()))?;
                    exports.push(export.name.full_name().into_owned());
                }
            }
            _ => {}
        }
    }
    Ok((imports, exports))
}

fn world(exports: &[String]) -> Result<(PluginKind, String), Refusal> {
    let ours: Vec<(&str, &str, PluginKind)> = exports
        .iter()
        .filter_map(|export| {
            let (name, version) = export.split_once('@')?;
            let (_, kind) = WORLDS.iter().find(|(world, _)| *world == name)?;
            Some((name, version, *kind))
        })
        .collect();
    let [(name, version, kind)] = ours.as_slice() else {
        let exports = if exports.is_empty() { "nothing".to_owned() } else { exports.join(", ") };
        return Err(Refusal::NotAPlugin { exports, wanted: WORLDS.map(|(name, _)| name).join(", ") });
    };
    let package = name.split('/').next().unwrap_or(name);
    let found = format!("{package}@{version}");
    if version.split('.').next() == Some(MAJOR) {
        return Ok((*kind, found));
    }
    Err(Refusal::WrongContract { remedy: remedy(version), found, wanted: format!("{package}@{MAJOR}") })
}

fn remedy(version: &str) -> &'static str {
    let major = |text: &str| text.split('.').next().and_then(|part| part.parse::<u32>().ok());
    if major(version) > major(MAJOR) {
        "upgrade the server, or use an older release of the plugin"
    } else {
        "rebuild the plugin with a current SDK, or use a newer release of it"
    }
}

fn judge(kind: PluginKind, import: &str) -> Result<(), Refusal> {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    let forbidden = || {
        let allowed = offered(kind).map(|one| format!("`mainsheet:host/{one}`")).collect::<Vec<_>>().join(", ");
        Refusal::ForbiddenImport { import: import.to_owned(), kind: kind_name(kind), allowed }
    };
    if let Some(interface) = name.strip_prefix("mainsheet:host/") {
        return match version.split('.').next() {
            Some(MAJOR) if offered(kind).any(|one| one == interface) => Ok(()),
            Some(MAJOR) if elsewhere(kind, interface) => Err(forbidden()),
            Some(MAJOR) => Err(Refusal::NotOffered { import: import.to_owned() }),
            _ => Err(Refusal::WrongContract {
                found: format!("mainsheet:host@{version}"),
                wanted: format!("mainsheet:host@{MAJOR}"),
                remedy: remedy(version),
            }),
        };
    }
    let wasi = HARMLESS.iter().any(|prefix| name.starts_with(prefix))
        || name.starts_with(WITHOUT_FOLDERS)
        || (name.starts_with(SOCKETS) && kind != PluginKind::Stage);
    if wasi || name == "mainsheet:types/common" { Ok(()) } else { Err(forbidden()) }
}

/// The interfaces of `host@1` that this server lends to a kind.
fn offered(kind: PluginKind) -> impl Iterator<Item = &'static str> {
    let offered: &[&str] = match kind {
        PluginKind::Stage => &["log"],
        PluginKind::Provider => &["log", "http", "blobs", "sign"],
        PluginKind::Trigger => &["log", "http", "sign"],
    };
    offered.iter().copied()
}

/// Whether the contract has the interface for other kinds only. What is neither here nor offered, a later server may have.
fn elsewhere(kind: PluginKind, interface: &str) -> bool {
    match kind {
        PluginKind::Stage => matches!(interface, "http" | "blobs" | "sign" | "kubernetes" | "tools"),
        PluginKind::Provider => false,
        PluginKind::Trigger => matches!(interface, "blobs" | "kubernetes" | "tools"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
        let mut text = String::from("(component (component $c (component))");
        for import in imports {
            text.push_str(&format!("(import \"{import}\" (instance))"));
        }
        text.push_str("(instance $i)");
        for export in exports {
            text.push_str(&format!("(export \"{export}\" (instance $i))"));
        }
        text.push(')');
        wat::parse_str(&text).expect("test text parses")
    }

    fn refused(imports: &[&str], exports: &[&str]) -> String {
        read(&component(imports, exports)).expect_err("refused").message()
    }

    #[test]
    fn a_stage_with_log_and_harmless_wasi_is_read() {
        let bytes = component(&["mainsheet:host/log@1.0.0", "wasi:io/streams@0.2.6"], &["mainsheet:stage/stage@1.0.3"]);
        let contract = read(&bytes).expect("accepted");
        assert_eq!((contract.kind, contract.name.as_str()), (PluginKind::Stage, "mainsheet:stage@1.0.3"));
        assert_eq!(contract.imports, ["mainsheet:host/log@1.0.0", "wasi:io/streams@0.2.6"]);
    }

    #[test]
    fn what_is_refused_names_versions_and_remedies() {
        let stage = ["mainsheet:stage/stage@1.0.0"];
        assert!(refused(&["mainsheet:host/http@1.0.0"], &stage).starts_with(
            "a stage plugin may not import `mainsheet:host/http@1.0.0`; it may import `mainsheet:host/log`"
        ));
        assert!(refused(&["wasi:sockets/tcp@0.2.6"], &stage).contains("may not import `wasi:sockets/tcp@0.2.6`"));
        assert!(refused(&["mainsheet:host/clock@1.4.0"], &stage).contains("which this server does not offer"));
        assert!(
            refused(&["mainsheet:host/kubernetes@1.0.0"], &["mainsheet:provider/provider@1.0.0"])
                .contains("`mainsheet:host/kubernetes@1.0.0`, which this server does not offer")
        );
        assert_eq!(
            refused(&[], &["mainsheet:stage/stage@2.1.0"]),
            "the plugin speaks mainsheet:stage@2.1.0, this server speaks mainsheet:stage@1: upgrade the server, or use an older release of the plugin"
        );
        assert!(refused(&[], &["mainsheet:stage/stage@0.9.0"]).contains("rebuild the plugin with a current SDK"));
        assert!(
            refused(&[], &["wasi:cli/run@0.2.0"]).starts_with("the component exports wasi:cli/run@0.2.0; a plugin")
        );
        assert!(
            refused(&[], &["mainsheet:stage/stage@1.0.0", "mainsheet:trigger/trigger@1.0.0"]).contains("exactly one")
        );
    }

    #[test]
    fn bytes_that_are_no_component_are_refused_in_words() {
        assert!(read(b"#!/bin/sh").expect_err("refused").message().contains("not a WebAssembly component"));
        let module = wat::parse_str("(module)").expect("test text parses");
        assert!(read(&module).expect_err("refused").message().contains("it is a core module"));
    }
}
