//! A server that knows its clients by their certificates. The certificates are this test's own, made for 127.0.0.1 and valid for a century.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use async_trait::async_trait;
use capabilities::{Capabilities, Config, Identities, Identity, Tls};
use domain::Digest;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, HttpGrant};
use runtime::{Body, HttpRequest, Sink};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};

const AUTHORITY: &str = include_str!("tls/authority.pem");
const CLIENT: &str = concat!(include_str!("tls/client.pem"), include_str!("tls/client.key"));

/// Answers whoever shows a certificate of the authority.
fn server() -> String {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(certificate(AUTHORITY)).expect("an authority");
    let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
    let config = ServerConfig::builder()
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![certificate(include_str!("tls/server.pem"))], key)
        .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut connection = ServerConnection::new(config.clone()).expect("a connection");
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut request = [0; 4096];
            if tls.read(&mut request).is_ok_and(|read| read > 0) {
                let _gone = tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
                connection.send_close_notify();
                let _gone = connection.complete_io(&mut stream);
            }
        }
    });
    address
}

/// Lends what it was made with.
struct Lends(Identity);

#[async_trait]
impl Identities for Lends {
    async fn identity(&self, _: &Scope, _: &str) -> Option<Identity> {
        Some(self.0.clone())
    }
}

async fn ask(address: &str, hosts: &[&str], tls: Option<Tls>) -> Result<u16, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    let identities = Arc::new(Lends(Identity { hosts, headers: Vec::new(), tls }));
    let lent = Capabilities::new(Config { identities, ..Config::new(folder.path().to_owned(), "test") });
    let http = Some(HttpGrant { hosts: vec!["*".to_owned()], networks: vec!["127.0.0.0/8".to_owned()] });
    let scope = Scope {
        plugin: "caller".into(),
        digest: Digest::of(b""),
        grants: Grants { http, ..Grants::default() },
        mode: Mode::Act,
        application: String::new(),
        execution: String::new(),
        key: String::new(),
        account: None,
    };
    let request = HttpRequest {
        method: "GET".into(),
        url: format!("https://{address}/"),
        headers: Vec::new(),
        body: Body::None,
        timeout: 5_000,
        redirects: 0,
        reply: Sink::Inline(1_000),
        identity: Some("account".into()),
    };
    lent.http.send(&scope, request).await.map(|reply| reply.status).map_err(|failure| failure.code.to_string())
}

#[tokio::test]
async fn a_certificate_is_shown_to_the_hosts_that_the_account_names() {
    let address = server();
    let tls = |client: Option<&str>| Tls {
        client: client.map(|pem| pem.to_owned().into()),
        authorities: Some(AUTHORITY.to_owned()),
    };
    assert_eq!(ask(&address, &["127.0.0.1"], Some(tls(Some(CLIENT)))).await, Ok(200));
    let unreachable = Err("http.unreachable".to_owned());
    assert_eq!(ask(&address, &["127.0.0.1"], Some(tls(None))).await, unreachable, "without a certificate");
    assert_eq!(ask(&address, &["127.0.0.2"], Some(tls(Some(CLIENT)))).await, unreachable, "another host");
    let unbelieved = Tls { authorities: None, ..tls(Some(CLIENT)) };
    assert_eq!(ask(&address, &["127.0.0.1"], Some(unbelieved)).await, unreachable, "an authority that nobody knows");
    let unusable = Err("identity.unusable".to_owned());
    assert_eq!(ask(&address, &["127.0.0.1"], Some(tls(Some("no PEM")))).await, unusable);
    let broken = Tls { authorities: Some("no PEM".into()), ..tls(None) };
    assert_eq!(ask(&address, &["127.0.0.1"], Some(broken)).await, unusable);
}
