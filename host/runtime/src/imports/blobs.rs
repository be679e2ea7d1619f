//! `blobs`: large bytes, by id, and only those that the call was given or made.

use bindings::mainsheet::host::blobs::Host;
use bindings::mainsheet::types::common::Failure as WitFailure;
use bytes::Bytes;
use domain::Failure;

use crate::convert;
use crate::instance::CallState;

impl Host for CallState {
    async fn size(&mut self, id: String) -> wasmtime::Result<Result<f64, WitFailure>> {
        Ok(self.blob_size(&id).await?.map_err(convert::failure::to_wit))
    }

    async fn read(&mut self, id: String, offset: f64, max: u32) -> wasmtime::Result<Result<Vec<u8>, WitFailure>> {
        Ok(self.blob_read(&id, offset, max).await?.map_err(convert::failure::to_wit))
    }

    async fn create(&mut self, media_type: String, bytes: Vec<u8>) -> wasmtime::Result<Result<String, WitFailure>> {
        Ok(self.blob_create(&media_type, bytes).await?.map_err(convert::failure::to_wit))
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the contract counts in f64: exact to 2^53, saturating beyond"
)]
impl CallState {
    async fn blob_size(&mut self, id: &str) -> wasmtime::Result<Result<f64, Failure>> {
        let acting = self.acting()?;
        let (lent, ()) = match (acting.lent(), acting.may_use(id)) {
            (Ok(lent), Ok(())) => (lent.clone(), ()),
            (Err(denied), _) | (_, Err(denied)) => return Ok(Err(denied)),
        };
        let size = lent.blobs.size(&acting.scope, id).await;
        self.allowance.waited();
        Ok(size.map(|size| size as f64))
    }

    async fn blob_read(&mut self, id: &str, offset: f64, max: u32) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        let acting = self.acting()?;
        let (lent, ()) = match (acting.lent(), acting.may_use(id)) {
            (Ok(lent), Ok(())) => (lent.clone(), ()),
            (Err(denied), _) | (_, Err(denied)) => return Ok(Err(denied)),
        };
        let bytes = lent.blobs.read(&acting.scope, id, offset.max(0.0) as u64, max).await;
        self.allowance.waited();
        Ok(bytes.map(Vec::from))
    }

    async fn blob_create(&mut self, media_type: &str, bytes: Vec<u8>) -> wasmtime::Result<Result<String, Failure>> {
        let acting = self.acting()?;
        let lent = match acting.lent() {
            Ok(lent) => lent.clone(),
            Err(denied) => return Ok(Err(denied)),
        };
        let id = lent.blobs.create(&acting.scope, media_type, Bytes::from(bytes)).await;
        if let Ok(id) = &id {
            acting.made.push(id.clone());
        }
        self.allowance.waited();
        Ok(id)
    }
}
