//! Requests of plugins against a real server on loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use capabilities::{Capabilities, Config, Denial, Denials};
use domain::Digest;
use domain::plugin::call::{Mode, Scope};
use domain::plugin::{Grants, HttpGrant};
use runtime::{Body, HttpRequest, Lent, Sink};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each path with a fixed reply and keeps what it was sent.
struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(replies: &[(&'static str, String)]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let replies: Arc<HashMap<&str, String>> = Arc::new(replies.iter().cloned().collect());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (replies, log) = (replies.clone(), log.clone());
                tokio::spawn(async move {
                    let mut bytes = vec![0; 256 * 1024];
                    let read = stream.read(&mut bytes).await.unwrap_or(0);
                    let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                    let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
                    log.lock().expect("the log").push(text);
                    if let Some(reply) = replies.get(path.as_str()) {
                        let _closed = stream.write_all(reply.as_bytes()).await;
                    } else {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Server { address, heard }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("the log").clone()
    }
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

fn scope(networks: &[&str]) -> Scope {
    let networks = networks.iter().map(|text| (*text).to_owned()).collect();
    let http = Some(HttpGrant { hosts: vec!["*".to_owned()], networks });
    Scope {
        plugin: "caller".into(),
        digest: Digest::of(b""),
        grants: Grants { http, blobs: true, sign: true },
        mode: Mode::Act,
        application: "demo".into(),
        execution: "execution".into(),
        key: "key".into(),
        account: None,
    }
}

fn request(method: &str, url: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: Vec::new(),
        body: Body::None,
        timeout: 2_000,
        redirects: 0,
        reply: Sink::Inline(1_000),
        identity: None,
    }
}

/// Denials, kept.
#[derive(Default)]
struct Kept(Mutex<Vec<Denial>>);

impl Denials for Kept {
    fn denied(&self, denial: Denial) {
        self.0.lock().expect("the record").push(denial);
    }
}

struct Set {
    lent: Lent,
    denials: Arc<Kept>,
}

fn capabilities() -> (Set, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let denials = Arc::new(Kept::default());
    let config = Config { denials: denials.clone(), ..Config::new(folder.path().to_owned(), "test") };
    (Set { lent: Capabilities::new(config), denials }, folder)
}

#[tokio::test]
async fn an_answer_of_any_status_is_a_response() {
    let server = Server::start(&[("/x", reply("503 Busy", "X-One: a\r\nX-One: b\r\n", "later"))]).await;
    let (capabilities, _folder) = capabilities();
    let mut sent = request("POST", &server.url("/x"));
    sent.headers = vec![("Content-Type".into(), "text/plain".into()), ("Host".into(), "evil.example".into())];
    sent.body = Body::Bytes(Bytes::from_static(b"hello"));
    let got = capabilities.lent.http.send(&scope(&["127.0.0.0/8"]), sent).await.expect("a response");
    assert_eq!((got.status, got.body), (503, Body::Bytes(Bytes::from_static(b"later"))));
    assert_eq!(got.headers.iter().filter(|(name, _)| name == "x-one").count(), 2);
    let heard = server.heard().join("\n");
    assert!(heard.starts_with("POST /x HTTP/1.1") && heard.ends_with("hello"), "{heard}");
    assert!(!heard.contains("evil.example"), "{heard}");
}

#[tokio::test]
async fn loopback_wants_a_grant_by_address_and_by_name() {
    let server = Server::start(&[("/x", reply("200 OK", "", ""))]).await;
    let (capabilities, _folder) = capabilities();
    let named = format!("http://localhost:{}/x", server.address.port());
    for url in [server.url("/x"), named.clone()] {
        let failure = capabilities.lent.http.send(&scope(&[]), request("GET", &url)).await.expect_err("denied");
        assert_eq!(failure.code.as_str(), "grant.http-address", "{url}: {}", failure.message);
        let recorded = capabilities.denials.0.lock().expect("the record").pop();
        assert_eq!(recorded.map(|denial| denial.plugin), Some("caller".to_owned()), "{url}: the denial is recorded");
    }
    assert_eq!(server.heard(), Vec::<String>::new(), "nothing was sent");
    let granted = scope(&["127.0.0.0/8", "::1/128"]);
    assert_eq!(capabilities.lent.http.send(&granted, request("GET", &named)).await.expect("a response").status, 200);
}

#[tokio::test]
async fn redirects_are_followed_as_asked_and_checked_again() {
    let to = |path: &str| reply("302 Found", &format!("Location: {path}\r\n"), "");
    let server = Server::start(&[
        ("/a", to("/b")),
        ("/b", reply("200 OK", "", "there")),
        ("/metadata", to("http://169.254.169.254/latest")),
        ("/circle", to("/circle")),
    ])
    .await;
    let (capabilities, _folder) = capabilities();
    let scope = scope(&["127.0.0.0/8"]);
    let get = async |path: &str, redirects| {
        let mut sent = request("POST", &server.url(path));
        sent.redirects = redirects;
        capabilities.lent.http.send(&scope, sent).await
    };
    assert_eq!(get("/a", 0).await.expect("a response").status, 302);
    assert_eq!(get("/a", 1).await.expect("a response").body, Body::Bytes(Bytes::from_static(b"there")));
    assert_eq!(get("/metadata", 5).await.expect_err("denied").code.as_str(), "grant.http-address");
    assert_eq!(get("/circle", 1_000).await.expect("given up").status, 302);
    assert!(server.heard().iter().any(|text| text.starts_with("GET /b")), "302 after a POST becomes a GET");
}

#[tokio::test]
async fn sizes_and_times_are_bounded() {
    let server = Server::start(&[("/big", reply("200 OK", "", &"x".repeat(5_000)))]).await;
    let (capabilities, _folder) = capabilities();
    let scope = scope(&["127.0.0.0/8"]);
    let code =
        async |sent: HttpRequest| capabilities.lent.http.send(&scope, sent).await.map_err(|f| f.code.to_string());
    assert_eq!(code(request("GET", &server.url("/big"))).await, Err("http.too-large".into()));
    let mut into_blob = request("GET", &server.url("/big"));
    into_blob.reply = Sink::Blob;
    let Body::Blob(id) = code(into_blob).await.expect("a response").body else { panic!("a blob") };
    assert_eq!(capabilities.lent.blobs.size(&scope, &id).await, Ok(5_000));
    let mut silent = request("GET", &server.url("/silent"));
    silent.timeout = 100;
    assert_eq!(code(silent).await, Err("http.timed-out".into()));
    assert_eq!(code(request("GET", "http://127.0.0.1:1/")).await, Err("http.unreachable".into()));
    assert_eq!(code(request("GET", "http://no-such-host.invalid/")).await, Err("http.unresolved".into()));
    for (method, url) in
        [("GET", "not a url"), ("GET", "ftp://x/"), ("B D", "http://x/"), ("GET", "file:///etc/passwd")]
    {
        assert_eq!(code(request(method, url)).await, Err("http.invalid-request".into()), "{method} {url}");
    }
}
