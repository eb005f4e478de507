//! What the page needs from the service behind it. The server puts an implementation into the
//! context; the page knows nothing about engines, threads or limits.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use parallax::vocabulary::{
    Answer, CollectionInfo, Comparison, ExplainRequest, Explanation, Exploration, FacetCounts,
    InterleaveRequest, Interleaved, Judgements, Lab, MapHits, MapView, MeasuredRecall, Pool,
    PoolRequest, RecordView, Reply, RevealRequest, Revealed, SearchRequest, SimilarRequest,
    Standing, Suggestions, Tally, Task, ValuesRequest, Walkthrough,
};

use crate::access::Access;
use crate::functions::CollectionNames;
use crate::functions::recommend::{Asked, Recommended};
use crate::problem::Problem;

/// A pending answer.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// The service behind the page and the API. A collection of `None` is the default one.
pub trait Backend: Send + Sync {
    /// Whether its collections are on a cluster, where less is available than in a data folder.
    fn on_cluster(&self) -> bool;

    /// Answers a query.
    fn search(&self, collection: Option<String>, request: SearchRequest) -> Pending<Answer>;

    /// Finds records similar to a given one.
    fn similar(&self, collection: Option<String>, request: SimilarRequest) -> Pending<Answer>;

    /// Explains a record's rank.
    fn explain(&self, collection: Option<String>, request: ExplainRequest) -> Pending<Explanation>;

    /// Compares the rankings of a query.
    fn compare(&self, collection: Option<String>, request: SearchRequest) -> Pending<Comparison>;

    /// Queries on which the engines disagree.
    fn explore(&self, collection: Option<String>) -> Pending<Exploration>;

    /// What small changes of a query do.
    fn lab(&self, collection: Option<String>, q: String) -> Pending<Lab>;

    /// What each stage of a query does.
    fn walkthrough(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Pending<Walkthrough>;

    /// The recall of the graph around a query.
    fn recall(&self, collection: Option<String>, request: SearchRequest)
    -> Pending<MeasuredRecall>;

    /// Lists the values of a facet.
    fn values(&self, collection: Option<String>, request: ValuesRequest) -> Pending<FacetCounts>;

    /// What begins as typed.
    fn suggest(&self, collection: Option<String>, typed: String) -> Pending<Suggestions>;

    /// Interleaves two rankings of a query.
    fn interleave(
        &self,
        collection: Option<String>,
        request: InterleaveRequest,
    ) -> Pending<Interleaved>;

    /// Says which ranking won.
    fn reveal(&self, collection: Option<String>, request: RevealRequest) -> Pending<Revealed>;

    /// What follows from a tally.
    fn standing(&self, tally: Tally) -> Pending<Standing>;

    /// The hits of a query that are to be graded.
    fn pool(&self, collection: Option<String>, request: PoolRequest) -> Pending<Pool>;

    /// The judgements of a collection.
    fn judgements(&self, collection: Option<String>) -> Pending<Judgements>;

    /// The names of the collections.
    fn names(&self) -> Pending<CollectionNames>;
    /// A record as its own page shows it.
    fn record(&self, collection: Option<String>, id: String) -> Pending<RecordView>;

    /// Describes a collection's map.
    fn map(&self, collection: Option<String>) -> Pending<MapView>;

    /// Finds where a query and its hits are on the map.
    fn map_hits(&self, collection: Option<String>, q: String) -> Pending<MapHits>;

    /// Recommends records from examples.
    fn recommend(&self, collection: Option<String>, asked: Asked) -> Pending<Recommended>;

    /// Answers a question.
    fn ask(&self, collection: Option<String>, question: String) -> Pending<Reply>;

    /// Describes a collection.
    fn collection(&self, collection: Option<String>) -> Pending<CollectionInfo>;

    /// Describes every collection.
    fn collections(&self) -> Pending<Vec<CollectionInfo>>;

    /// All imports that the service remembers, newest first.
    fn tasks(&self) -> Pending<Vec<Task>>;

    /// A record's title, for naming it on a page of similar records. A backend that does not
    /// know it returns `None`, and the page shows the id.
    fn title(&self, collection: Option<String>, id: String) -> Pending<Option<String>> {
        let _ = (collection, id);
        Box::pin(async { Ok(None) })
    }
}

/// The backend as stored in the context.
pub type SharedBackend = Arc<dyn Backend>;

/// Tells whether whoever sent a request may change anything, as stored in the context.
pub type AccessCheck = Arc<dyn Fn(&http::request::Parts) -> Access + Send + Sync>;
