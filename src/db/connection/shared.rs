//! A connection's stream, which the driver and our own exchanges use by turns.
//!
//! The driver makes the connection, with TLS and login, and runs whatever asks and answers by
//! turns. An exchange sends more at once than the driver can: it borrows the stream while nothing
//! of the driver's is under way, and gives it back with no byte left over.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::stream::AnyStream;

/// The stream.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Inner>>);

struct Inner {
    /// None while TLS is being agreed on.
    stream: Option<AnyStream>,
    is_lent: bool,
}

impl Shared {
    pub(super) fn new(stream: AnyStream) -> Self {
        Self(Arc::new(Mutex::new(Inner { stream: Some(stream), is_lent: false })))
    }

    /// The driver's end of it.
    pub(super) fn for_driver(&self) -> DriverEnd {
        DriverEnd(self.clone())
    }

    /// Whether the driver is kept from it.
    pub(super) fn set_lent(&self, is_lent: bool) {
        self.inner().is_lent = is_lent;
    }

    /// Does something with the stream.
    pub(super) fn poll<T>(
        &self,
        act: impl FnOnce(Pin<&mut AnyStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.inner().poll(act)
    }

    fn take(&self) -> io::Result<AnyStream> {
        self.inner().stream.take().ok_or(io::ErrorKind::NotConnected.into())
    }

    fn put(&self, stream: AnyStream) {
        self.inner().stream = Some(stream);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn poll<T>(
        &mut self,
        act: impl FnOnce(Pin<&mut AnyStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut self.stream {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

/// The driver's end: nothing comes and nothing goes while the stream is lent. Nobody is woken when it
/// is given back, because the driver has nothing to do until it is asked something.
pub(in crate::db) struct DriverEnd(Shared);

impl DriverEnd {
    fn poll<T>(
        &self,
        act: impl FnOnce(Pin<&mut AnyStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut inner = self.0.inner();
        if inner.is_lent { Poll::Pending } else { inner.poll(act) }
    }
}

impl AsyncRead for DriverEnd {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for DriverEnd {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(|stream| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_shutdown(context))
    }
}

/// The driver's end of an encrypted stream.
pub(in crate::db) struct EncryptedEnd {
    end: DriverEnd,
    /// Asked for once, at the login.
    binding: Mutex<Option<ChannelBinding>>,
}

impl TlsStream for EncryptedEnd {
    fn channel_binding(&self) -> ChannelBinding {
        let binding = self.binding.lock().unwrap_or_else(PoisonError::into_inner).take();
        binding.unwrap_or_else(ChannelBinding::none)
    }
}

impl AsyncRead for EncryptedEnd {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_read(context, buffer)
    }
}

impl AsyncWrite for EncryptedEnd {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_shutdown(context)
    }
}

/// TLS by another connector, so that what it encrypts stays shared.
pub(super) struct Encrypting<T>(pub(super) T);

impl<T> TlsConnect<DriverEnd> for Encrypting<T>
where
    T: TlsConnect<AnyStream> + Send + 'static,
    T::Stream: Send + 'static,
    T::Future: Send,
{
    type Stream = EncryptedEnd;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<EncryptedEnd, Self::Error>>;

    fn connect(self, end: DriverEnd) -> Self::Future {
        Box::pin(async move {
            let stream = self.0.connect(end.0.take()?).await.map_err(Into::into)?;
            let binding = Mutex::new(Some(stream.channel_binding()));
            end.0.put(AnyStream::new(stream));
            Ok(EncryptedEnd { end, binding })
        })
    }
}
