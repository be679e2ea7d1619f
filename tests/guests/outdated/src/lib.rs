//! Guest `outdated`: a stage of contract `stage@0.9`, which no host speaks: it is refused at install, in words that name both versions.
#![cfg_attr(target_arch = "wasm32", expect(unsafe_code, reason = "generated"))]

#[cfg(target_arch = "wasm32")]
mod component {
    wit_bindgen::generate!({ path: "wit", world: "stage-plugin" });

    struct Component;

    impl exports::mainsheet::stage::stage::Guest for Component {
        fn describe() -> String {
            r#"{"manifest":1,"id":"outdated","version":"0.1.0","kind":"stage","stages":[{"type":"outdated","schema":{"type":"object"}}]}"#.to_owned()
        }
        fn step(_: String) -> String {
            r#"{"status":"succeeded"}"#.to_owned()
        }
    }

    export!(Component);
}
