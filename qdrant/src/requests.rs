//! The requests that find records, as Qdrant expects them.

use parallax::remote::{By, Question, Reach, Reads};
use qdrant_client::qdrant::with_payload_selector::SelectorOptions;
use qdrant_client::qdrant::{
    PayloadIncludeSelector, QueryPoints, QueryPointsBuilder, SearchParamsBuilder, VectorInput,
    VectorsSelector,
};

use crate::filter::filter_of;
use crate::layout::{FACETS, FINGERPRINT, NEAREST, WORDS, own_path};
use crate::points::READ;

/// How many points a walk over the graph keeps in large collections.
const EF: u64 = 1_024;

/// How a collection is searched by meaning.
fn effort(scans: bool) -> SearchParamsBuilder {
    match scans {
        true => SearchParamsBuilder::default().exact(true),
        false => SearchParamsBuilder::default().hnsw_ef(EF),
    }
}

/// The query for a question.
pub fn query(name: &str, scans: bool, asked: &Question<'_>) -> QueryPoints {
    let query = QueryPointsBuilder::new(name)
        .filter(filter_of(asked.filter))
        .params(effort(scans))
        .limit(asked.limit as u64);
    asking(query, asked.by).build()
}

fn asking(query: QueryPointsBuilder, by: Option<By<'_>>) -> QueryPointsBuilder {
    match by {
        None => query,
        Some(By::Meaning(vector)) => query.query(vector.to_vec()),
        Some(By::Words(terms)) => {
            let (indices, values): (Vec<u32>, Vec<f32>) = terms.iter().copied().unzip();
            query
                .query(VectorInput::new_sparse(indices, values))
                .using(WORDS)
        }
    }
}

/// The query for the records that score well enough.
pub fn reaching(name: &str, scans: bool, reach: &Reach<'_>) -> QueryPoints {
    let query = QueryPointsBuilder::new(name)
        .filter(filter_of(reach.filter))
        .limit(reach.limit as u64);
    let query = match reach.by {
        Some(_) => query.params(effort(scans)).score_threshold(reach.least),
        None => query,
    };
    let query = asking(query, reach.by);
    match reach.reads {
        Reads::Nothing => query.build(),
        Reads::Fingerprint => query
            .with_payload(fields(vec![own_path(FINGERPRINT)]))
            .build(),
        Reads::Facets => query.with_payload(fields(vec![own_path(FACETS)])).build(),
    }
}

/// The fields that a record is read from, and `others` of [`OWN`](crate::layout::OWN).
pub fn read_fields(others: &[&str]) -> SelectorOptions {
    let all = READ.iter().chain(others);
    fields(all.map(|field| own_path(field)).collect())
}

/// Some fields of a payload, given by their paths.
pub fn fields(fields: Vec<String>) -> SelectorOptions {
    SelectorOptions::Include(PayloadIncludeSelector { fields })
}

/// The vectors of passages, without that of words.
pub fn nearest() -> VectorsSelector {
    VectorsSelector {
        names: vec![NEAREST.to_owned()],
    }
}
