//! What is taken in, and what is refused in which words.

use domain::plugin::PluginKind;
use runtime::{FaultClass, Refusal};

use crate::bed::{Bed, component, config, shared_folder};

async fn refused(name: &str) -> Refusal {
    Bed::new().runtime.inspect(&component(name)).await.expect_err("refused")
}

#[tokio::test]
async fn a_plugin_is_read_compiled_and_described() {
    let folder = tempfile::tempdir().expect("a folder");
    let bed = Bed::with(config(folder.path()));
    let bytes = component("stage-wait");
    let inspected = bed.runtime.inspect(&bytes).await.expect("accepted");
    assert_eq!((inspected.manifest.id.as_str(), inspected.manifest.kind), ("stage-wait", PluginKind::Stage));
    assert_eq!((inspected.contract.as_str(), inspected.size), ("mainsheet:stage@1.0.0", bytes.len()));
    assert!(inspected.imports.iter().any(|import| import.starts_with("wasi:cli/stderr@")), "{:?}", inspected.imports);
    assert!(inspected.compiled_in_ms > 0);
    assert_eq!(bed.runtime.inspect(&bytes).await.expect("accepted").compiled_in_ms, 0, "the cache knows it");
    for name in ["idle", "trigger-webhook", "caller", "scripted"] {
        bed.runtime.inspect(&component(name)).await.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    }
}

#[tokio::test]
async fn a_stage_that_wants_to_act_is_refused() {
    let refusal = refused("greedy").await;
    assert_eq!(refusal.code().as_str(), "plugin.forbidden-import");
    assert!(refusal.message().contains("`mainsheet:host/http@1.0.0`"), "{refusal}");
}

#[tokio::test]
async fn another_contract_is_refused_with_both_versions_and_a_remedy() {
    let refusal = refused("outdated").await;
    assert_eq!(refusal.code().as_str(), "plugin.wrong-contract");
    assert_eq!(
        refusal.message(),
        "the plugin speaks mainsheet:stage@0.9.0, this server speaks mainsheet:stage@1: \
         rebuild the plugin with a current SDK, or use a newer release of it"
    );
}

#[tokio::test]
async fn an_offer_without_schema_is_refused() {
    let refusal = refused("schemaless").await;
    assert!(matches!(&refusal, Refusal::MissingSchema { pointer } if pointer == "/stages/0/schema"), "{refusal}");
}

#[tokio::test]
async fn what_is_too_large_is_not_looked_at() {
    let mut small = config(&shared_folder());
    small.component_size = 10;
    let refusal = Bed::with(small).runtime.inspect(b"#!/bin/sh\necho").await.expect_err("refused");
    assert_eq!(refusal.code().as_str(), "plugin.too-large");
}

/// A component that exports the interface of a stage, with other functions than a stage has.
const STRANGER: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "spin") (result i32) (loop $l (br $l)) (unreachable)))
    (core instance $i (instantiate $m))
    (alias core export $i "memory" (core memory $memory))
    (func $describe (result string) (canon lift (core func $i "spin") (memory $memory)))
    (instance $s (export "describe" (func $describe)))
    (export "mainsheet:stage/stage@1.0.0" (instance $s)))"#;

#[tokio::test]
async fn functions_of_another_shape_are_refused() {
    let refusal = Bed::new().runtime.inspect(&wat::parse_str(STRANGER).expect("parses")).await.expect_err("refused");
    assert_eq!(refusal.code().as_str(), "plugin.contract-mismatch");
    assert!(refusal.message().contains("no `check`"), "{refusal}");
}

#[tokio::test]
async fn a_component_that_never_starts_is_refused_in_time() {
    let text = r#"(component
        (core module $m (func $spin (loop $l (br $l))) (start $spin))
        (core instance $i (instantiate $m))
        (instance $s)
        (export "mainsheet:trigger/trigger@1.0.0" (instance $s)))"#;
    let refusal = Bed::new().runtime.inspect(&wat::parse_str(text).expect("parses")).await.expect_err("refused");
    assert!(matches!(&refusal, Refusal::Describe(fault) if fault.class == FaultClass::Cpu), "{refusal}");
}

#[tokio::test]
async fn a_module_that_does_not_validate_is_refused_by_the_compiler() {
    let mut bytes = component("stage-wait");
    // Behind the header stand core modules: an operator in the middle of one becomes none.
    let middle = bytes.len() / 3;
    bytes[middle..middle + 64].fill(0xff);
    let refusal = Bed::new().runtime.inspect(&bytes).await.expect_err("refused");
    assert!(matches!(refusal.code().as_str(), "plugin.does-not-compile" | "plugin.not-a-component"), "{refusal}");
}
