//! A connection that ends when its client takes nothing of a response for too long.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A connection with a limit on how long a write may wait.
pub struct WriteTimeout<C> {
    connection: C,
    timeout: Duration,
    /// Runs while a write waits for the client.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<C: Unpin> WriteTimeout<C> {
    /// Limits how long each write of the connection may wait.
    pub fn new(connection: C, timeout: Duration) -> Self {
        Self {
            connection,
            timeout,
            waiting: None,
        }
    }

    fn connection(self: Pin<&mut Self>) -> Pin<&mut C> {
        Pin::new(&mut self.get_mut().connection)
    }

    /// Passes on the state of a write, or its failure if it has waited for too long.
    fn watch<T>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut C>, &mut Context<'_>) -> Poll<Result<T>>,
    ) -> Poll<Result<T>> {
        let this = self.get_mut();
        let written = write(Pin::new(&mut this.connection), context);
        if written.is_ready() {
            this.waiting = None;
            return written;
        }
        let timeout = this.timeout;
        let sleep = || Box::pin(tokio::time::sleep(timeout));
        let waiting = this.waiting.get_or_insert_with(sleep);
        let waited = waiting.as_mut().poll(context);
        waited.map(|()| Err(Error::from(ErrorKind::TimedOut)))
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for WriteTimeout<C> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.connection().poll_read(context, buffer)
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<C> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.watch(context, |connection, context| {
            connection.poll_write(context, bytes)
        })
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.watch(context, |connection, context| {
            connection.poll_write_vectored(context, slices)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.connection().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.connection().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    // Test helpers fail by panicking, as tests do.
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::WriteTimeout;

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_cut_and_one_that_reads_is_not() {
        let (ours, mut client) = tokio::io::duplex(16);
        let mut ours = WriteTimeout::new(ours, Duration::from_millis(50));
        let response = [7; 1_000];
        let reading = async {
            let mut read = vec![0; response.len()];
            client.read_exact(&mut read).await.unwrap();
            read
        };
        let (written, read) = tokio::join!(ours.write_all(&response), reading);
        assert!(written.is_ok());
        assert_eq!(read, response);
        // It is still there, but reads no longer.
        let written = ours.write_all(&response).await;
        assert_eq!(written.unwrap_err().kind(), ErrorKind::TimedOut);
        drop(client);
    }
}
