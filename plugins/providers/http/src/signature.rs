//! Signatures: the MAC of a body under a secret, as receivers of webhooks check it.

use mainsheet_sdk::http;
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::sign::Key;

/// How a body is signed.
#[config]
pub struct Signature {
    /// The secret: its name, or `{"$secret": name}`.
    #[field(en = "Secret", zh = "密钥", required)]
    secret: Value,
    /// `hmac-sha256`, `hmac-sha1` or `hmac-sha512`.
    #[field(en = "Algorithm", zh = "算法", default = "hmac-sha256".to_owned())]
    #[schemars(extend("examples" = ["hmac-sha256", "hmac-sha1", "hmac-sha512"]))]
    algorithm: String,
    /// Header that carries the signature.
    #[field(en = "Header", zh = "请求头", default = "X-Hub-Signature-256".to_owned())]
    header: String,
    /// What stands before it.
    #[field(en = "Prefix", zh = "前缀", default = "sha256=".to_owned())]
    prefix: String,
}

impl Signature {
    /// The request with its signature: the MAC of its body, byte for byte, in hexadecimal.
    ///
    /// # Errors
    /// The host has no such secret, or may not sign; the algorithm is another than the three.
    pub fn sign(&self, request: http::Request) -> Result<http::Request, Failure> {
        let name = self.secret.get("$secret").unwrap_or(&self.secret).as_str().unwrap_or_default();
        if !["hmac-sha256", "hmac-sha1", "hmac-sha512"].contains(&self.algorithm.as_str()) {
            let message = format!("`{}` is no algorithm for signatures", self.algorithm);
            let (pointer, code) = ("/signature/algorithm".to_owned(), "configuration.invalid".to_owned());
            return Err(Problem { pointer, code, message }.into());
        }
        let mac = Key::open(name, b"")?.mac(&self.algorithm, &request.body);
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(request.header(&self.header, format!("{}{hex}", self.prefix)))
    }
}
