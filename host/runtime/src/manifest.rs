//! What `describe` returned, parsed and checked: whatever passes here can be catalogued.

use std::collections::HashSet;

use domain::params::Params;
use domain::plugin::{Manifest, PluginKind};

use crate::config::{Bound, Bounds};
use crate::error::Refusal;

/// The shape that this server reads.
const SHAPE: u32 = 1;
/// Lists of offers; each offer has a schema.
const OFFERS: [&str; 4] = ["stages", "operations", "queries", "triggers"];

/// Parses and checks a manifest.
///
/// # Errors
/// Where it is wrong, as a JSON pointer, and why.
pub(crate) fn parse(text: &str, kind: PluginKind, bounds: &Bounds) -> Result<Manifest, Refusal> {
    let document = Params::parse(text).map_err(|error| bad("", error.to_string()))?;
    schemas(&document)?;
    let manifest: Manifest = serde_json::from_str(text).map_err(|error| bad("", error.to_string()))?;
    identity(&manifest, kind)?;
    offers(&manifest)?;
    if manifest.grants.http.as_ref().is_some_and(|http| !http.networks.is_empty()) {
        return Err(bad("/grants/http/networks", "only an operator opens private networks"));
    }
    let Bounds { memory, cpu, wall, stack } = *bounds;
    let wanted = manifest.limits;
    limit("memory", wanted.memory, memory)?;
    limit("cpu", wanted.cpu, cpu)?;
    limit("wall", wanted.wall, wall)?;
    limit("stack", wanted.stack, stack)?;
    Ok(manifest)
}

fn bad(pointer: impl Into<String>, reason: impl Into<String>) -> Refusal {
    Refusal::BadManifest { pointer: pointer.into(), reason: reason.into() }
}

fn schemas(document: &Params) -> Result<(), Refusal> {
    for list in OFFERS {
        let offers = document.get(list).and_then(|list| list.as_array());
        for (index, offer) in offers.into_iter().flatten().enumerate() {
            if !offer.get("schema").is_some_and(|schema| schema.is_object()) {
                return Err(Refusal::MissingSchema { pointer: format!("/{list}/{index}/schema") });
            }
        }
    }
    Ok(())
}

fn identity(manifest: &Manifest, kind: PluginKind) -> Result<(), Refusal> {
    if manifest.manifest != SHAPE {
        return Err(bad("/manifest", format!("this server reads shape {SHAPE}, not {}", manifest.manifest)));
    }
    let id = manifest.id.as_str();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
        return Err(bad("/id", "a plugin's id has 1 to 64 letters a-z, digits and dashes"));
    }
    if manifest.version.trim().is_empty() {
        return Err(bad("/version", "a version is wanted"));
    }
    if manifest.kind != kind {
        let exported = crate::contract::kind_name(kind);
        return Err(bad("/kind", format!("the component exports the interface of a {exported} plugin")));
    }
    Ok(())
}

fn offers(manifest: &Manifest) -> Result<(), Refusal> {
    let Manifest { stages, operations, queries, triggers, .. } = manifest;
    let empty = match manifest.kind {
        PluginKind::Stage => stages.is_empty().then_some("/stages"),
        PluginKind::Provider => manifest.provider.as_deref().unwrap_or_default().is_empty().then_some("/provider"),
        PluginKind::Trigger => triggers.is_empty().then_some("/triggers"),
    };
    if let Some(pointer) = empty {
        return Err(bad(pointer, "there is nothing on offer"));
    }
    let stage_keys = stages.iter().flat_map(|stage| {
        std::iter::once(&stage.kind).chain(&stage.aliases).map(|key| (key.as_str(), stage.provider.as_deref()))
    });
    unique("/stages", stage_keys)?;
    unique("/operations", operations.iter().map(|operation| (operation.kind.as_str(), None)))?;
    unique("/queries", queries.iter().map(|query| (query.kind.as_str(), None)))?;
    unique("/triggers", triggers.iter().map(|trigger| (trigger.kind.as_str(), None)))
}

fn unique<'m>(list: &str, keys: impl Iterator<Item = (&'m str, Option<&'m str>)>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for (key, provider) in keys {
        if key.is_empty() {
            return Err(bad(list, "an offer has no key"));
        }
        if !seen.insert((key, provider)) {
            return Err(bad(list, format!("`{key}` is offered twice")));
        }
    }
    Ok(())
}

fn limit(name: &str, wanted: Option<u32>, bound: Bound) -> Result<(), Refusal> {
    match wanted {
        Some(0) => Err(bad(format!("/limits/{name}"), "a limit is not 0")),
        Some(wanted) if wanted > bound.greatest => {
            Err(bad(format!("/limits/{name}"), format!("{wanted} is wanted, at most {} is given", bound.greatest)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text, PluginKind::Stage, &Bounds::default()).expect_err("refused").message()
    }

    fn with(more: &str) -> String {
        format!(
            r#"{{"manifest":1,"id":"a-1","version":"1","kind":"stage","stages":[{{"type":"a","schema":{{}}}}]{more}}}"#
        )
    }

    #[test]
    fn a_manifest_without_anything_special_is_taken() {
        let manifest = parse(&with(r#","future":1"#), PluginKind::Stage, &Bounds::default()).expect("taken");
        assert_eq!((manifest.id.as_str(), manifest.stages.len()), ("a-1", 1));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        assert_eq!(refused("{"), "the manifest is wrong at ``: EOF while parsing an object at line 1 column 1");
        assert!(refused(r#"{"stages":[{"type":"a","schema":true}]}"#).contains("`/stages/0/schema`"));
        assert!(refused(&with("").replace("\"manifest\":1", "\"manifest\":2")).contains("`/manifest`"));
        assert!(refused(&with("").replace("a-1", "A")).contains("`/id`"));
        assert!(refused(&with("").replace("\"kind\":\"stage\"", "\"kind\":\"trigger\"")).contains("`/kind`"));
        assert!(
            refused(&with(r#","limits":{"memory":1000000000}"#)).contains("`/limits/memory`: 1000000000 is wanted")
        );
        assert!(refused(&with(r#","grants":{"http":{"networks":["10.0.0.0/8"]}}"#)).contains("/grants/http/networks"));
        let twice = with("").replace("\"schema\":{}}", "\"schema\":{},\"aliases\":[\"a\"]}");
        assert!(refused(&twice).contains("`a` is offered twice"));
    }
}
