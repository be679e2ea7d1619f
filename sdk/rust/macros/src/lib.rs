//! Macros of the Rust SDK: `#[config]`, which makes a struct the configuration of a stage, an operation, a query or a trigger.

mod config;

use proc_macro::TokenStream;

/// Makes a struct a configuration: readable from a user's JSON and described by a JSON Schema.
///
/// The struct derives `Debug`, `Clone`, `Default`, `serde::{Serialize, Deserialize}` and `schemars::JsonSchema`; keys are camelCase, every field may be
/// absent, doc comments become the English help text. Other `serde` and `schemars` attributes go on working. Each field may carry `#[field(…)]`:
///
/// | item | meaning |
/// | --- | --- |
/// | `en = "…"`, `zh = "…"` | label, as `x-ui.label` |
/// | `help_zh = "…"` | Chinese help, as `x-ui.help.zh` |
/// | `default = expression` | value when the key is absent; without it `Default::default()` |
/// | `initial = literal` | what a new form offers, as `x-ui.initial` |
/// | `widget = "…"`, `group = "…"`, `order = n` | how a form shows it, as `x-ui.…` |
/// | `choices = "query"` | pick list from a query, as `x-choices` |
/// | `required` | the schema requires the key |
/// | `deferred` | the host does not evaluate expressions in it, as `x-deferred` |
/// | `large`, `secret` | as `x-large`, `x-secret` |
#[proc_macro_attribute]
pub fn config(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemStruct);
    config::expand(arguments.into(), item).unwrap_or_else(syn::Error::into_compile_error).into()
}
