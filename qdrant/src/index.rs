//! A collection on a cluster as the engine searches it.

use std::ops::Bound;
use std::sync::Arc;
use std::sync::mpsc;

use futures_util::future::try_join_all;
use parallax::Vector;
use parallax::collection::Stored;
use parallax::remote::{By, Described, Question, RemoteFilter, RemoteIndex};
use qdrant_client::qdrant::r#match::MatchValue;
use qdrant_client::qdrant::start_from::Value as StartFrom;
use qdrant_client::qdrant::with_payload_selector::SelectorOptions;
use qdrant_client::qdrant::{
    Condition, CountPointsBuilder, Filter, OrderBy, OrderByBuilder, PayloadIncludeSelector,
    QueryBatchPointsBuilder, QueryPoints, QueryPointsBuilder, Range, RepeatedIntegers,
    RetrievedPoint, ScoredPoint, SearchParamsBuilder, VectorInput, VectorsSelector,
};
use tokio::runtime::Runtime;

use crate::cluster::Cluster;
use crate::error::{Error, Result};
use crate::layout::{FINGERPRINT, PIECES, TERMS, WORDS, numbers_path, own_path, texts_path};
use crate::points::{NEAREST, READ, fingerprint_of, first_vector, record_of, signed};
use crate::retry::retried;

/// Below so many records, all vectors are compared. For 40,474 start-ups, this takes as long as a walk over the
/// graph that keeps 2,048 points, and finds more: such a walk misses one of the ten nearest records for one
/// query in 27.
const SCANNED_BELOW: u64 = 100_000;

/// How many points a walk over the graph keeps in larger collections.
const EF: u64 = 1_024;

/// How many records of a sample are read at once.
const SAMPLE_PAGE: u64 = 256;

/// A collection on a cluster.
pub struct ClusterIndex {
    inner: Arc<Inner>,
    runtime: Arc<Runtime>,
}

struct Inner {
    cluster: Cluster,
    name: String,
    described: Described,
    /// How many records there were when it was opened.
    records: u64,
}

impl ClusterIndex {
    /// The collection with a name. The requests run on `runtime`, which must not be the one of a thread that
    /// waits for them.
    ///
    /// # Errors
    /// Those of [`Cluster::describe`]; [`Error::NotOurs`] for a collection of points.
    pub fn open(cluster: Cluster, name: &str, runtime: Arc<Runtime>) -> Result<Self> {
        let described = runtime.block_on(cluster.describe(name))?;
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
                    average_length: described.average_length(),
                    about: described.about,
                },
            }),
            runtime,
        })
    }

    /// Runs requests on the runtime, and waits for them.
    fn wait<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> parallax::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (done, answer) = mpsc::sync_channel(1);
        let work = work(Arc::clone(&self.inner));
        self.runtime.spawn(async move {
            // Whoever waits does so until there is an answer.
            let _ = done.send(work.await);
        });
        match answer.recv() {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Error::Engine(error))) => Err(error),
            Ok(Err(error)) => Err(parallax::Error::Cluster(error.to_string())),
            Err(_) => Err(parallax::Error::Cluster(
                "the request was not completed".into(),
            )),
        }
    }
}

impl RemoteIndex for ClusterIndex {
    fn described(&self) -> &Described {
        &self.inner.described
    }

