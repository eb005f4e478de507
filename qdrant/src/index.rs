//! A collection on a cluster as the engine searches it.

use std::sync::Arc;

use futures_util::future::try_join_all;
use parallax::collection::Stored;
use parallax::remote::{
    Candidate, Described, Frequencies, Keys, Question, Reach, Reached, RemoteFilter, RemoteIndex,
    Sampled, Vocabulary, With,
};
use qdrant_client::qdrant::facet_value::Variant;
use qdrant_client::qdrant::start_from::Value as StartFrom;
use qdrant_client::qdrant::{
    BatchResult, CountPointsBuilder, DeletePointsBuilder, FacetCounts, FacetCountsBuilder,
    FacetHit, Filter, GetPoints, GetPointsBuilder, OrderBy, OrderByBuilder, PointId, PointStruct,
    PointsOperationResponse, QueryBatchPointsBuilder, QueryPoints, QueryPointsBuilder,
    RetrievedPoint, ScoredPoint, ScrollPoints, ScrollPointsBuilder, UpsertPointsBuilder,
};

use crate::cluster::Cluster;
use crate::error::{Error, Result};
use crate::filter::filter_of;
use crate::keys::{fingerprint_of, first_vector, length_of, texts_in};
use crate::layout::{FINGERPRINT, LENGTH, PIECES, TERMS, TITLE, own_path, texts_path};
use crate::points::{candidate_of, number_of, point_of, signed, size_of};
use crate::requests::{fields, nearest, query, reaching, read_fields};
use crate::threads::{Threads, told};
use crate::upload::{BATCH_BYTES, BATCH_RECORDS};

/// Below so many records, all vectors are compared. For 40,474 start-ups, this takes as long as a walk over the
/// graph that keeps 2,048 points, and finds more: such a walk misses one of the ten nearest records for one
/// query in 27.
const SCANNED_BELOW: u64 = 100_000;

/// How many different values of a field are counted.
const MAX_KEYS: u64 = 100_000;

/// How many records of a sample are read at once.
const SAMPLE_PAGE: u64 = 256;

/// A collection on a cluster.
pub struct ClusterIndex {
    inner: Arc<Inner>,
    threads: Arc<Threads>,
}

struct Inner {
    cluster: Cluster,
    name: String,
    described: Described,
    /// How many records there were when it was opened.
    records: u64,
}

impl ClusterIndex {
    /// The collection with a name. The requests run on `threads`.
    ///
    /// # Errors
    /// Those of [`Cluster::describe`]; [`Error::NotOurs`] for a collection of points.
    pub fn open(cluster: Cluster, name: &str, threads: Arc<Threads>) -> Result<Self> {
        let asked = (cluster.clone(), name.to_owned());
        let described = threads.run(async move {
            let (cluster, name) = asked;
            cluster.describe(&name).await
        })?;
        if described.about.schema.points {
            return Err(Error::NotOurs {
                name: name.to_owned(),
                why: "has points without a text: search it with a client of Qdrant",
            });
        }
        Ok(Self {
            inner: Arc::new(Inner {
                cluster,
                name: name.to_owned(),
                records: described.records,
                described: Described {
                    id: described.id,
                    average_length: described.average_length(),
                    records: described.records,
                    mined: described.mined,
                    about: described.about,
                },
            }),
            threads,
        })
    }

    /// Runs requests, and waits for them.
    fn wait<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> parallax::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.threads.wait(work(Arc::clone(&self.inner)))
    }
}

impl RemoteIndex for ClusterIndex {
    fn described(&self) -> &Described {
        &self.inner.described
    }

