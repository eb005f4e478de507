//! Copies a collection to Qdrant.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use parallax::collection::{SnapshotReader, Stored, check_model};
use parallax::encoder::QueryEncoder;
use parallax::remote::{Copied, keys_of, terms_of};
use qdrant_client::qdrant::{
    CollectionStatus, CountPointsBuilder, PointStruct, UpsertPointsBuilder,
};
use tokio::task::JoinSet;

use crate::cluster::Cluster;
use crate::compare::{Agreement, Sample};
use crate::error::{Error, Result};
use crate::layout::{Described, Spread, new_id};
use crate::points::{check, point_of, size_of};

/// The most records in one request, and about the most bytes. A larger record has a request of its own.
pub const BATCH_RECORDS: usize = 256;
pub const BATCH_BYTES: usize = 4 << 20;

/// How many requests wait for an answer at once.
const AT_ONCE: usize = 4;

/// How often to look whether the index is built.
const LOOK: Duration = Duration::from_millis(250);

/// What to copy, and how.
pub struct Upload<'a> {
    /// The name of the collection in Qdrant.
    pub name: &'a str,
    /// The collection.
    pub copied: Copied<'a>,
    /// Over how many nodes it is spread.
    pub spread: Spread,
    /// The model of the collection; `None` for a collection of points.
    pub encoder: Option<&'a QueryEncoder>,
    /// Is told what happens.
    pub progress: &'a dyn Fn(Step),
}

/// The progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many records of so many were stored.
    Stored(u64, u64),
    /// Qdrant builds its index of the vectors.
    Indexing,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// How many records; Qdrant has exactly as many points.
    pub records: u64,
    /// How many of the nearest records Qdrant found for a sample of queries.
    pub agreement: Agreement,
}

/// What has to be known before the first record is stored.
struct Survey {
    described: Described,
    sample: Sample,
}

impl Cluster {
    /// Copies a collection, compares the number of records, and compares what is found for a sample of
    /// queries with an exact scan. All records are checked before anything is changed. If storing them fails,
    /// the collection in Qdrant is marked as incomplete.
    ///
    /// # Errors
    /// [`Error::Exists`] unless it is to be replaced; [`Error::Record`]; [`Error::Request`];
    /// [`Error::Count`]; [`Error::NoMetadata`]; [`Error::Engine`] if the snapshot cannot be read.
    pub async fn upload(&self, upload: &Upload<'_>) -> Result<Uploaded> {
        let name = upload.name;
        let exists = self.exists(name).await?;
        if exists && !upload.copied.replace {
            return Err(Error::Exists {
                url: self.url.clone(),
                name: name.to_owned(),
            });
        }
        let mut survey = survey(upload)?;
        if exists {
            self.delete(name).await?;
        }
        let (about, expected) = (survey.described.about.clone(), survey.described.records);
        self.create(name, &about, upload.spread).await?;
        let mut sending = Sending::new(self.clone(), name);
        let average = survey.described.average_length();
        let mut reader = open(upload.copied.snapshot)?;
        while let Some(records) = batch(&mut reader)? {
            let keys = match upload.encoder {
                Some(encoder) => keys_of(&about, encoder, average, &records)?,
                None => Vec::new(),
            };
            for (at, record) in records.iter().enumerate() {
                survey.sample.score(record, about.dimension);
                let point = point_of(record, keys.get(at), &about)?;
                if let Some(stored) = sending.push(point, size_of(record)).await? {
                    (upload.progress)(Step::Stored(stored, expected));
                }
            }
        }
        sending.finish().await?;
        let found = self.count(name).await?;
        if found != expected {
            return Err(Error::Count {
                name: name.to_owned(),
                found,
                expected,
            });
        }
        self.complete(name, &survey.described).await?;
        (upload.progress)(Step::Indexing);
        self.wait_for_index(name).await?;
        Ok(Uploaded {
            records: expected,
            agreement: self.compare(name, &survey.sample).await?,
        })
    }

    /// The number of points of a collection.
    pub(crate) async fn count(&self, name: &str) -> Result<u64> {
        let count = CountPointsBuilder::new(name).exact(true).build();
        let counted = self.ask("count the points", count, |node, count| async move {
            node.count(count).await
        });
        let counted = counted.await?;
        Ok(counted.result.map_or(0, |result| result.count))
    }

