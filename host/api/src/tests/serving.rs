//! Over a real connection: keep-alive, streams that end with the server, figures, pages.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Client;
use crate::serve;

async fn exchange(stream: &mut TcpStream, request: &str, until: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(until) {
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut buffer))
            .await
            .expect("in time")
            .expect("read");
        assert!(read > 0, "closed after {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

#[tokio::test]
async fn requests_share_a_connection_and_a_stream_ends_with_the_server() {
    let client = Client::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = client.router.clone();
    let server = tokio::spawn(serve(listener, router, async { drop(stopped.await) }));

    let mut stream = TcpStream::connect(address).await.expect("connected");
    let live = "GET /api/v1/health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    assert!(exchange(&mut stream, live, "\"paused\":false}").await.starts_with("HTTP/1.1 200"));
    assert!(exchange(&mut stream, live, "\"paused\":false}").await.starts_with("HTTP/1.1 200"), "the same connection");
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let mut flood = TcpStream::connect(address).await.expect("connected");
    let refused = exchange(&mut flood, &format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), "\r\n").await;
    assert!(refused.starts_with("HTTP/1.1 431"), "{refused}");

    let subscribe =
        format!("GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", client.bed.admin);
    assert!(exchange(&mut stream, &subscribe, "text/event-stream").await.starts_with("HTTP/1.1 200"));
    stop.send(()).expect("it listens");
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("in time").expect("no panic").expect("no error");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the stream has an end");
}

#[tokio::test]
async fn figures_and_pages_need_no_token() {
    let client = Client::open().await;
    client.get("/api/v1/applications/none").await;
    let figures = client.call("GET", "/metrics", "", None).await;
    assert_eq!(figures.status, 200);
    let counted =
        r#"mainsheet_http_requests_total{method="GET",route="/api/v1/applications/{application}",status="404"} 1"#;
    assert!(figures.text.contains(counted), "{}", figures.text);
    let page = client.call("GET", "/docs/errors/pipeline.cycle", "", None).await;
    assert!(page.text.starts_with("# pipeline.cycle"), "{page:?}");
    let index = client.call("GET", "/docs/errors", "", None).await;
    assert!(index.text.contains("[pipeline.cycle](/docs/errors/pipeline.cycle)"));
    let described = client.call("GET", "/api/v1/openapi.json", "", None).await;
    assert_eq!(described.json()["info"]["title"], "Mainsheet");
}
