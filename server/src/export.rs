//! A collection written out while its caller reads: as many chunks at a time as it takes, and
//! no longer than it keeps reading.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parallax::{Collection, Error, Result};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

/// Lines are sent on when they are so many bytes together.
const CHUNK: usize = 64 << 10;
/// How many chunks wait for a slow reader.
const CHUNKS: usize = 4;
/// How long a reader may take for a chunk.
const STALLED: Duration = Duration::from_secs(30);

/// The records of a collection as lines of JSON. Should reading break off, so does the stream,
/// so that nobody takes a part for the whole. The place is held until it ends.
pub fn lines(
    collection: Arc<Collection>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Vec<u8>>> + use<> {
    let (chunks, received) = channel(CHUNKS);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _held = place;
        let sender = Chunks { chunks, runtime };
        if let Err(error) = sender.send_all(&collection) {
            tracing::warn!(collection = %collection.name(), %error, "an export broke off");
            sender.fail(&error);
        }
    });
    ReceiverStream::new(received)
}

struct Chunks {
    chunks: Sender<io::Result<Vec<u8>>>,
    runtime: Handle,
}

impl Chunks {
    fn send_all(&self, collection: &Collection) -> Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        collection.export(|line| {
            chunk.extend_from_slice(line);
            chunk.push(b'\n');
            if chunk.len() < CHUNK {
                return Ok(());
            }
            self.send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))
        })?;
        self.send(chunk)
    }

    /// Waits until there is room. Who went away, or reads nothing, is not worked for.
    fn send(&self, chunk: Vec<u8>) -> Result<()> {
        let sending = async { tokio::time::timeout(STALLED, self.chunks.send(Ok(chunk))).await };
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::Cancelled),
        }
    }

    fn fail(&self, error: &Error) {
        let broken = io::Error::other(error.to_string());
        // Where there is no room the reader has stalled; it finds the stream cut at its end.
        let _ = self.chunks.try_send(Err(broken));
    }
}
