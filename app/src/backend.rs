//! What the page needs of the service behind it. The server puts one into the context; the
//! page knows nothing of engines, threads or limits.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::wire::{
    CollectionInfo, CountedFacet, ExplainRequest, Explanation, Problem, SearchRequest,
    SearchResponse, SimilarRequest, ValuesRequest,
};

/// An answer on its way.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

/// The service behind page and API. A collection of `None` is the default one.
pub trait Backend: Send + Sync {
    /// Answers a query.
    fn search(&self, collection: Option<String>, request: SearchRequest)
    -> Pending<SearchResponse>;

    /// Records like a given one.
    fn similar(
        &self,
        collection: Option<String>,
        request: SimilarRequest,
    ) -> Pending<SearchResponse>;

    /// Why a record stands where it does.
    fn explain(&self, collection: Option<String>, request: ExplainRequest) -> Pending<Explanation>;

    /// The values of a facet.
    fn values(&self, collection: Option<String>, request: ValuesRequest) -> Pending<CountedFacet>;

    /// What there is to know of a collection.
    fn collection(&self, collection: Option<String>) -> Pending<CollectionInfo>;

    /// What there is to know of every collection.
    fn collections(&self) -> Pending<Vec<CollectionInfo>>;

    /// What a record is called, so that a page of its like can name it. A backend that
    /// cannot tell answers `None`, and the page shows the id.
    fn title(&self, collection: Option<String>, id: String) -> Pending<Option<String>> {
        let _ = (collection, id);
        Box::pin(async { Ok(None) })
    }
}

/// The backend as it stands in the context.
pub type SharedBackend = Arc<dyn Backend>;
