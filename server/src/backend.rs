//! What the page needs from the service.

use parallax::Collection;
use parallax::sent::Content;
use parallax::vocabulary::{
    Answer, CollectionInfo, Comparison, ExplainRequest, Explanation, Exploration, FacetCounts,
    InterleaveRequest, Interleaved, Judgements, Lab, MAX_MAP_HITS, MapHits, MapView,
    MeasuredRecall, Pool, PoolRequest, RecordView, Reply, RevealRequest, Revealed, SearchRequest,
    SimilarRequest, Standing, Suggestions, Tally, Task, ValuesRequest, Walkthrough,
};
use parallax_app::backend::{Backend, Pending};
use parallax_app::functions::CollectionNames;
use parallax_app::functions::recommend::{Asked, Recommended};

use crate::opened::Opened;
use crate::service::{Reader, Service};

impl Backend for Service {
    fn on_cluster(&self) -> bool {
        // Until the collections are opened, nothing is rendered.
        self.opened().is_ok_and(|opened| opened.cluster.is_some())
    }

    fn search(&self, collection: Option<String>, request: SearchRequest) -> Pending<Answer> {
        let service = self.clone();
        Box::pin(async move {
            service
                .search_with(collection, request, Vec::new(), Reader::Person)
                .await
        })
    }

    fn similar(&self, collection: Option<String>, request: SimilarRequest) -> Pending<Answer> {
        let service = self.clone();
        Box::pin(async move {
            service
                .similar_with(collection, request, Reader::Person)
                .await
        })
    }

    fn explain(&self, collection: Option<String>, request: ExplainRequest) -> Pending<Explanation> {
        let service = self.clone();
        Box::pin(async move { service.explain_with(collection, request).await })
    }

    fn compare(&self, collection: Option<String>, request: SearchRequest) -> Pending<Comparison> {
        let service = self.clone();
        Box::pin(async move {
            service
                .compare_with(collection, request, Vec::new(), Reader::Person)
                .await
        })
    }

    fn explore(&self, collection: Option<String>) -> Pending<Exploration> {
        let service = self.clone();
        // This calls the service's method, not this one.
        Box::pin(async move { Service::explore(&service, collection).await })
    }

    fn lab(&self, collection: Option<String>, q: String) -> Pending<Lab> {
        let service = self.clone();
        // This calls the service's method, not this one.
        Box::pin(async move { Service::lab(&service, collection, q).await })
    }

    fn walkthrough(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Pending<Walkthrough> {
        let service = self.clone();
        Box::pin(async move { service.walkthrough_of(collection, request).await })
    }

    fn recall(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Pending<MeasuredRecall> {
        let service = self.clone();
        Box::pin(async move { service.recall_of(collection, request).await })
    }

    fn values(&self, collection: Option<String>, request: ValuesRequest) -> Pending<FacetCounts> {
        let service = self.clone();
        // This calls the service's method, not this one.
        Box::pin(async move { Service::values(&service, collection, request).await })
    }

    fn suggest(&self, collection: Option<String>, typed: String) -> Pending<Suggestions> {
        let service = self.clone();
        Box::pin(async move {
            let found =
                service.with_collection(collection, move |collection| collection.suggest(&typed));
            found.await
        })
    }

    fn interleave(
        &self,
        collection: Option<String>,
        request: InterleaveRequest,
    ) -> Pending<Interleaved> {
        let service = self.clone();
        // This calls the service's method, not this one; so do the next ones.
        Box::pin(async move { Service::interleave(&service, collection, request).await })
    }

    fn reveal(&self, collection: Option<String>, request: RevealRequest) -> Pending<Revealed> {
        let service = self.clone();
        Box::pin(async move { Service::reveal(&service, collection, request).await })
    }

    fn standing(&self, tally: Tally) -> Pending<Standing> {
        let standing = Service::standing_of(tally);
        Box::pin(async move { standing })
    }

    fn pool(&self, collection: Option<String>, request: PoolRequest) -> Pending<Pool> {
        let service = self.clone();
        Box::pin(async move { service.pool_of(collection, request).await })
    }

    fn judgements(&self, collection: Option<String>) -> Pending<Judgements> {
        let service = self.clone();
        Box::pin(async move { Service::judgements(&service, collection).await })
    }

    fn names(&self) -> Pending<CollectionNames> {
        let service = self.clone();
        Box::pin(async move { service.with_catalogue(Opened::names).await })
    }

    fn record(&self, collection: Option<String>, id: String) -> Pending<RecordView> {
        let service = self.clone();
        Box::pin(async move { service.record_view(collection, id).await })
    }

    fn map(&self, collection: Option<String>) -> Pending<MapView> {
        let service = self.clone();
        Box::pin(async move {
            service
                .with_embedded(collection, Collection::map_view)
                .await
        })
    }

    fn map_hits(&self, collection: Option<String>, q: String) -> Pending<MapHits> {
        let service = self.clone();
        Box::pin(async move {
            let found = service.with_embedded_encoding(collection, move |collection| {
                collection.map_hits(&q, MAX_MAP_HITS)
            });
            found.await
        })
    }

    fn recommend(&self, collection: Option<String>, asked: Asked) -> Pending<Recommended> {
        let service = self.clone();
        Box::pin(async move { service.recommended(collection, asked).await })
    }

    fn ask(&self, collection: Option<String>, question: String) -> Pending<Reply> {
        let service = self.clone();
        Box::pin(async move {
            let replied = service.with_collection_encoding(collection, move |collection| {
                let reply = collection.ask(&question, Vec::new())?;
                reply.sent(collection.schema(), Content::Readable)
            });
            replied.await
        })
    }

    fn collection(&self, collection: Option<String>) -> Pending<CollectionInfo> {
        let service = self.clone();
        Box::pin(async move {
            let found = service.with_catalogue(move |opened| {
                opened.info(&*opened.backend(collection.as_deref())?)
            });
            found.await
        })
    }

    fn collections(&self) -> Pending<Vec<CollectionInfo>> {
        let service = self.clone();
        // This calls the service's method, not this one.
        Box::pin(async move { Service::collections(&service).await })
    }

    fn tasks(&self) -> Pending<Vec<Task>> {
        let service = self.clone();
        Box::pin(async move {
            let all = service.manage(|opened| Ok(opened.tasks.all()));
            let mut all = all.await?;
            // The page only shows these of the import that it follows.
            for task in &mut all {
                task.listed.clear();
                task.notes.clear();
            }
            Ok(all)
        })
    }

    fn title(&self, collection: Option<String>, id: String) -> Pending<Option<String>> {
        let service = self.clone();
        Box::pin(async move {
            let found = service.with_collection(collection, move |collection| {
                let title = collection.record(&id)?.title;
                Ok((!title.is_empty()).then_some(title))
            });
            found.await
        })
    }
}
