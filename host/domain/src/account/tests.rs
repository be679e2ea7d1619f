//! What accounts hold, and where their secrets are found.

use serde_json::json;

use super::*;

fn schema() -> Params {
    Params::new(json!({
        "properties": {
            "hosts": { "type": "array", "items": { "type": "string" } },
            "password": { "anyOf": [{ "$ref": "#/$defs/Text" }, { "type": "null" }] },
            "headers": { "type": "object", "x-secret": true },
            "clusters": { "type": "array", "items": { "properties": { "token": { "type": "string", "x-secret": true }, "name": {} } } },
            "labels": { "type": "object", "additionalProperties": { "type": "string", "x-secret": true } },
        },
        "$defs": { "Text": { "type": "string", "x-secret": true } },
    }))
}

fn config() -> Params {
    Params::new(json!({
        "hosts": ["a.example.com"], "password": "p1", "headers": { "X-A/B": "p2", "X-C": ["p3", null] },
        "clusters": [{ "name": "one", "token": { "$secret": "account:x" } }, { "token": "p4" }], "labels": { "l": "p5" },
    }))
}

#[test]
fn every_marked_place_is_found_whatever_way_the_schema_takes() {
    let found = held(&schema(), &config(), "/config").expect("only texts and references");
    let pointers: Vec<&str> = found.held.keys().map(String::as_str).collect();
    assert_eq!(
        pointers,
        ["/clusters/0/token", "/clusters/1/token", "/headers/X-A~1B", "/headers/X-C/0", "/labels/l", "/password"]
    );
    assert_eq!(found.held["/clusters/0/token"], Held::Reference("account:x".into()));
    let stored = found.sealed(|pointer, _| format!("new{}", pointer.len()));
    assert_eq!(stored.value()["headers"]["X-A/B"], json!({ "$secret": "new15" }));
    assert_eq!(stored.value()["clusters"][0]["token"], json!({ "$secret": "account:x" }));
    for clear in ["p1", "p2", "p3", "p4", "p5"] {
        assert!(!stored.text().contains(clear) && !found.masked().text().contains(clear), "{clear} is in clear");
    }
    assert_eq!(stored.value()["hosts"], json!(["a.example.com"]));
}

#[test]
fn what_cannot_be_kept_apart_is_refused() {
    let refused = held(&schema(), &Params::new(json!({ "headers": { "n": 5 } })), "/config").expect_err("a number");
    assert_eq!((refused[0].pointer.as_str(), refused[0].code.as_str()), ("/config/headers/n", "account.secret-type"));
    let circle = Params::new(json!({ "$ref": "#" }));
    assert!(held(&circle, &Params::object(), "").is_err(), "a circle");
    let misspelt = unknown_fields(&schema(), &Params::new(json!({ "pasword": "p" })), "/config");
    assert_eq!(misspelt[0].pointer, "/config/pasword");
    assert!(misspelt[0].message.contains("`password`"), "{}", misspelt[0].message);
}

#[test]
fn a_document_says_provider_config_and_permissions_and_nothing_else() {
    let read = |document| Draft::read("prod", &Params::new(document));
    let draft = read(
        json!({ "provider": "http", "config": {}, "permissions": { "WRITE": [" Ops "], "READ": [] }, "revision": 3 }),
    );
    let draft = draft.expect("a document");
    assert_eq!(draft.permissions, BTreeMap::from([(Access::Write, vec!["ops".to_owned()])]));
    for (document, pointer, code) in [
        (json!([]), "", "account.field-type"),
        (json!({ "config": {} }), "/provider", "account.provider-unknown"),
        (json!({ "provider": "http", "config": [] }), "/config", "account.field-type"),
        (json!({ "provider": "http", "password": "p" }), "/password", "account.field-unknown"),
        (json!({ "provider": "http", "name": "other" }), "/name", "account.name-invalid"),
        (
            json!({ "provider": "http", "permissions": { "WRIT": [] } }),
            "/permissions/WRIT",
            "account.permissions-invalid",
        ),
        (
            json!({ "provider": "http", "permissions": { "READ": "ops" } }),
            "/permissions/READ",
            "account.permissions-invalid",
        ),
    ] {
        let problems = read(document).expect_err(code);
        assert_eq!((problems[0].pointer.as_str(), problems[0].code.as_str()), (pointer, code));
    }
    for name in ["", "-a", "a b", "embedded-artifact"] {
        assert!(Draft::read(name, &Params::new(json!({ "provider": "http" }))).is_err(), "{name}");
    }
}

#[test]
fn one_error_fails_a_verification_and_a_warning_does_not() {
    let finding = |level: &str| Finding { level: level.into(), code: "a.b".into(), message: String::new() };
    let status =
        |levels: &[&str]| Verification::of(levels.iter().map(|level| finding(level)).collect(), Timestamp(1)).status;
    assert_eq!(status(&[]), Status::Verified);
    assert_eq!(status(&["ok", "warning"]), Status::Verified);
    assert_eq!(status(&["ok", "error"]), Status::Failed);
}

#[test]
fn names_near_to_the_one_given_are_told() {
    let account = Account {
        name: "Production".into(),
        provider: "http".into(),
        config: Params::object(),
        permissions: BTreeMap::new(),
        verification: Verification::default(),
        revision: 1,
        created: Timestamp(0),
        updated: Timestamp(0),
        updated_by: String::new(),
    };
    let accounts = Accounts::new([account]);
    assert!(accounts.get("production").is_some());
    assert!(accounts.unknown("prodution").contains("`Production`"));
    assert!(accounts.without("PRODUCTION").get("production").is_none());
}