    fn best(&self, questions: &[Question<'_>]) -> parallax::Result<Vec<Vec<Stored>>> {
        let name = &self.inner.name;
        let scans = self.scans();
        let queries = questions.iter().map(|asked| query(name, scans, asked));
        let queries: Vec<QueryPoints> = queries.collect();
        self.wait(|inner| async move { inner.best(queries).await })
    }

    fn counts(&self, filters: &[RemoteFilter]) -> parallax::Result<Vec<u64>> {
        let filters: Vec<Filter> = filters.iter().map(filter_of).collect();
        self.wait(|inner| async move { inner.counts(filters).await })
    }

    fn listed(&self, filter: &RemoteFilter, limit: usize) -> parallax::Result<Vec<Stored>> {
        let query = QueryPointsBuilder::new(&self.inner.name)
            .filter(filter_of(filter))
            .limit(limit as u64);
        let query = returning(query).build();
        let found = self.wait(|inner| async move { inner.best(vec![query]).await })?;
        Ok(found.into_iter().flatten().collect())
    }

    fn sampled(&self, limit: usize) -> parallax::Result<Vec<(u64, Vector)>> {
        self.wait(|inner| async move { inner.sampled(limit).await })
    }

    fn scans(&self) -> bool {
        self.inner.records < SCANNED_BELOW
    }
}

impl Inner {
    async fn best(&self, queries: Vec<QueryPoints>) -> Result<Vec<Vec<Stored>>> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let batch = QueryBatchPointsBuilder::new(&self.name, queries).build();
        let found = retried("search", || self.cluster.client.query_batch(batch.clone()));
        let of_query = found.await?.result.into_iter().map(|found| {
            let points = found.result.into_iter();
            points.map(|point| self.record(point)).collect()
        });
        of_query.collect()
    }

    async fn counts(&self, filters: Vec<Filter>) -> Result<Vec<u64>> {
        let counts = filters.into_iter().map(|filter| async move {
            let count = CountPointsBuilder::new(&self.name)
                .filter(filter)
                .exact(true)
                .build();
            let counted = retried("count the records", || {
                self.cluster.client.count(count.clone())
            });
            Ok(counted.await?.result.map_or(0, |result| result.count))
        });
        try_join_all(counts).await
    }