    fn best(&self, questions: &[Question<'_>]) -> parallax::Result<Vec<Vec<(u64, f32)>>> {
        let name = &self.inner.name;
        let scans = self.scans();
        let queries = questions.iter().map(|asked| query(name, scans, asked));
        let queries: Vec<QueryPoints> = queries.collect();
        self.wait(move |inner| async move { inner.best(queries).await })
    }

    fn candidates(&self, numbers: &[u64], with: With) -> parallax::Result<Vec<Candidate>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<PointId> = numbers.iter().copied().map(PointId::from).collect();
        let others: &[&str] = match with.pieces {
            true => &[PIECES],
            false => &[],
        };
        let mut get =
            GetPointsBuilder::new(&self.inner.name, ids).with_payload(read_fields(others));
        if with.vectors {
            get = get.with_vectors(nearest());
        }
        let get = get.build();
        self.wait(move |inner| async move { inner.candidates(get, with).await })
    }

    fn reached(&self, reaches: &[Reach<'_>]) -> parallax::Result<Vec<Vec<Reached>>> {
        let name = &self.inner.name;
        let scans = self.scans();
        let queries = reaches.iter().map(|reach| reaching(name, scans, reach));
        let queries: Vec<QueryPoints> = queries.collect();
        self.wait(|inner| async move { inner.reached(queries).await })
    }

    fn keys(&self, facet: usize, filter: &RemoteFilter) -> parallax::Result<Vec<(String, u64)>> {
        let counts = FacetCountsBuilder::new(&self.inner.name, texts_path(facet))
            .filter(filter_of(filter))
            .limit(MAX_KEYS)
            .exact(true)
            .build();
        self.wait(|inner| async move { inner.keys(counts).await })
    }

    fn frequencies(&self, of: Vocabulary) -> parallax::Result<Frequencies> {
        let field = match of {
            Vocabulary::Terms => TERMS,
            Vocabulary::Pieces => PIECES,
        };
        // Not exactly: Qdrant would then count the records of one value after the other.
        let counts = FacetCountsBuilder::new(&self.inner.name, own_path(field))
            .limit(MAX_KEYS)
            .build();
        self.wait(|inner| async move { inner.frequencies(counts).await })
    }

    fn counts(&self, filters: &[RemoteFilter], exactly: bool) -> parallax::Result<Vec<u64>> {
        let filters: Vec<Filter> = filters.iter().map(filter_of).collect();
        self.wait(move |inner| async move { inner.counts(filters, exactly).await })
    }

    fn listed(
        &self,
        filter: &RemoteFilter,
        from: u64,
        limit: usize,
        vectors: bool,
    ) -> parallax::Result<Vec<Stored>> {
        let mut scroll = ScrollPointsBuilder::new(&self.inner.name)
            .filter(filter_of(filter))
            .offset(from)
            .limit(u32::try_from(limit).unwrap_or(u32::MAX))
            .with_payload(read_fields(&[]));
        if vectors {
            scroll = scroll.with_vectors(nearest());
        }
        let scroll = scroll.build();
        self.wait(move |inner| async move { inner.listed(scroll, vectors).await })
    }

    fn titled(&self, from: u64, limit: usize) -> parallax::Result<Vec<Stored>> {
        let from = StartFrom::Integer(i64::try_from(from).unwrap_or(i64::MAX));
        let order = OrderByBuilder::new(own_path(TITLE)).start_from(from);
        let scroll = ScrollPointsBuilder::new(&self.inner.name)
            .order_by(order)
            .limit(u32::try_from(limit).unwrap_or(u32::MAX))
            .with_payload(read_fields(&[]))
            .build();
        self.wait(move |inner| async move { inner.listed(scroll, false).await })
    }

    fn sampled(&self, limit: usize) -> parallax::Result<Vec<Sampled>> {
        self.wait(|inner| async move { inner.sampled(limit).await })
    }

    fn scans(&self) -> bool {
        self.inner.records < SCANNED_BELOW
    }

    fn write(&self, records: &[(Stored, Keys)]) -> parallax::Result<u64> {
        let inner = &self.inner;
        let points = records.iter().map(|(record, keys)| {
            let about = &inner.described.about;
            let point = point_of(record, Some(keys), about);
            let id = keys.id.clone();
            let id = id.unwrap_or_else(|| record.number.to_string());
            let point = point.map_err(|error| refused(&id, error))?;
            Ok((point, size_of(record)))
        });
        let points: Vec<(PointStruct, usize)> = points.collect::<parallax::Result<_>>()?;
        self.wait(|inner| async move { inner.write(points).await })
    }

    fn delete(&self, filter: &RemoteFilter) -> parallax::Result<u64> {
        let delete = DeletePointsBuilder::new(&self.inner.name)
            .points(filter_of(filter))
            .wait(true)
            .build();
        self.wait(|inner| async move {
            let deleted = inner
                .cluster
                .ask("delete records", delete, |node, delete| async move {
                    node.delete_points(delete).await
                });
            Ok(operation(deleted.await?))
        })
    }
}

/// Why a record is refused, before anything is written.
fn refused(id: &str, error: Error) -> parallax::Error {
    match error {
        Error::Record { why, .. } => parallax::Error::BadQuery(format!(
            "record '{id}' cannot be stored on the cluster: {why}; nothing was written"
        )),
        other => told(other),
    }
}

impl Inner {
    /// Asks only for numbers and scores. Otherwise each shard would read all records it finds, although few are among
    /// the best of all shards.
    async fn best(&self, queries: Vec<QueryPoints>) -> Result<Vec<Vec<(u64, f32)>>> {
        let of_query = self.asked(queries).await?.into_iter().map(|found| {
            let points = found.result.into_iter();
            let scored = points.map(|point| Ok((number_of(point.id, &self.name)?, point.score)));
            scored.collect()
        });
        of_query.collect()
    }

