//! What the service answers: searches, comparisons, explanations and lists, each in its pool.

use std::sync::Arc;

use parallax::backend::Backend;
use parallax::query::Answer as Found;
use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, Comparison, ExplainRequest, Explanation, Exploration, FacetCounts, Lab, MeasuredRecall,
    RecordView, SearchRequest, SimilarRequest, Timings, ValuesRequest, Walkthrough,
};
use parallax::{Collection, Error, Filter, Mode, Query};
use parallax_app::Problem;
use tokio_stream::Stream;
use tracing::Instrument;

use super::Service;
use crate::export::lines;
use crate::logs::Search;
use crate::opened::Opened;
use crate::pool::Refused;
use crate::problem::problem;

/// The maximum number of hits to explain per request: each is encoded again, token by token.
const MAX_EXPLAINED: u32 = 20;

/// Who reads the hits of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A person, on the page.
    Person,
    /// A program, which gets the requested fields too.
    Program,
}

impl Reader {
    fn content(self, fields: &[String]) -> Content<'_> {
        match self {
            Self::Person => Content::Readable,
            Self::Program => Content::Original(fields),
        }
    }
}

/// What a search may ask for in addition to its parameters.
#[derive(Debug, Default)]
pub struct Further {
    /// Filters, which may combine conditions.
    pub filters: Vec<Filter>,
    /// A vector, instead of a text.
    pub vector: Option<Vec<f32>>,
}

impl From<Vec<Filter>> for Further {
    fn from(filters: Vec<Filter>) -> Self {
        Self {
            filters,
            vector: None,
        }
    }
}

