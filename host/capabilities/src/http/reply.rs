//! Replies: inline up to a size, or into a blob; never more than is wanted, whatever the far side says.

use bytes::Bytes;
use domain::code::code;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass};
use runtime::{Body, HttpResponse, Sink};

use crate::blobs::Folder;

/// Takes a response.
///
/// # Errors
/// It is too large, or breaks off.
pub(super) async fn read(
    scope: &Scope,
    mut response: reqwest::Response,
    sink: Sink,
    most: u32,
    blobs: &Folder,
) -> Result<HttpResponse, Failure> {
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let headers = headers.collect();
    let body = match sink {
        Sink::Inline(wanted) => Body::Bytes(inline(&mut response, wanted.min(most)).await?),
        Sink::Blob => {
            let mut draft = blobs.draft(scope).await?;
            while let Some(chunk) = response.chunk().await.map_err(broken)? {
                draft.write(&chunk).await?;
            }
            Body::Blob(draft.keep().await?)
        }
    };
    Ok(HttpResponse { status, headers, body })
}

async fn inline(response: &mut reqwest::Response, most: u32) -> Result<Bytes, Failure> {
    let most = most as usize;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > most {
            let message = format!("The reply has more than {most} bytes; take it into a blob.");
            return Err(Failure::new(FailureClass::InvalidInput, code("http.too-large"), message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

fn broken(error: reqwest::Error) -> Failure {
    let message = format!("The reply broke off: {}.", error.without_url());
    Failure::new(FailureClass::Unavailable, code("http.unreachable"), message)
}
