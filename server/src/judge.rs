//! Judging, for page and API: blind comparisons, which keep nothing, and judgements, which are kept
//! if the operator allows it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use parallax::judging;
use parallax::vocabulary::{
    Graded, InterleaveRequest, Interleaved, Judgement, Judgements, Pool, PoolRequest, Progress,
    RevealRequest, Revealed, Standing, Tally,
};
use parallax_app::Problem;
use tokio_stream::Stream;

use crate::export::benchmark;
use crate::problem::problem;
use crate::service::Service;

impl Service {
    /// Interleaves two rankings of a query.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn interleave(
        &self,
        collection: Option<String>,
        request: InterleaveRequest,
    ) -> Result<Interleaved, Problem> {
        self.thoroughly(move |opened| {
            let find = |name: Option<&str>| opened.backend(name.or(collection.as_deref()));
            judging::interleave(&request, random_seed(), &find)
        })
        .await
    }

    /// Says which ranking won.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn reveal(
        &self,
        collection: Option<String>,
        request: RevealRequest,
    ) -> Result<Revealed, Problem> {
        self.thoroughly(move |opened| {
            let find = |name: Option<&str>| opened.backend(name.or(collection.as_deref()));
            judging::reveal(&request, &find)
        })
        .await
    }

    /// What follows from a tally.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub fn standing_of(tally: Tally) -> Result<Standing, Problem> {
        judging::standing_of(tally).map_err(|error| problem(&error))
    }

    /// The hits of a query that are to be graded.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn pool_of(
        &self,
        collection: Option<String>,
        request: PoolRequest,
    ) -> Result<Pool, Problem> {
        let allowed = self.allows_judgements();
        self.thoroughly(move |opened| {
            let collection = opened.collection(collection.as_deref())?;
            let name = collection.name();
            let q = request.q.trim();
            let records = judging::pool(&collection, q, request.depth)?;
            let (grades, progress) = opened.catalogue()?.judged(&name, q)?;
            let graded = records.iter().map(|record| Graded {
                grade: grades.get(&record.id).copied(),
                record: judging::plain(record),
            });
            Ok(Pool {
                collection: name.to_string(),
                records: graded.collect(),
                q: q.to_owned(),
                progress,
                allowed,
            })
        })
        .await
    }

    /// The judgements of a collection.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn judgements(&self, collection: Option<String>) -> Result<Judgements, Problem> {
        let allowed = self.allows_judgements();
        self.with_catalogue(move |opened| {
            let name = opened.collection(collection.as_deref())?.name();
            let judged = opened.catalogue()?.judgements(&name)?;
            let judgements = judged.iter().map(|judged| judged.grades.len() as u32);
            let progress = Progress {
                queries: judged.len() as u32,
                judgements: judgements.sum(),
            };
            Ok(Judgements {
                allowed,
                progress,
                judged,
            })
        })
        .await
    }

    /// Keeps a judgement.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn judge(&self, name: String, judgement: Judgement) -> Result<Progress, Problem> {
        self.check_allowed()?;
        self.manage(move |opened| opened.catalogue()?.judge(&name, &judgement))
            .await
    }

    /// Takes a judgement back.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller.
    pub async fn take_back(
        &self,
        name: String,
        q: String,
        id: String,
    ) -> Result<Progress, Problem> {
        self.check_allowed()?;
        self.manage(move |opened| opened.catalogue()?.take_back(&name, &q, &id))
            .await
    }

    /// Streams the judgements of a collection as a ZIP archive of a benchmark in BEIR format.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller. A later one ends the stream with an error.
    pub async fn export_judgements(
        &self,
        name: String,
    ) -> Result<impl Stream<Item = std::io::Result<Vec<u8>>> + use<>, Problem> {
        let place = self.export_place()?;
        let found = self.with_catalogue(move |opened| {
            let judged = opened.catalogue()?.judgements(&name)?;
            judging::check(&name, &judged)?;
            Ok((opened.catalogue()?.collection(&name)?, judged))
        });
        let (collection, judged) = found.await?;
        Ok(benchmark(collection, judged, place))
    }

    fn check_allowed(&self) -> Result<(), Problem> {
        if self.allows_judgements() {
            return Ok(());
        }
        Err(Problem {
            code: "forbidden".into(),
            message:
                "this server keeps no judgements; start it with `parallax serve --judgements` \
                      to allow them"
                    .into(),
        })
    }
}

/// A seed that cannot be foreseen: the standard library's hashers begin with random keys.
fn random_seed() -> u32 {
    RandomState::new().build_hasher().finish() as u32
}