impl Service {
    /// Answers a query, with whatever else it asks for, for whoever reads the hits.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn search_with(
        &self,
        collection: Option<String>,
        mut request: SearchRequest,
        further: impl Into<Further>,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        let span = tracing::info_span!("search", mode = request.mode.as_str());
        let Further { filters, vector } = further.into();
        let mut query = Query::try_from(&request).map_err(|error| problem(&error.into()))?;
        query.filters.extend(filters);
        query.vector = vector;
        // Without a text or a vector, records are only listed.
        let asked = query.vector.is_some() || !query.text.trim().is_empty();
        let mode = asked.then_some(query.mode);
        // The query has a copy.
        let q = std::mem::take(&mut request.q);
        let answer = self.answer_to(collection, query, request, reader);
        let answer = answer.instrument(span).await?;
        self.searched(&answer.collection, &q, mode, &answer.timings);
        Ok(answer)
    }

    /// Answers a query with what its request asks for in addition.
    async fn answer_to(
        &self,
        collection: Option<String>,
        query: Query,
        request: SearchRequest,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        if request.explain && query.vector.is_some() {
            let refused = Error::BadQuery(
                "explain shows what the words of a query add to a score, and a vector has none: \
                 leave explain out"
                    .into(),
            );
            return Err(problem(&refused));
        }
        if !request.explain && !request.sentences {
            let fields = request.fields;
            let sent = move |collection: &dyn Backend, answer: Found| {
                answer.sent(collection.schema(), reader.content(&fields))
            };
            return self.find(collection, query, sent).await;
        }
        let work = move |collection: &dyn Backend| {
            if request.explain && request.limit > MAX_EXPLAINED {
                return Err(Error::BadQuery(format!(
                    "limit is {}; with explain=true it must be between 1 and {MAX_EXPLAINED}",
                    request.limit
                )));
            }
            let (schema, content) = (collection.schema(), reader.content(&request.fields));
            if !request.explain {
                return collection.search(&query)?.sent(schema, content);
            }
            let (answer, explained) = collection.search_explained(&query)?;
            let mut answer = answer.sent(schema, content)?;
            for (hit, explanation) in answer.hits.iter_mut().zip(explained) {
                hit.explanation = explanation;
            }
            Ok(answer)
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// Counts a search that was made, and logs it if it was slow. Without a mode, records were
    /// listed.
    fn searched(&self, collection: &str, q: &str, mode: Option<Mode>, timings: &Timings) {
        self.0.metrics.searched(mode, timings);
        let search = Search {
            collection,
            q,
            mode: mode.map_or("list", Mode::name),
        };
        if self
            .0
            .slow
            .get()
            .is_some_and(|slow| slow.note(search, timings))
        {
            self.0.metrics.was_slow();
        }
    }

    /// Answers a query and converts the answer. If too many queries wait for the model, one in mode
    /// `hybrid` is answered by words, and says so.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn find<T: Send + 'static>(
        &self,
        collection: Option<String>,
        query: Query,
        convert: impl FnOnce(&dyn Backend, Found) -> parallax::Result<T> + Clone + Send + 'static,
    ) -> Result<T, Problem> {
        if query.mode == Mode::Text || query.is_open() {
            let work = move |found: &dyn Backend| convert(found, found.search(&query)?);
            return self.run_on(&self.0.words, collection, work).await;
        }
        let query = Arc::new(query);
        let encoded = {
            let (query, convert) = (Arc::clone(&query), convert.clone());
            let work = move |found: &dyn Backend| convert(found, found.search(&query)?);
            self.attempt_on(&self.0.meaning, collection.clone(), work)
        };
        let refused = match encoded.await {
            Ok(worked) => return worked,
            Err(refused @ Refused::Full { .. }) => refused,
            Err(refused) => return Err(self.refusal(&refused)),
        };
        let work = move |found: &dyn Backend| {
            let answer = found.search_unencoded(&query)?;
            answer.map(|answer| convert(found, answer)).transpose()
        };
        let answered = self.run_on(&self.0.words, collection, work).await?;
        answered.ok_or_else(|| self.refusal(&refused))
    }

    /// Compares the rankings of a query, with filters in addition to those in the request. The
    /// places of records far down take a scan of all records, so this is as slow as an explanation.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn compare_with(
        &self,
        collection: Option<String>,
        request: SearchRequest,
        filters: Vec<Filter>,
        reader: Reader,
    ) -> Result<Comparison, Problem> {
        let work = move |collection: &dyn Backend| {
            let mut query = Query::try_from(&request)?;
            query.filters.extend(filters);
            let compared = collection.compare(&query)?;
            compared.sent(collection.schema(), reader.content(&request.fields))
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// The queries on which the engines disagree in a collection, as far as they have been found.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn explore(&self, collection: Option<String>) -> Result<Exploration, Problem> {
        let work = move |opened: &Opened| opened.backend(collection.as_deref())?.explore();
        self.with_catalogue(work).await
    }

    /// What small changes of a query do to its rankings, which takes several comparisons.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn lab(&self, collection: Option<String>, q: String) -> Result<Lab, Problem> {
        let work = move |collection: &dyn Backend| collection.lab(&q);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// What each stage of a query does. The model runs once more for its time, so this is slower than
    /// an answer.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn walkthrough_of(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Result<Walkthrough, Problem> {
        let work =
            move |collection: &Collection| collection.walkthrough(&Query::try_from(&request)?);
        self.with_embedded_thoroughly(collection, work).await
    }

    /// The recall of the graph around a query, measured by as many exact scans.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn recall_of(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Result<MeasuredRecall, Problem> {
        let work =
            move |collection: &Collection| collection.measure_recall(&Query::try_from(&request)?);
        self.with_embedded_thoroughly(collection, work).await
    }

    /// Why a record has its rank for a query.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn explain_with(
        &self,
        collection: Option<String>,
        request: ExplainRequest,
    ) -> Result<Explanation, Problem> {
        let work = move |collection: &dyn Backend| {
            let query = Query::try_from(&request.search)?;
            collection.explain(&query, &request.id)
        };
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// A record as its own page shows it.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn record_view(
        &self,
        collection: Option<String>,
        id: String,
    ) -> Result<RecordView, Problem> {
        let work = move |collection: &dyn Backend| collection.record_view(&id);
        self.run_on(&self.0.thorough, collection, work).await
    }

    /// The values of a facet.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn values(
        &self,
        collection: Option<String>,
        request: ValuesRequest,
    ) -> Result<FacetCounts, Problem> {
        self.with_collection(collection, move |collection| {
            let filters = Filter::from_texts(&request.filter)?;
            let limit = request.limit as usize;
            collection.facet_values(&request.field, &request.prefix, limit, &filters)
        })
        .await
    }

    /// Streams all records of a collection as JSON lines.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller. A later one ends the stream with an error.
    pub async fn export(
        &self,
        name: String,
    ) -> Result<impl Stream<Item = std::io::Result<Vec<u8>>> + use<>, Problem> {
        let place = self.export_place()?;
        let collection = self.with_catalogue(move |opened| opened.backend(Some(&name)));
        Ok(lines(collection.await?, place))
    }

    /// Records similar to a given one.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn similar_with(
        &self,
        collection: Option<String>,
        request: SimilarRequest,
        reader: Reader,
    ) -> Result<Answer, Problem> {
        self.with_collection(collection, move |collection| {
            let filters = Filter::from_texts(&request.filter)?;
            let (limit, offset) = (request.limit as usize, request.offset as usize);
            let answer = collection.similar(&request.id, limit, offset, &filters)?;
            answer.sent(collection.schema(), reader.content(&request.fields))
        })
        .await
    }
}