    async fn candidates(&self, get: GetPoints, with: With) -> Result<Vec<Candidate>> {
        let found = self
            .cluster
            .ask("read records", get, |node, get| async move {
                node.get_points(get).await
            });
        let points = found.await?.result.into_iter();
        points.map(|point| self.candidate(point, with)).collect()
    }

    async fn reached(&self, queries: Vec<QueryPoints>) -> Result<Vec<Vec<Reached>>> {
        let facets = self.described.about.schema.facets.len();
        let reached = |point: ScoredPoint| {
            Ok(Reached {
                number: number_of(point.id, &self.name)?,
                score: point.score,
                fingerprint: fingerprint_of(&point.payload),
                facets: texts_in(&point.payload, facets),
            })
        };
        let of_query = self.asked(queries).await?.into_iter();
        let of_query = of_query.map(|found| found.result.into_iter().map(reached).collect());
        of_query.collect()
    }

    /// Asks several queries in one request.
    async fn asked(&self, queries: Vec<QueryPoints>) -> Result<Vec<BatchResult>> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let batch = QueryBatchPointsBuilder::new(&self.name, queries).build();
        let found = self.cluster.ask("search", batch, |node, batch| async move {
            node.query_batch(batch).await
        });
        Ok(found.await?.result)
    }

    async fn keys(&self, counts: FacetCounts) -> Result<Vec<(String, u64)>> {
        let hits = self.values(counts).await?.into_iter();
        let keys = hits.filter_map(|hit| match hit.value?.variant? {
            Variant::StringValue(key) => Some((key, hit.count)),
            _ => None,
        });
        Ok(keys.collect())
    }

    async fn frequencies(&self, counts: FacetCounts) -> Result<Frequencies> {
        let hits = self.values(counts).await?;
        let are_all = (hits.len() as u64) < MAX_KEYS;
        let counts = hits
            .into_iter()
            .filter_map(|hit| match hit.value?.variant? {
                Variant::IntegerValue(one) => Some((u32::try_from(one).ok()?, hit.count)),
                _ => None,
            });
        Ok(Frequencies {
            counts: counts.collect(),
            are_all,
        })
    }

