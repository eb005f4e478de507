//! Copies a collection from Qdrant.

use std::io::Write;

use parallax::collection::{SnapshotWriter, State};
use qdrant_client::qdrant::ScrollPointsBuilder;

use crate::cluster::Cluster;
use crate::error::{Error, Result};
use crate::layout::Described;
use crate::points::record_of;

/// How many points are read at once: few, because a long document takes megabytes.
const PAGE: u32 = 32;

impl Cluster {
    /// Writes a collection as a snapshot, from which it can be restored, and returns how many records it
    /// has. `progress` is told how many of how many were read.
    ///
    /// # Errors
    /// Those of [`Cluster::describe`]; [`Error::Point`]; [`Error::Count`] if points are missing, were added
    /// or deleted; [`Error::Request`]; [`Error::Engine`] if the output fails.
    pub async fn download(
        &self,
        name: &str,
        out: impl Write,
        progress: &dyn Fn(u64, u64),
    ) -> Result<u64> {
        let Described {
            about,
            state: copied,
            ..
        } = self.describe(name).await?;
        let expected = self.count(name).await?;
        // Points are numbered anew in the order of their ids, like the records that were written to the
        // cluster, which come last.
        let first = match about.schema.points {
            true => 0,
            false => copied.next,
        };
        let state = State {
            sequence: copied.sequence + expected,
            next: first + expected,
        };
        let mut next = first;
        let mut snapshot = SnapshotWriter::new(out, about.clone(), state)?;
        let mut read = 0;
        let mut offset = None;
        loop {
            let scroll = ScrollPointsBuilder::new(name).limit(PAGE);
            let mut scroll = scroll.with_payload(true).with_vectors(true).build();
            scroll.offset = offset;
            let page = self.ask("read records", scroll, |node, scroll| async move {
                node.scroll(scroll).await
            });
            let page = page.await?;
            for point in page.result {
                let mut record = record_of(point, name, &about, next)?;
                if record.number >= first {
                    record.number = next;
                    next += 1;
                }
                snapshot.write(record)?;
                read += 1;
            }
            progress(read, expected);
            offset = page.next_page_offset;
            if offset.is_none() {
                break;
            }
        }
        if read != expected {
            return Err(Error::Count {
                name: name.to_owned(),
                found: read,
                expected,
            });
        }
        snapshot.finish()?;
        Ok(read)
    }
}