    /// In pages, because a long document has many vectors.
    async fn sampled(&self, limit: usize) -> Result<Vec<(u64, Vector)>> {
        let mut sampled: Vec<(u64, Vector)> = Vec::new();
        let mut start = None;
        while sampled.len() < limit {
            let mut order = OrderByBuilder::new(own_path(FINGERPRINT));
            if let Some(start) = start {
                order = order.start_from(StartFrom::Integer(start));
            }
            let fields = vec![own_path(FINGERPRINT)];
            let query = QueryPointsBuilder::new(&self.name)
                .query(OrderBy::from(order))
                .with_payload(SelectorOptions::Include(PayloadIncludeSelector { fields }))
                .with_vectors(nearest())
                .limit(SAMPLE_PAGE)
                .build();
            let found = retried("sample the records", || {
                self.cluster.client.query(query.clone())
            });
            let points = found.await?.result;
            let read = points.len() as u64;
            for point in points {
                let fingerprint = fingerprint_of(&point.payload);
                if sampled.last().is_none_or(|(last, _)| *last < fingerprint) {
                    let first = first_vector(point.vectors, self.described.about.dimension);
                    sampled.extend(first.map(|vector| (fingerprint, vector)));
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

    fn record(&self, point: ScoredPoint) -> Result<Stored> {
        let point = RetrievedPoint {
            id: point.id,
            payload: point.payload,
            vectors: point.vectors,
            ..RetrievedPoint::default()
        };
        record_of(point, &self.name, &self.described.about, 0)
    }
}

/// How a collection is searched by meaning.
fn effort(scans: bool) -> SearchParamsBuilder {
    match scans {
        true => SearchParamsBuilder::default().exact(true),
        false => SearchParamsBuilder::default().hnsw_ef(EF),
    }
}

fn query(name: &str, scans: bool, asked: &Question<'_>) -> QueryPoints {
    let query = QueryPointsBuilder::new(name)
        .filter(filter_of(asked.filter))
        .params(effort(scans))
        .limit(asked.limit as u64);
    let query = match asked.by {
        By::Meaning(vector) => query.query(vector.to_vec()),
        By::Words(terms) => {
            let (indices, values): (Vec<u32>, Vec<f32>) = terms.iter().copied().unzip();
            query
                .query(VectorInput::new_sparse(indices, values))
                .using(WORDS)
        }
    };
    returning(query).build()
}

/// With what a record is read from.
fn returning(query: QueryPointsBuilder) -> QueryPointsBuilder {
    let fields = READ.into_iter().map(own_path).collect();
    query
        .with_payload(SelectorOptions::Include(PayloadIncludeSelector { fields }))
        .with_vectors(nearest())
}

/// The vectors of passages, without that of words.
fn nearest() -> VectorsSelector {
    VectorsSelector {
        names: vec![NEAREST.to_owned()],
    }
}

fn filter_of(filter: &RemoteFilter) -> Filter {
    match filter {
        RemoteFilter::All(filters) => Filter::must(filters.iter().map(condition_of)),
        // Qdrant ignores an empty list of alternatives.
        RemoteFilter::Any(filters) if filters.is_empty() => {
            Filter::must([Condition::has_id([] as [u64; 0])])
        }
        RemoteFilter::Any(filters) => Filter::should(filters.iter().map(condition_of)),
        RemoteFilter::Not(filter) => Filter::must_not([condition_of(filter)]),
        other => Filter::must([condition_of(other)]),
    }
}

fn condition_of(filter: &RemoteFilter) -> Condition {
    let integers = |field: &str, integers: Vec<i64>| {
        Condition::matches(
            own_path(field),
            MatchValue::Integers(RepeatedIntegers { integers }),
        )
    };
    match filter {
        RemoteFilter::Terms(terms) => {
            integers(TERMS, terms.iter().copied().map(i64::from).collect())
        }
        RemoteFilter::Piece(piece) => integers(PIECES, vec![i64::from(*piece)]),
        RemoteFilter::Keys(facet, keys) => Condition::matches(texts_path(*facet), keys.clone()),
        RemoteFilter::Between(facet, from, to) => {
            let mut range = Range::default();
            match *from {
                Bound::Included(from) => range.gte = Some(from),
                Bound::Excluded(from) => range.gt = Some(from),
                Bound::Unbounded => {}
            }
            match *to {
                Bound::Included(to) => range.lte = Some(to),
                Bound::Excluded(to) => range.lt = Some(to),
                Bound::Unbounded => {}
            }
            Condition::range(numbers_path(*facet), range)
        }
        all => Condition::from(filter_of(all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_without_alternatives_passes_nothing_and_one_without_conditions_everything() {
        let none = filter_of(&RemoteFilter::Any(Vec::new()));
        assert_eq!(
            none.must.len(),
            1,
            "an empty list of alternatives is ignored"
        );
        assert_eq!(filter_of(&RemoteFilter::NONE), Filter::default());
    }

    #[test]
    fn a_filter_keeps_its_structure() {
        let terms = RemoteFilter::Terms(vec![7, u32::MAX]);
        let city = RemoteFilter::Keys(0, vec!["=New York".into()]);
        let price = RemoteFilter::Between(2, Bound::Excluded(1.0), Bound::Included(9.5));
        let filter = RemoteFilter::All(vec![
            terms,
            RemoteFilter::Any(vec![city, price]),
            RemoteFilter::Not(Box::new(RemoteFilter::Piece(101))),
        ]);
        let integers = |field: &str, integers: Vec<i64>| {
            Condition::matches(format!("_parallax.{field}"), integers)
        };
        let range = Range {
            gt: Some(1.0),
            lte: Some(9.5),
            ..Range::default()
        };
        // A keyword with a space is not a full-text condition.
        let city = Condition::matches("_parallax.facets.t0", vec!["=New York".to_owned()]);
        let expected = Filter::must([
            integers("terms", vec![7, i64::from(u32::MAX)]),
            Condition::from(Filter::should([
                city,
                Condition::range("_parallax.facets.n2", range),
            ])),
            Condition::from(Filter::must_not([integers("pieces", vec![101])])),
        ]);
        assert_eq!(filter_of(&filter), expected);
    }
}