    async fn values(&self, counts: FacetCounts) -> Result<Vec<FacetHit>> {
        let counted = self.cluster.ask(
            "count the values of a field",
            counts,
            |node, counts| async move { node.facet(counts).await },
        );
        Ok(counted.await?.hits)
    }

    async fn counts(&self, filters: Vec<Filter>, exactly: bool) -> Result<Vec<u64>> {
        let counts = filters.into_iter().map(|filter| async move {
            let count = CountPointsBuilder::new(&self.name)
                .filter(filter)
                .exact(exactly)
                .build();
            let counted = self
                .cluster
                .ask("count the records", count, |node, count| async move {
                    node.count(count).await
                });
            Ok(counted.await?.result.map_or(0, |result| result.count))
        });
        try_join_all(counts).await
    }

    async fn listed(&self, scroll: ScrollPoints, vectors: bool) -> Result<Vec<Stored>> {
        let page = self
            .cluster
            .ask("read records", scroll, |node, scroll| async move {
                node.scroll(scroll).await
            });
        let points = page.await?.result.into_iter();
        let with = With {
            vectors,
            pieces: false,
        };
        let read = points.map(|point| Ok(self.candidate(point, with)?.record));
        read.collect()
    }

    /// In pages, because a long document has many vectors.
    async fn sampled(&self, limit: usize) -> Result<Vec<Sampled>> {
        let mut sampled: Vec<Sampled> = Vec::new();
        let mut start = None;
        while sampled.len() < limit {
            let mut order = OrderByBuilder::new(own_path(FINGERPRINT));
            if let Some(start) = start {
                order = order.start_from(StartFrom::Integer(start));
            }
            let query = QueryPointsBuilder::new(&self.name)
                .query(OrderBy::from(order))
                .with_payload(fields(vec![own_path(FINGERPRINT), own_path(LENGTH)]))
                .with_vectors(nearest())
                .limit(SAMPLE_PAGE)
                .build();
            let found = self
                .cluster
                .ask("sample the records", query, |node, query| async move {
                    node.query(query).await
                });
            let points = found.await?.result;
            let read = points.len() as u64;
            for point in points {
                let fingerprint = fingerprint_of(&point.payload);
                if sampled
                    .last()
                    .is_none_or(|last| last.fingerprint < fingerprint)
                {
                    let length = length_of(&point.payload);
                    let first = first_vector(point.vectors, self.described.about.dimension);
                    sampled.extend(first.map(|vector| Sampled {
                        fingerprint,
                        length,
                        vector,
                    }));
                }
                start = signed(fingerprint).checked_add(1);
            }
            if read < SAMPLE_PAGE || start.is_none() {
                break;
            }
        }
        sampled.truncate(limit);
        Ok(sampled)
    }

    /// Writes points in batches that Qdrant accepts. They are not ordered by a leader: if the leader fails because
    /// of another replica, Qdrant 1.18 may give up the leader, too.
    async fn write(&self, points: Vec<(PointStruct, usize)>) -> Result<u64> {
        let mut last = 0;
        let mut points = points.into_iter().peekable();
        while points.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some((point, size)) = points.next_if(|(_, size)| {
                batch.is_empty() || batch.len() < BATCH_RECORDS && bytes + size <= BATCH_BYTES
            }) {
                bytes += size;
                batch.push(point);
            }
            let upsert = UpsertPointsBuilder::new(&self.name, batch)
                .wait(true)
                .build();
            let stored = self
                .cluster
                .ask("store records", upsert, |node, upsert| async move {
                    node.upsert_points(upsert).await
                });
            last = operation(stored.await?);
        }
        Ok(last)
    }

    fn candidate(&self, point: RetrievedPoint, with: With) -> Result<Candidate> {
        candidate_of(point, &self.name, &self.described.about, with)
    }
}

fn operation(answer: PointsOperationResponse) -> u64 {
    let done = answer.result.and_then(|result| result.operation_id);
    done.unwrap_or(0)
}
