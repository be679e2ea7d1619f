//! Host bindings of the plugin contract in wit/, and nothing else.
//!
//! One world that imports everything: the imports of `host@1`, which the host implements, and the interfaces that plugins
//! export, of which only the types are used (`runtime` looks their functions up by name and type). So each type exists
//! once, and an export called `match`, which generated export structs cannot name, is no trouble.
//!
//! Rebuilding takes a minute, which is why this is a crate.

#![expect(missing_docs, reason = "generated; the documentation stands in wit/")]

wasmtime::component::bindgen!({
    path: [
        "../../wit/types@1",
        "../../wit/host@1",
        "../../wit/stage@1",
        "../../wit/provider@1",
        "../../wit/trigger@1",
    ],
    inline: "
        package mainsheet:bindings;
        world contract {
            import mainsheet:host/log@1.0.0;
            import mainsheet:host/http@1.0.0;
            import mainsheet:host/kubernetes@1.0.0;
            import mainsheet:host/blobs@1.0.0;
            import mainsheet:host/sign@1.0.0;
            import mainsheet:host/tools@1.0.0;
            import mainsheet:stage/stage@1.0.0;
            import mainsheet:provider/provider@1.0.0;
            import mainsheet:trigger/trigger@1.0.0;
        }
    ",
    world: "mainsheet:bindings/contract",
    imports: { "mainsheet:host/log@1.0.0.write": trappable, default: async | trappable },
});
