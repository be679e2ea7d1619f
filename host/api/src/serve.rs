//! Connections: protocol limits, and an end that lets requests finish.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

/// Connections at once; more wait in the listener's queue.
const CONNECTIONS: usize = 10_000;
/// How long a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// Headers of one request.
const HEADERS: usize = 100;
/// Bytes of all headers of one request.
const HEADER_BYTES: usize = 64 << 10;
/// How long open requests get once the server ends.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait when the system has no descriptor for another connection.
const BREATH: Duration = Duration::from_millis(50);

/// Carried by every request: turns true when the server ends, so that streams end themselves.
#[derive(Clone, Debug)]
pub struct Closing(pub watch::Receiver<bool>);

/// Serves `router` on `listener` until `shutdown` resolves and open requests have ended (at most ten seconds later).
///
/// # Errors
/// When the listener itself fails.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let (close, closing) = watch::channel(false);
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut shutdown = pin!(shutdown);
    loop {
        let slot = tokio::select! {
            () = &mut shutdown => break,
            slot = Arc::clone(&slots).acquire_owned() => slot.map_err(io::Error::other)?,
        };
        let stream = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) if is_about_one_connection(&error) => continue,
                Err(error) => {
                    tracing::warn!(%error, "no connection could be accepted");
                    drop(tokio::time::timeout(BREATH, std::future::pending::<()>()).await);
                    continue;
                }
            },
        };
        let (router, closing) = (router.clone(), closing.clone());
        tokio::spawn(async move {
            connection(stream, router, closing).await;
            drop(slot);
        });
    }
    drop(listener);
    close.send_replace(true);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(GRACE, slots.acquire_many(all)).await.is_err() {
        tracing::warn!("some requests had not ended when the server did");
    }
    Ok(())
}

async fn connection(stream: TcpStream, router: Router, mut closing: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return;
    }
    let mark = Closing(closing.clone());
    let service = router.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(mark.clone());
        request.map(Body::new)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_headers(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = closed(&mut closing) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn closed(closing: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone, and with it the server.
    drop(closing.wait_for(|closed| *closed).await);
}

fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
