//! Where a request with a filter runs. If the values that it compares have not been read yet, reading
//! them takes as long as many queries, so it must not hold up others.

use std::sync::Arc;

use parallax::Collection;
use parallax::payload::Filter;
use parallax_app::Problem;

use super::input::check_points;
use crate::service::Service;

/// Runs a job on a collection of points: in the pool of queries if that is quick.
///
/// # Errors
/// The [`Problem`] to tell the caller.
pub async fn run<A, T>(
    service: &Service,
    name: String,
    asked: A,
    filter: impl Fn(&A) -> &Filter + Send + 'static,
    work: impl Fn(&Collection, &A) -> parallax::Result<T> + Send + Sync + 'static,
) -> Result<T, Problem>
where
    A: Send + Sync + 'static,
    T: Send + 'static,
{
    let (asked, work) = (Arc::new(asked), Arc::new(work));
    let quick = service.with_embedded(Some(name.clone()), {
        let (asked, work) = (Arc::clone(&asked), Arc::clone(&work));
        move |collection| {
            check_points(collection)?;
            let ready = collection.is_ready_for(filter(&asked));
            ready.then(|| work(collection, &asked)).transpose()
        }
    });
    match quick.await? {
        Some(done) => Ok(done),
        None => {
            let work = move |collection: &Collection| work(collection, &asked);
            service.with_embedded_thoroughly(Some(name), work).await
        }
    }
}
