//! Names become addresses here, and only those that a policy allows: what is connected to is what was checked, however
//! often the name's owner changes his mind.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::grant;
use crate::network::Network;

/// Resolves within one policy.
pub(crate) struct Checked {
    pub(crate) networks: Arc<[Network]>,
}

/// Why a name has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unresolved {
    #[error("the name has only addresses that may not be connected to")]
    Refused,
    #[error("the name has no address")]
    Unknown,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = Arc::clone(&self.networks);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Unresolved::Unknown)?;
            let all: Vec<SocketAddr> = found.collect();
            let open: Vec<SocketAddr> =
                all.iter().copied().filter(|address| grant::allows(&networks, address.ip())).collect();
            if open.is_empty() {
                return Err(if all.is_empty() { Unresolved::Unknown } else { Unresolved::Refused }.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}
