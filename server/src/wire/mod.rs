//! Converts the engine's types to the wire types, and back.

mod explain;
mod hit;

use std::time::Duration;

use parallax::collection::{GraphState, Reply};
use parallax::query::{Answer, Correction, FacetCounts, Fusion, Hit, Lookup, Route, Sort, Timings};
use parallax::record::FieldOptions;
use parallax::{Collection, Error, Feedback, Filter, Query};
use parallax_app::wire;

pub use explain::explanation;
pub use hit::Payload;

/// Converts a search request to the engine's query.
pub fn query(request: &wire::SearchRequest) -> parallax::Result<Query> {
    Ok(Query {
        mode: request.mode.parse()?,
        limit: request.limit as usize,
        offset: request.offset as usize,
        filters: filters(&request.filter)?,
        sort: sort(request.sort.as_deref())?,
        facets: request.facets.clone(),
        collapse: request.collapse,
        fusion: fusion(request)?,
        lookup: Lookup {
            prefix: request.prefix,
            correct: request.correct,
        },
        sentences: request.sentences,
        ..Query::new(&request.q)
    })
}

/// Parses a sort order. A form sends an empty one if none is chosen.
fn sort(text: Option<&str>) -> parallax::Result<Option<Sort>> {
    let given = text.filter(|text| !text.trim().is_empty());
    given.map(str::parse).transpose()
}

fn fusion(request: &wire::SearchRequest) -> parallax::Result<Fusion> {
    let weighted = || match request.balance {
        Some(meaning) => Fusion::Weighted { meaning },
        None => Fusion::default(),
    };
    match request.fusion.as_deref() {
        None | Some("weighted") => Ok(weighted()),
        Some("rrf") if request.balance.is_some() => Err(Error::BadQuery(
            "balance weights scores, which fusion=rrf does not use; give only one of the two"
                .into(),
        )),
        Some("rrf") => Ok(Fusion::ReciprocalRank),
        Some(other) => Err(Error::BadQuery(format!(
            "unknown fusion '{other}'; it must be weighted or rrf"
        ))),
    }
}

/// Parses filters. Empty ones, which a form sends if nothing is chosen, are ignored.
pub fn filters(texts: &[String]) -> parallax::Result<Vec<Filter>> {
    let given = texts.iter().filter(|text| !text.trim().is_empty());
    given.map(|text| text.parse()).collect()
}

/// Converts a recommendation request to the engine's feedback.
pub fn feedback(request: wire::RecommendRequest) -> Feedback {
    Feedback {
        like: request.like,
        dislike: request.dislike,
        text: request.text,
    }
}

/// The note on a query that the model cannot read.
const UNREAD: &str = "The model cannot read this query, so it was answered by words alone.";

/// Converts an answer to a response, whose hits contain the requested `fields`.
///
/// # Errors
/// [`Error::BadQuery`] if these are too large.
pub fn response(
    collection: &Collection,
    answer: Answer,
    payload: Payload,
    fields: &[String],
) -> parallax::Result<wire::SearchResponse> {
    let schema = collection.schema();
    Ok(wire::SearchResponse {
        collection: collection.name().to_string(),
        total: answer.total,
        counted: answer.counted.name().to_owned(),
        route: answer.route.and_then(route),
        hits: hit::hits(answer.hits, schema, payload, fields)?,
        facets: answer.facets.into_iter().map(counted).collect(),
        fits: answer.fits,
        corrections: answer.corrections.into_iter().map(correction).collect(),
        unread: answer.unread.then(|| UNREAD.to_owned()),
        timings: timings(answer.timings),
    })
}

/// Converts the reply to a question to a response.
pub fn reply(collection: &Collection, reply: Reply) -> parallax::Result<wire::AnswerResponse> {
    let answer = reply.answer().map(str::to_owned);
    let nearest: Vec<Hit> = reply.nearest.into_iter().collect();
    let nearest = hit::hits(nearest, collection.schema(), Payload::Sent, &[])?;
    Ok(wire::AnswerResponse {
        collection: collection.name().to_string(),
        answer,
        nearest: nearest.into_iter().next(),
        timings: timings(reply.timings),
    })
}

fn correction(correction: Correction) -> wire::Correction {
    wire::Correction {
        word: correction.word,
        range: (correction.range.start as u32, correction.range.end as u32),
        instead: correction.instead,
    }
}

/// Converts a facet's values and their counts.
pub fn counted(facet: FacetCounts) -> wire::CountedFacet {
    wire::CountedFacet {
        field: facet.facet.field.clone(),
        kind: facet.facet.kind.name().to_owned(),
        counted: facet.counted.name().to_owned(),
        more: facet.more,
        values: values(facet),
    }
}

fn values(facet: FacetCounts) -> Vec<wire::FacetCount> {
    let values = facet.values.into_iter();
    let values = values.map(|(value, count)| wire::FacetCount {
        value: value.to_string(),
        count,
    });
    values.collect()
}

/// Information about a collection.
pub fn info(
    collection: &Collection,
    examples: &[&str],
    default: bool,
) -> parallax::Result<wire::CollectionInfo> {
    let facets = collection.facet_counts()?.into_iter();
    let facets = facets.map(|facet| wire::FacetCounts {
        field: facet.facet.field.clone(),
        more: facet.more,
        values: values(facet),
    });
    let graph = match collection.graph_state() {
        GraphState::Ready => "ready",
        GraphState::Building => "building",
        GraphState::NotNeeded => "none",
        GraphState::Failed => "failed",
    };
    Ok(wire::CollectionInfo {
        name: collection.name().to_string(),
        records: collection.generation().records(),
        bytes: collection.bytes(),
        default,
        graph: graph.to_owned(),
        facets: facets.collect(),
        examples: examples.iter().map(|&example| example.to_owned()).collect(),
    })
}

/// Converts the choice of fields to the engine's options.
pub fn options(fields: wire::Proposed) -> FieldOptions {
    FieldOptions {
        id: fields.id,
        title: fields.title,
        texts: fields.text,
        question: fields.question,
        answer: fields.answer,
        url: fields.url,
        image: fields.image,
        facets: fields.facets,
        weights: fields.weights,
        language: fields.language,
    }
}

fn route(route: Route) -> Option<String> {
    match route {
        Route::Graph => Some("graph".into()),
        Route::Exact => Some("exact".into()),
        Route::Auto => None,
    }
}

fn timings(timings: Timings) -> wire::Timings {
    // Timing between stages is not precise below a microsecond.
    let ms = |time: Duration| time.as_micros() as f64 / 1_000.0;
    wire::Timings {
        encode_ms: ms(timings.encode),
        neural_ms: ms(timings.neural),
        text_ms: ms(timings.text),
        fusion_ms: ms(timings.fusion),
        fetch_ms: ms(timings.fetch),
        total_ms: ms(timings.total),
    }
}

#[cfg(test)]
mod tests {
    use parallax::query::{FUSION_DEPTH, Fusion, MAX_LIMIT};
    use parallax_app::limits;

    #[test]
    fn the_page_knows_the_engine_s_numbers() {
        assert_eq!(limits::MAX_LIMIT as usize, MAX_LIMIT);
        assert_eq!(limits::FUSION_DEPTH as usize, FUSION_DEPTH);
        assert_eq!(limits::MAX_NAME, parallax::catalogue::MAX_NAME);
        let meaning = limits::BALANCE.parse().ok();
        let balance = meaning.map(|meaning| Fusion::Weighted { meaning });
        assert_eq!(balance, Some(Fusion::default()));
    }
}
