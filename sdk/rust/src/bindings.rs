//! Guest bindings of the contract in `wit/`, generated and nothing else. Types shared by several worlds are generated once.
//!
//! Authors use the plain types of [`crate::stage`], [`crate::provider`] and [`crate::trigger`]; these are here for imports that have no wrapper yet.
#![expect(missing_docs, reason = "generated")]

/// Bindings of the world `stage-plugin`, and the shared nouns.
pub mod stage {
    wit_bindgen::generate!({
        path: ["../../wit/types@1", "../../wit/host@1", "../../wit/stage@1"],
        world: "mainsheet:stage/stage-plugin",
        generate_all,
        generate_unused_types: true,
        pub_export_macro: true,
        runtime_path: "::mainsheet_sdk::wit_bindgen::rt",
        export_macro_name: "export_stage",
        default_bindings_module: "mainsheet_sdk::bindings::stage",
    });
}

/// Bindings of the world `provider-plugin`.
pub mod provider {
    wit_bindgen::generate!({
        path: ["../../wit/types@1", "../../wit/host@1", "../../wit/provider@1"],
        world: "mainsheet:provider/provider-plugin",
        generate_all,
        with: {
            "mainsheet:types/common@1.0.0": crate::bindings::stage::mainsheet::types::common,
            "mainsheet:host/log@1.0.0": crate::bindings::stage::mainsheet::host::log,
        },
        pub_export_macro: true,
        runtime_path: "::mainsheet_sdk::wit_bindgen::rt",
        export_macro_name: "export_provider",
        default_bindings_module: "mainsheet_sdk::bindings::provider",
    });
}

/// Bindings of the world `trigger-plugin`.
pub mod trigger {
    wit_bindgen::generate!({
        path: ["../../wit/types@1", "../../wit/host@1", "../../wit/trigger@1"],
        world: "mainsheet:trigger/trigger-plugin",
        generate_all,
        with: {
            "mainsheet:types/common@1.0.0": crate::bindings::stage::mainsheet::types::common,
            "mainsheet:host/log@1.0.0": crate::bindings::stage::mainsheet::host::log,
            "mainsheet:host/http@1.0.0": crate::bindings::provider::mainsheet::host::http,
            "mainsheet:host/sign@1.0.0": crate::bindings::provider::mainsheet::host::sign,
        },
        pub_export_macro: true,
        runtime_path: "::mainsheet_sdk::wit_bindgen::rt",
        export_macro_name: "export_trigger",
        default_bindings_module: "mainsheet_sdk::bindings::trigger",
    });
}
