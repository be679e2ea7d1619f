//! What a client shows of itself, and whom it believes, where an account says so.

use domain::code::code;
use domain::{Digest, Failure, FailureClass};
use reqwest::ClientBuilder;
use zeroize::Zeroizing;

use crate::identity::Tls;

/// By what clients are told apart.
pub(super) fn digest(tls: &Tls) -> Digest {
    let client = tls.client.as_ref().map_or("", |client| client.as_str());
    let whole = Zeroizing::new(format!("{client}\0{}", tls.authorities.as_deref().unwrap_or_default()));
    Digest::of(whole.as_bytes())
}

/// A client that shows the certificate, and believes the authorities beside the public ones.
///
/// # Errors
/// `identity.unusable`: they are no PEM, or do not belong together.
pub(super) fn show(builder: ClientBuilder, tls: &Tls) -> Result<ClientBuilder, Failure> {
    let mut builder = builder;
    if let Some(client) = &tls.client {
        let identity =
            reqwest::Identity::from_pem(client.as_bytes()).map_err(|_| unusable("certificate or private key"))?;
        builder = builder.identity(identity);
    }
    if let Some(authorities) = &tls.authorities {
        let read = reqwest::Certificate::from_pem_bundle(authorities.as_bytes());
        let read = read.ok().filter(|read| !read.is_empty()).ok_or_else(|| unusable("certificate authority"))?;
        builder = builder.tls_certs_merge(read);
    }
    Ok(builder)
}

/// The parser's own words could quote the key.
fn unusable(what: &str) -> Failure {
    let message = format!("The account's {what} cannot be used: it is no PEM, or its parts do not belong together.");
    Failure::new(FailureClass::InvalidInput, code("identity.unusable"), message)
}
