//! Operation `fetch`: the content of an artifact of type `http/file`.

use mainsheet_sdk::http::{INLINE_LIMIT, Request};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::{OperationCall, Progress};

use crate::reply;

/// Milliseconds before a try that met a busy or broken server is repeated; three tries altogether.
const WAITS: [u32; 2] = [2_000, 10_000];

/// An artifact, as far as fetching it needs.
#[config]
pub struct File {
    /// Address of the file.
    #[field(en = "Reference", zh = "引用地址", required)]
    reference: String,
    /// Name, where it differs from the address.
    #[field(en = "Name", zh = "名称")]
    name: String,
    /// The content is wanted as a blob, whatever its size.
    #[field(en = "As blob", zh = "以文件形式返回")]
    as_blob: Flag,
}

/// Gets the file: `{name, size, text}` where it is text of a moderate size, else `{name, blob}`.
pub fn fetch(file: File, call: OperationCall) -> Result<Progress, Failure> {
    let tries: usize = call.checkpoint();
    if call.cancelling {
        return Err(Failure::new(FailureClass::Cancelled, code("http.cancelled"), "The file is no longer wanted."));
    }
    let failure = match file.get(&call) {
        Ok(content) => return Ok(Progress::Done(content)),
        Err(failure) => failure,
    };
    let again = matches!(failure.class, FailureClass::Unavailable | FailureClass::TimedOut | FailureClass::Throttled);
    match WAITS.get(tries).filter(|_| again) {
        Some(wait) => {
            let wait = failure.retry_after.unwrap_or(0).max(*wait);
            Ok(Progress::again(&(tries + 1)).after(wait).showing(json!({ "problem": failure.message })))
        }
        None => Err(failure),
    }
}

impl File {
    fn get(&self, call: &OperationCall) -> Result<Value, Failure> {
        let url = self.reference.trim();
        let name = if self.name.is_empty() { url.rsplit('/').next().unwrap_or(url) } else { &self.name };
        let request = || Request::get(url).identity(call.account.as_ref().map(|account| account.name.clone()));
        if !self.as_blob.0 {
            match request().send() {
                Ok(response) if response.status >= 400 => return Err(reply::failure(&response, url)),
                Ok(response) => match String::from_utf8(response.body) {
                    Ok(text) if fits(&text) => return Ok(json!({ "name": name, "size": text.len(), "text": text })),
                    _ => {}
                },
                Err(failure) if failure.code == "http.too-large" => {}
                Err(failure) => return Err(failure),
            }
        }
        let response = request().into_blob().send()?;
        if response.status >= 400 {
            return Err(reply::failure(&response, url));
        }
        Ok(json!({ "name": name, "blob": response.blob }))
    }
}

/// Whether a text, written as JSON, stays within what an answer may hold.
fn fits(text: &str) -> bool {
    let escaped = text.bytes().filter(|byte| byte.is_ascii_control() || matches!(byte, b'"' | b'\\')).count();
    u32::try_from(text.len() + escaped * 5).is_ok_and(|length| length <= INLINE_LIMIT)
}
