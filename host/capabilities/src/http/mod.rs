//! Requests to the outside. Each hop is checked, redirects among them; names are resolved within the call's policy; bodies
//! and time are bounded; credentials are added here and are not seen by the plugin.

mod hop;
mod reply;
mod tls;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::Digest;
use domain::code::code;
use domain::plugin::call::Scope;
use domain::{Failure, FailureClass};
use reqwest::redirect::Policy;
use runtime::{Body, Http, HttpRequest, HttpResponse};
use url::Url;

use self::hop::Hop;
use crate::HttpBounds;
use crate::blobs::Folder;
use crate::grant::{self, Grant};
use crate::identity::{Identities, Identity, Tls};
use crate::network::Network;
use crate::resolve::{Checked, Unresolved};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Clients that are kept, before those with certificates are let go.
const MOST_CLIENTS: usize = 64;
/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);

/// Sends requests.
pub(crate) struct Client {
    user_agent: String,
    bounds: HttpBounds,
    grant: Arc<Grant>,
    blobs: Arc<Folder>,
    identities: Arc<dyn Identities>,
    /// One for each policy, because connections are kept: what one plugin may reach, another must not find open.
    clients: Mutex<Vec<(Policed, reqwest::Client)>>,
}

/// Where a client may go, and the digest of what it shows of itself there.
#[derive(Clone, PartialEq)]
struct Policed {
    networks: Arc<[Network]>,
    tls: Option<Digest>,
}

impl Client {
    pub(crate) fn new(
        version: &str,
        bounds: HttpBounds,
        grant: Arc<Grant>,
        blobs: Arc<Folder>,
        identities: Arc<dyn Identities>,
    ) -> Client {
        // Somebody else may have chosen a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let user_agent = format!("mainsheet/{version}");
        Client { user_agent, bounds, grant, blobs, identities, clients: Mutex::default() }
    }

    async fn exchange(&self, scope: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let identity = self.identity(scope, request.identity.as_deref()).await?;
        let mut left = request.redirects.min(self.bounds.redirects);
        let sink = request.reply;
        let mut hop = Hop::first(request)?;
        let secure = hop.url.scheme() == "https";
        let networks = self.grant.networks(scope);
        loop {
            self.grant.request(scope, &hop.method, &hop.url)?;
            tracing::debug!(plugin = %scope.plugin, execution = %scope.execution, method = %hop.method, to = %grant::place(&hop.url), "request");
            // A redirect must not talk the credentials out of their encryption.
            let lent = identity.as_ref().filter(|own| own.is_for(&hop.url) && (!secure || hop.url.scheme() == "https"));
            let client = self.client(&networks, lent.and_then(|own| own.tls.as_ref()))?;
            let response = self.send_once(scope, &client, &hop, lent).await?;
            match hop.redirected(&response)? {
                Some(next) if left > 0 => (hop, left) = (next, left - 1),
                _ => return reply::read(scope, response, sink, self.bounds.inline, &self.blobs).await,
            }
        }
    }

    async fn send_once(
        &self,
        scope: &Scope,
        client: &reqwest::Client,
        hop: &Hop,
        identity: Option<&Identity>,
    ) -> Result<reqwest::Response, Failure> {
        let mut headers = hop.headers.clone();
        for (name, value) in identity.iter().flat_map(|identity| &identity.headers) {
            let (name, mut value) = hop::header(name, value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let builder = client.request(hop.method.clone(), hop.url.clone()).headers(headers);
        let builder = match &hop.body {
            Body::None => builder,
            Body::Bytes(bytes) => builder.body(bytes.clone()),
            Body::Blob(id) => builder.body(self.blobs.open(scope, id).await?),
        };
        builder.send().await.map_err(|error| self.network(scope, &hop.url, &error))
    }

    async fn identity(&self, scope: &Scope, account: Option<&str>) -> Result<Option<Identity>, Failure> {
        let Some(account) = account else { return Ok(None) };
        let found = self.identities.identity(scope, account).await;
        found.map(Some).ok_or_else(|| {
            let message = format!("The account `{account}` lends no credentials to the plugin {}.", scope.plugin);
            Failure::new(FailureClass::NotFound, code("identity.unknown"), message)
        })
    }

    fn client(&self, networks: &[Network], tls: Option<&Tls>) -> Result<reqwest::Client, Failure> {
        let policed = Policed { networks: networks.into(), tls: tls.map(tls::digest) };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == policed) {
            return Ok(client.clone());
        }
        let builder = match tls {
            Some(tls) => tls::show(self.builder(&policed.networks), tls)?,
            None => self.builder(&policed.networks),
        };
        let client = builder.build().map_err(|error| {
            let message = format!("Requests cannot be sent from this machine: {error}.");
            Failure::new(FailureClass::Unavailable, code("http.unreachable"), message)
        })?;
        // Certificates are renewed; what is not used any more goes with the rest.
        if clients.len() >= MOST_CLIENTS {
            clients.retain(|(known, _)| known.tls.is_none());
        }
        clients.push((policed, client.clone()));
        Ok(client)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients, with the address check")]
    fn builder(&self, networks: &Arc<[Network]>) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Checked { networks: Arc::clone(networks) })
    }

    /// What the network did, in words.
    fn network(&self, scope: &Scope, url: &Url, error: &reqwest::Error) -> Failure {
        let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
        let unresolved = causes.clone().find_map(|error| error.downcast_ref::<Unresolved>());
        let place = grant::place(url);
        match unresolved {
            Some(Unresolved::Refused) => return self.grant.refused_address(scope, url),
            Some(Unresolved::Unknown) => {
                let message = format!("The host of {place} has no address.");
                return Failure::new(FailureClass::Unavailable, code("http.unresolved"), message);
            }
            None => {}
        }
        if error.is_timeout() {
            let message = format!("No connection to {place} within {} s.", CONNECT.as_secs());
            return Failure::new(FailureClass::TimedOut, code("http.timed-out"), message);
        }
        if error.is_builder() || error.is_request() && !error.is_connect() && error.is_body() {
            let message = format!("The request to {place} cannot be sent: {error}.");
            return Failure::new(FailureClass::InvalidInput, code("http.invalid-request"), message);
        }
        let reason = causes.last().map_or_else(String::new, ToString::to_string);
        let message = format!("No answer from {place}: {reason}.");
        Failure::new(FailureClass::Unavailable, code("http.unreachable"), message)
    }
}

#[async_trait]
impl Http for Client {
    async fn send(&self, scope: &Scope, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let wanted = if request.timeout == 0 { self.bounds.timeout } else { request.timeout };
        let millis = wanted.min(self.bounds.longest);
        let time = Duration::from_millis(u64::from(millis));
        tokio::time::timeout(time, self.exchange(scope, request)).await.unwrap_or_else(|_| {
            let message =
                format!("No complete answer within {millis} ms; whether the request had an effect is not known.");
            Err(Failure::new(FailureClass::TimedOut, code("http.timed-out"), message))
        })
    }
}
