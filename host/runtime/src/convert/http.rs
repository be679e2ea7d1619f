//! Requests to the outside and their replies.

use bindings::mainsheet::host::http::{
    Body as WitBody, Request as WitRequest, Response as WitResponse, Sink as WitSink,
};
use bytes::Bytes;

use crate::lent::{Body, HttpRequest, HttpResponse, Sink};

/// From the contract. Nothing is checked: who sends it decides.
pub(crate) fn request(request: WitRequest) -> HttpRequest {
    let WitRequest { method, url, headers, body, timeout, redirects, reply, identity } = request;
    HttpRequest {
        method,
        url,
        headers,
        body: match body {
            WitBody::None => Body::None,
            WitBody::Bytes(bytes) => Body::Bytes(Bytes::from(bytes)),
            WitBody::Blob(id) => Body::Blob(id),
        },
        timeout,
        redirects,
        reply: match reply {
            WitSink::Inline(most) => Sink::Inline(most),
            WitSink::Blob => Sink::Blob,
        },
        identity,
    }
}

/// To the contract.
pub(crate) fn response(response: HttpResponse) -> WitResponse {
    let HttpResponse { status, headers, body } = response;
    WitResponse {
        status,
        headers,
        body: match body {
            Body::None => WitBody::None,
            Body::Bytes(bytes) => WitBody::Bytes(Vec::from(bytes)),
            Body::Blob(id) => WitBody::Blob(id),
        },
    }
}
