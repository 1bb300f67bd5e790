//! Connections as they come in. PostgREST's manual writes `->`, `<` and `"` into URLs, and programs
//! send them so; the HTTP library refuses such a target before anybody can look at it. So each is
//! written as `%3E` and the like on its way in, in request lines and nowhere else.

mod heads;

use std::borrow::Cow;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use heads::Heads;

/// A listener whose connections take raw targets.
#[derive(Debug)]
pub(super) struct RawTargets<L>(pub(super) L);

impl<L: Listener> Listener for RawTargets<L> {
    type Io = Connection<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (io, address) = self.0.accept().await;
        (Connection { io, heads: Heads::default(), left: Bytes::new() }, address)
    }

    fn local_addr(&self) -> Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A connection: what is read of it passes [`Heads`], what is written goes as it is.
#[derive(Debug)]
pub(super) struct Connection<I> {
    io: I,
    heads: Heads,
    /// What was read and had no room, having become longer.
    left: Bytes,
}

impl<I: AsyncRead + Unpin> AsyncRead for Connection<I> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let this = self.get_mut();
        if this.left.is_empty() {
            let before = buf.filled().len();
            ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
            let Cow::Owned(written) = this.heads.pass(&buf.filled()[before..]) else {
                return Poll::Ready(Ok(()));
            };
            buf.set_filled(before);
            this.left = Bytes::from(written);
        }
        let fits = this.left.len().min(buf.remaining());
        buf.put_slice(&this.left.split_to(fits));
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_has_become_longer_is_read_in_pieces() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut server = Connection { io: server, heads: Heads::default(), left: Bytes::new() };
        let sent = "GET /a?\"\"\"<>=>> HTTP/1.1\r\ncontent-length: 3\r\n\r\n<\">";
        let writing = tokio::spawn(async move {
            client.write_all(sent.as_bytes()).await.expect("it is read");
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.expect("it is answered");
            answer
        });
        let mut read = Vec::new();
        let mut small = [0; 5];
        while !read.ends_with(b"<\">") {
            let count = server.read(&mut small).await.expect("it is sent");
            read.extend_from_slice(&small[..count]);
        }
        let written = "GET /a?%22%22%22%3C%3E=%3E%3E HTTP/1.1\r\ncontent-length: 3\r\n\r\n<\">";
        assert_eq!(String::from_utf8_lossy(&read), written);
        server.write_all(b"<done>").await.expect("it is heard");
        server.shutdown().await.expect("it ends");
        assert_eq!(writing.await.expect("it ends"), "<done>");
    }
}
