//! Provider `embedded`: artifacts whose content stands in their reference, as base64. Rules: reference `pipelines-and-stages.md` §6.7.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, OperationKind, Progress, ProviderPlugin};
use mainsheet_sdk::{blobs, http::INLINE_LIMIT};

/// An artifact, as far as reading it needs.
#[config]
pub struct Embedded {
    /// Base64 of the content, standard or URL-safe, with or without padding; blanks do not count.
    #[field(en = "Reference", zh = "引用内容", required)]
    reference: String,
    /// Name.
    #[field(en = "Name", zh = "名称")]
    name: String,
    /// The content is wanted as a blob, whatever its size.
    #[field(en = "As blob", zh = "以文件形式返回")]
    as_blob: Flag,
}

/// Reads the content: `{name, size, text}` where it is text, else `{name, size, blob}`.
fn fetch(artifact: Embedded, _: OperationCall) -> Result<Progress, Failure> {
    let bytes = decoded(&artifact.reference).ok_or_else(|| {
        let message = format!("The reference of the embedded artifact `{}` is not base64.", artifact.name);
        Failure::new(FailureClass::InvalidInput, code("artifact.malformed"), message)
    })?;
    let (name, size) = (&artifact.name, bytes.len());
    let text = std::str::from_utf8(&bytes).ok().filter(|text| !artifact.as_blob.0 && fits(text));
    if let Some(text) = text {
        return Ok(Progress::Done(json!({ "name": name, "size": size, "text": text })));
    }
    let blob = blobs::create("application/octet-stream", &bytes)?;
    Ok(Progress::Done(json!({ "name": name, "size": size, "blob": blob })))
}

fn decoded(reference: &str) -> Option<Vec<u8>> {
    let mut text: String = reference.chars().filter(|character| !character.is_whitespace()).collect();
    let bare = text.trim_end_matches('=').len();
    text.truncate(bare);
    let padding = (4 - text.len() % 4) % 4;
    text.extend(std::iter::repeat_n('=', padding));
    STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).ok()
}

/// Whether a text, written as JSON, stays within what an answer may hold.
fn fits(text: &str) -> bool {
    let escaped = text.bytes().filter(|byte| byte.is_ascii_control() || matches!(byte, b'"' | b'\\')).count();
    u32::try_from(text.len() + escaped * 5).is_ok_and(|length| length <= INLINE_LIMIT)
}

/// The plugin.
pub fn plugin() -> ProviderPlugin {
    ProviderPlugin::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .named("embedded")
        .label("Embedded artifacts", "内嵌制品")
        .help("Reads artifacts whose content stands in their reference.", "读取内容直接写在引用中的制品。")
        .operation(OperationKind::new("fetch", fetch).safe())
        .artifacts(&["embedded/base64", "embedded/map/base64"])
        .wants("blobs", true.into())
}

mainsheet_sdk::export_provider!(plugin);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        mainsheet_sdk::cases::provider(&super::plugin(), env!("CARGO_MANIFEST_DIR"));
    }
}
