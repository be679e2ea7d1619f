//! `http`: requests to the outside, as many as one call may make.

use bindings::mainsheet::host::http::{Host, Request, Response};
use bindings::mainsheet::types::common::Failure as WitFailure;
use domain::code::code;
use domain::{Failure, FailureClass};

use crate::convert;
use crate::instance::CallState;
use crate::lent::Body;

/// Requests of one call.
const REQUESTS: u32 = 50;

impl Host for CallState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, WitFailure>> {
        let answer = self.request(request).await?;
        Ok(answer.map(convert::http::response).map_err(convert::failure::to_wit))
    }
}

impl CallState {
    async fn request(&mut self, request: Request) -> wasmtime::Result<Result<crate::lent::HttpResponse, Failure>> {
        let request = convert::http::request(request);
        let acting = self.acting()?;
        acting.requests += 1;
        if acting.requests > REQUESTS {
            let message =
                format!("One call sends at most {REQUESTS} requests; go on from a checkpoint in another try.");
            return Ok(Err(Failure::new(FailureClass::Throttled, code("http.too-many-requests"), message)));
        }
        if let Body::Blob(id) = &request.body
            && let Err(denied) = acting.may_use(id)
        {
            return Ok(Err(denied));
        }
        let http = match acting.lent() {
            Ok(lent) => lent.http.clone(),
            Err(denied) => return Ok(Err(denied)),
        };
        let answer = http.send(&acting.scope, request).await;
        if let Ok(response) = &answer
            && let Body::Blob(id) = &response.body
        {
            acting.made.push(id.clone());
        }
        self.allowance.waited();
        Ok(answer)
    }
}
