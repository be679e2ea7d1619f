//! What the host lends to plugins that act, behind grants.
//!
//! Every capability is told on whose behalf it works ([`domain::plugin::call::Scope`]) and asks `grant` before it does
//! anything; `grant` is the only file that says yes. A denial is an answer to the plugin and a line of the audit.

mod blobs;
mod denial;
mod grant;
mod http;
mod identity;
mod network;
mod resolve;
mod secrets;
mod sign;
mod vault;

use std::path::PathBuf;
use std::sync::Arc;

use runtime::Lent;

pub use denial::{Denial, Denials};
pub use identity::{Identities, Identity, Tls};
pub use network::{BadNetwork, Network};
pub use secrets::Secrets;
pub use vault::{KeySource, KeyText, Revealed, Rotation, Sealing, Vault, VaultError};

/// What the capabilities are told.
pub struct Config {
    /// The server's data folder; blobs are kept in its folder `blobs`.
    pub data: PathBuf,
    /// The server's version, for `User-Agent`.
    pub version: String,
    /// Private networks that every plugin may reach, beside those that an operator grants to one.
    pub allow_networks: Vec<Network>,
    /// Bounds of requests.
    pub bounds: HttpBounds,
    /// Largest blob, in bytes.
    pub blob_size: u64,
    /// Where keys come from.
    pub secrets: Arc<dyn Secrets>,
    /// Where credentials of accounts come from.
    pub identities: Arc<dyn Identities>,
    /// Who is told of denials.
    pub denials: Arc<dyn Denials>,
}

/// Bounds of one request (reference plugins-and-wasm.md §4.5).
#[derive(Clone, Copy, Debug)]
pub struct HttpBounds {
    /// Milliseconds where the request says 0.
    pub timeout: u32,
    /// Milliseconds that a request may ask for.
    pub longest: u32,
    /// Redirects that are followed, whatever the request says.
    pub redirects: u32,
    /// Bytes of a reply's body inline, whatever the request says.
    pub inline: u32,
}

impl Default for HttpBounds {
    fn default() -> HttpBounds {
        HttpBounds { timeout: 30_000, longest: 300_000, redirects: 10, inline: 1 << 20 }
    }
}

impl Config {
    /// Defaults: no private networks, no keys, no credentials, denials to the log.
    #[must_use]
    pub fn new(data: PathBuf, version: impl Into<String>) -> Config {
        Config {
            data,
            version: version.into(),
            allow_networks: Vec::new(),
            bounds: HttpBounds::default(),
            blob_size: 1 << 30,
            secrets: Arc::new(secrets::None),
            identities: Arc::new(identity::None),
            denials: Arc::new(denial::Logged),
        }
    }

    /// With keys and credentials out of `vault`.
    #[must_use]
    pub fn with_vault(self, vault: &Arc<Vault>) -> Config {
        Config {
            secrets: Arc::new(secrets::OfVault(Arc::clone(vault))),
            identities: Arc::new(identity::OfAccounts(Arc::clone(vault))),
            ..self
        }
    }
}

/// Everything that is lent, made once at the start of the server.
pub struct Capabilities;

impl Capabilities {
    /// Makes what is lent. Nothing is opened or written yet.
    #[expect(clippy::new_ret_no_self, reason = "what is wanted of it are the runtime's traits")]
    #[must_use]
    pub fn new(config: Config) -> Lent {
        let Config { data, version, allow_networks, bounds, blob_size, secrets, identities, denials } = config;
        let grant = Arc::new(grant::Grant::new(allow_networks, denials));
        let blobs = Arc::new(blobs::Folder::new(data.join("blobs"), blob_size, Arc::clone(&grant)));
        let http = http::Client::new(&version, bounds, Arc::clone(&grant), Arc::clone(&blobs), identities);
        Lent { http: Arc::new(http), blobs, sign: Arc::new(sign::Keys::new(grant, secrets)) }
    }
}
