//! Two connections made one.

use std::io;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, copy_buf};
use tokio::net::TcpStream;

/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

async fn pass(from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<u64> {
    let bytes = copy_buf(&mut BufReader::with_capacity(BUFFER, from), &mut to).await?;
    to.flush().await?;
    Ok(bytes)
}

/// Passes on what either says until one of them is closed; then both are. Says whether `outer` said anything.
pub async fn splice(mut outer: TcpStream, mut inner: TcpStream) -> bool {
    // Without it small messages wait; that it cannot be set is no reason to refuse.
    let _ = outer.set_nodelay(true);
    let _ = inner.set_nodelay(true);
    let (outer_read, outer_write) = outer.split();
    let (inner_read, inner_write) = inner.split();
    let mut heard = Heard(outer_read, false);
    tokio::select! {
        _ = pass(&mut heard, inner_write) => {}
        _ = pass(inner_read, outer_write) => {}
    }
    heard.1
}

/// A reader that remembers whether anything came.
struct Heard<R>(R, bool);

impl<R: AsyncRead + Unpin> AsyncRead for Heard<R> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = std::pin::Pin::new(&mut self.0).poll_read(context, buffer);
        self.1 |= buffer.filled().len() > before;
        polled
    }
}
