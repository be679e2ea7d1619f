//! Keys as handles: HMAC with SHA-256 (`hmac-sha256`), SHA-512 (`hmac-sha512`) and, for senders that know nothing newer, SHA-1
//! (`hmac-sha1`).

use std::sync::Arc;

use async_trait::async_trait;
use domain::code::code;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass};
use hmac::{Hmac, KeyInit, Mac};
use runtime::{Key, Sign};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::grant::Grant;
use crate::secrets::Secrets;

/// Opens keys.
pub(crate) struct Keys {
    grant: Arc<Grant>,
    secrets: Arc<dyn Secrets>,
}

impl Keys {
    pub(crate) fn new(grant: Arc<Grant>, secrets: Arc<dyn Secrets>) -> Keys {
        Keys { grant, secrets }
    }
}

#[async_trait]
impl Sign for Keys {
    async fn open(&self, scope: &Scope, secret: &str, prefix: &[u8]) -> Result<Arc<dyn Key>, Failure> {
        self.grant.sign(scope, secret)?;
        let bytes = self.secrets.secret(scope, secret).await.ok_or_else(|| {
            let message = format!("There is no secret `{secret}` that the plugin {} may use.", scope.plugin);
            Failure::new(FailureClass::NotFound, code("secret.unknown"), message)
        })?;
        let bytes = Zeroizing::new(bytes);
        Ok(Arc::new(MacKey(Zeroizing::new([prefix, bytes.as_slice()].concat()))))
    }
}

/// A symmetric key.
struct MacKey(Zeroizing<Vec<u8>>);

impl Key for MacKey {
    fn derive(&self, algorithm: &str, data: &[u8]) -> Result<Arc<dyn Key>, String> {
        Ok(Arc::new(MacKey(Zeroizing::new(self.mac(algorithm, data)?))))
    }

    fn mac(&self, algorithm: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        match algorithm {
            "hmac-sha256" => self.begin::<Hmac<Sha256>>(data).map(|mac| mac.finalize().into_bytes().to_vec()),
            "hmac-sha512" => self.begin::<Hmac<Sha512>>(data).map(|mac| mac.finalize().into_bytes().to_vec()),
            "hmac-sha1" => self.begin::<Hmac<Sha1>>(data).map(|mac| mac.finalize().into_bytes().to_vec()),
            other => Err(unknown(other)),
        }
    }

    fn verify(&self, algorithm: &str, data: &[u8], mac: &[u8]) -> Result<bool, String> {
        match algorithm {
            "hmac-sha256" => self.begin::<Hmac<Sha256>>(data).map(|own| own.verify_slice(mac).is_ok()),
            "hmac-sha512" => self.begin::<Hmac<Sha512>>(data).map(|own| own.verify_slice(mac).is_ok()),
            "hmac-sha1" => self.begin::<Hmac<Sha1>>(data).map(|own| own.verify_slice(mac).is_ok()),
            other => Err(unknown(other)),
        }
    }

    fn sign(&self, algorithm: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        Err(format!("a shared secret makes no signature `{algorithm}`; use `mac`"))
    }
}

impl MacKey {
    fn begin<M: Mac + KeyInit>(&self, data: &[u8]) -> Result<M, String> {
        let mut mac = <M as KeyInit>::new_from_slice(&self.0).map_err(|error| error.to_string())?;
        mac.update(data);
        Ok(mac)
    }
}

fn unknown(algorithm: &str) -> String {
    format!("the algorithm `{algorithm}` is not known; known are hmac-sha256, hmac-sha512 and hmac-sha1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Slack's published example (reference triggers-and-notifications.md).
    #[test]
    fn a_mac_is_the_one_that_the_sender_made() {
        let key = MacKey(b"8f742231b10e8888abcd99yyyzzz85a5".to_vec().into());
        let data = b"v0:1531420618:token=xyzz0WbapA4vBCDEFxasb0q5G1G0W&text=hi";
        let mac = key.mac("hmac-sha256", data).expect("known");
        assert_eq!(hex(&mac), "f78a556eb8b4d63c239414cdf77b15584270c9c673b2d2abcc80d2b9c561e621");
        assert_eq!(key.verify("hmac-sha256", data, &mac), Ok(true));
        assert_eq!(key.verify("hmac-sha256", b"other", &mac), Ok(false));
        assert_eq!(key.verify("hmac-sha256", data, b""), Ok(false));
    }

    /// RFC 2202, case 2; RFC 4231, case 2.
    #[test]
    fn published_vectors_hold() {
        let key = MacKey(b"Jefe".to_vec().into());
        let mac = |algorithm| key.mac(algorithm, b"what do ya want for nothing?").map(|mac| hex(&mac));
        assert_eq!(mac("hmac-sha1").as_deref(), Ok("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
        assert_eq!(
            mac("hmac-sha256").as_deref(),
            Ok("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
        assert_eq!(
            mac("hmac-sha512").as_deref(),
            Ok(
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
            )
        );
        assert!(mac("hmac-md5").is_err());
        assert!(key.sign("rsa", b"").is_err());
    }

    #[test]
    fn a_derived_key_is_the_mac() {
        let key = MacKey(b"AWS4secret".to_vec().into());
        let derived = key.derive("hmac-sha256", b"20130524").expect("known");
        let direct = MacKey(key.mac("hmac-sha256", b"20130524").expect("known").into());
        assert_eq!(derived.mac("hmac-sha256", b"x"), direct.mac("hmac-sha256", b"x"));
    }
}