    /// Waits until Qdrant has indexed what was written.
    async fn wait_for_index(&self, name: &str) -> Result<()> {
        loop {
            let info = self.ask(
                "read the collection's state",
                name.to_owned(),
                |node, name| async move { node.collection_info(name).await },
            );
            let info = info.await?;
            let status = info.result.map(|info| info.status());
            if status != Some(CollectionStatus::Yellow) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn open(snapshot: &Path) -> Result<SnapshotReader<'_, File>> {
    let file = File::open(snapshot).map_err(parallax::Error::io(snapshot))?;
    Ok(SnapshotReader::open(file, snapshot)?)
}

/// The next records of a snapshot, as many as one request has, or one that is larger; `None` at the end.
fn batch(reader: &mut SnapshotReader<'_, File>) -> Result<Option<Vec<Stored>>> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    while records.len() < BATCH_RECORDS && bytes < BATCH_BYTES {
        let Some(record) = reader.next() else {
            break;
        };
        let record = record?;
        bytes += record.fields.len() + 4 * record.vectors.len();
        records.push(record);
    }
    Ok((!records.is_empty()).then_some(records))
}

fn survey(upload: &Upload<'_>) -> Result<Survey> {
    let mut reader = open(upload.copied.snapshot)?;
    let (about, state) = (reader.about().clone(), reader.state());
    if let Some(encoder) = upload.encoder {
        check_model(upload.name, &about, encoder)?;
    }
    let (mut count, mut terms) = (0, 0);
    let mut sample = Sample::default();
    while let Some(records) = batch(&mut reader)? {
        count += records.len() as u64;
        if upload.encoder.is_some() {
            terms += terms_of(&about, &records)?;
        }
        for record in &records {
            check(record, &about)?;
            sample.consider(record, about.dimension);
        }
    }
    Ok(Survey {
        described: Described {
            id: new_id(),
            about,
            state,
            records: count,
            terms,
            mined: upload.copied.mined.cloned(),
        },
        sample,
    })
}

/// Sends points in batches, several at once.
struct Sending<'a> {
    cluster: Cluster,
    name: &'a str,
    batch: Vec<PointStruct>,
    bytes: usize,
    underway: JoinSet<Result<u64>>,
    stored: u64,
}

impl<'a> Sending<'a> {
    fn new(cluster: Cluster, name: &'a str) -> Self {
        Self {
            cluster,
            name,
            batch: Vec::with_capacity(BATCH_RECORDS),
            bytes: 0,
            underway: JoinSet::new(),
            stored: 0,
        }
    }

    /// Adds a point; when a batch is full, returns how many points are stored.
    async fn push(&mut self, point: PointStruct, bytes: usize) -> Result<Option<u64>> {
        let full = self.batch.len() == BATCH_RECORDS || self.bytes + bytes > BATCH_BYTES;
        let sent = full && !self.batch.is_empty();
        if sent {
            self.send().await?;
        }
        self.batch.push(point);
        self.bytes += bytes;
        Ok(sent.then_some(self.stored))
    }

    async fn send(&mut self) -> Result<()> {
        while self.underway.len() >= AT_ONCE {
            self.one_stored().await?;
        }
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let count = batch.len() as u64;
        let upsert = UpsertPointsBuilder::new(self.name, batch)
            .wait(true)
            .build();
        let cluster = self.cluster.clone();
        self.underway.spawn(async move {
            let stored = cluster.ask("store records", upsert, |node, upsert| async move {
                node.upsert_points(upsert).await
            });
            stored.await?;
            Ok(count)
        });
        Ok(())
    }

    async fn one_stored(&mut self) -> Result<()> {
        match self.underway.join_next().await {
            Some(Ok(stored)) => self.stored += stored?,
            // A task only ends otherwise if it panics.
            Some(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
            None => {}
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<()> {
        if !self.batch.is_empty() {
            self.send().await?;
        }
        while !self.underway.is_empty() {
            self.one_stored().await?;
        }
        Ok(())
    }
}
