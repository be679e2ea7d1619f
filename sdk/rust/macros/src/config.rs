//! Expansion of `#[config]`: serde and schemars do the work, this only spells their attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Error, Expr, Field, Fields, ItemStruct, LitStr, Result, Token, meta::ParseNestedMeta, parse_quote};

/// The struct with its derives and attributes, and its `Default`.
pub fn expand(arguments: TokenStream, mut item: ItemStruct) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "#[config] takes no arguments"));
    }
    let Fields::Named(fields) = &mut item.fields else {
        return Err(Error::new_spanned(&item.ident, "#[config] needs a struct with named fields"));
    };
    let mut defaults = Vec::new();
    let mut required = Vec::new();
    for field in &mut fields.named {
        let hints = Hints::take(field)?;
        let name = field.ident.clone();
        let default = hints.default.clone().unwrap_or_else(|| parse_quote!(::core::default::Default::default()));
        defaults.push(quote!(#name: #default));
        if hints.required {
            required.push(key(field)?);
        }
        hints.attach(field);
    }
    let derives = parse_quote!(#[derive(
        Debug, Clone, ::mainsheet_sdk::serde::Serialize, ::mainsheet_sdk::serde::Deserialize, ::mainsheet_sdk::schemars::JsonSchema
    )]);
    item.attrs.insert(0, derives);
    item.attrs.push(parse_quote!(#[serde(rename_all = "camelCase", default, crate = "::mainsheet_sdk::serde")]));
    item.attrs.push(parse_quote!(#[schemars(crate = "::mainsheet_sdk::schemars")]));
    if !required.is_empty() {
        item.attrs.push(parse_quote!(#[schemars(extend("required" = [#(#required),*]))]));
    }
    let (name, (implemented, generics, bounds)) = (&item.ident, item.generics.split_for_impl());
    Ok(quote! {
        #item
        impl #implemented ::core::default::Default for #name #generics #bounds {
            fn default() -> Self {
                Self { #(#defaults),* }
            }
        }
    })
}

/// What `#[field(…)]` says.
#[derive(Default)]
struct Hints {
    default: Option<Expr>,
    required: bool,
    marks: Vec<(&'static str, TokenStream)>,
    label: Vec<(&'static str, LitStr)>,
    help: Option<LitStr>,
    ui: Vec<(String, TokenStream)>,
}

impl Hints {
    fn take(field: &mut Field) -> Result<Self> {
        let mut hints = Self::default();
        let (own, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut field.attrs).into_iter().partition(|attr| attr.path().is_ident("field"));
        field.attrs = rest;
        for attribute in own {
            attribute.parse_nested_meta(|meta| hints.read(&meta))?;
        }
        Ok(hints)
    }

    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "en" => self.label.push(("en", meta.value()?.parse()?)),
            "zh" => self.label.push(("zh", meta.value()?.parse()?)),
            "help_zh" => self.help = Some(meta.value()?.parse()?),
            "default" => self.default = Some(meta.value()?.parse()?),
            "required" => self.required = true,
            "deferred" => self.marks.push(("x-deferred", quote!(true))),
            "large" => self.marks.push(("x-large", quote!(true))),
            "secret" => self.marks.push(("x-secret", quote!(true))),
            "choices" => {
                let query: LitStr = meta.value()?.parse()?;
                self.marks.push(("x-choices", quote!({ "query": #query })));
            }
            "initial" | "widget" | "group" | "order" => {
                let value: Expr = meta.value()?.parse()?;
                self.ui.push((name, quote!(#value)));
            }
            _ => {
                return Err(meta.error("not an item of #[field(…)]: see the documentation of #[config]"));
            }
        }
        Ok(())
    }

    fn attach(self, field: &mut Field) {
        let mut ui: Vec<TokenStream> = self.ui.iter().map(|(key, value)| quote!(#key: #value)).collect();
        if !self.label.is_empty() {
            let texts = self.label.iter().map(|(language, text)| quote!(#language: #text));
            ui.push(quote!("label": { #(#texts),* }));
        }
        if let Some(text) = self.help {
            ui.push(quote!("help": { "zh": #text }));
        }
        if !ui.is_empty() {
            field.attrs.push(parse_quote!(#[schemars(extend("x-ui" = { #(#ui),* }))]));
        }
        for (key, value) in self.marks {
            field.attrs.push(parse_quote!(#[schemars(extend(#key = #value))]));
        }
    }
}

/// The field's key in the document: what `#[serde(rename = "…")]` says, else its name as serde's rule has it.
fn key(field: &Field) -> Result<String> {
    let mut renamed = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                renamed = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.input.peek(Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            Ok(())
        })?;
    }
    Ok(renamed
        .unwrap_or_else(|| camel_case(&field.ident.as_ref().map(|name| name.unraw().to_string()).unwrap_or_default())))
}

/// `wait_time` as `waitTime`, as serde's own rule has it.
fn camel_case(name: &str) -> String {
    let mut upper = false;
    let mut result = String::new();
    for character in name.chars() {
        match character {
            '_' => upper = true,
            _ if upper => {
                result.extend(character.to_uppercase());
                upper = false;
            }
            _ => result.push(character),
        }
    }
    result
}
