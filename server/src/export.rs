//! Streams a collection's records, or its judgements as a benchmark, to a client. Chunks are produced only as fast as the client
//! reads them, and the export stops if the client stops reading.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use parallax::backend::Backend;
use parallax::judging::{self, Archive};
use parallax::vocabulary::JudgedQuery;
use parallax::{Collection, Error, Result};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

/// The size of a chunk in bytes.
const CHUNK: usize = 64 << 10;
/// How many chunks are buffered for a slow client.
const CHUNKS: usize = 4;
/// How long a client may take to read a chunk.
const STALLED: Duration = Duration::from_secs(30);

/// Streams the records of a collection as JSON lines. If reading fails, the stream ends with an
/// error, so that a partial export is not mistaken for a complete one. The permit is held until
/// the stream ends.
pub fn lines(
    collection: Arc<dyn Backend>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Vec<u8>>> + use<> {
    let name = collection.name();
    streamed(name, place, move |sender| sender.send_all(&*collection))
}

/// The same for a collection's judgements, as a ZIP archive of a benchmark in BEIR format.
pub fn benchmark(
    collection: Arc<Collection>,
    judged: Vec<JudgedQuery>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Vec<u8>>> + use<> {
    let name = collection.name();
    streamed(name, place, move |sender| {
        let mut archive = Archive::new(Gathered::new(sender), &collection.name());
        judging::export(&collection, &judged, &mut archive)?;
        archive.finish()
    })
}

fn streamed(
    name: Arc<String>,
    place: OwnedSemaphorePermit,
    work: impl FnOnce(&Chunks) -> Result<()> + Send + 'static,
) -> ReceiverStream<io::Result<Vec<u8>>> {
    let (chunks, received) = channel(CHUNKS);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _held = place;
        let sender = Chunks { chunks, runtime };
        if let Err(error) = work(&sender) {
            tracing::warn!(collection = %name, %error, "an export was interrupted");
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
    fn send_all(&self, collection: &dyn Backend) -> Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        collection.export(&mut |line| {
            chunk.extend_from_slice(line);
            chunk.push(b'\n');
            if chunk.len() < CHUNK {
                return Ok(());
            }
            self.send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))
        })?;
        self.send(chunk)
    }

    /// Waits until there is room. Fails if the client has disconnected or stopped reading.
    fn send(&self, chunk: Vec<u8>) -> Result<()> {
        let sending = async { tokio::time::timeout(STALLED, self.chunks.send(Ok(chunk))).await };
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::Cancelled),
        }
    }

    fn fail(&self, error: &Error) {
        let broken = io::Error::other(error.to_string());
        // If the buffer is full, the client has stalled; it sees a truncated stream.
        let _ = self.chunks.try_send(Err(broken));
    }
}

/// Gathers what is written until it makes a chunk. Flushing sends what is left.
struct Gathered<'a> {
    sender: &'a Chunks,
    chunk: Vec<u8>,
}

impl<'a> Gathered<'a> {
    fn new(sender: &'a Chunks) -> Self {
        Self {
            sender,
            chunk: Vec::with_capacity(CHUNK),
        }
    }
}

impl Write for Gathered<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK {
            let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
            self.sender.send(chunk).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::take(&mut self.chunk);
        self.sender.send(chunk).map_err(io::Error::other)
    }
}
