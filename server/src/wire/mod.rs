//! From the engine's types to those that travel.

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

/// A query as it was typed, made ready for the engine.
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

/// An order as it was typed; an empty one, as a form sends it, is none.
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
            "balance weighs scores, and fusion=rrf has none: leave one of the two out".into(),
        )),
        Some("rrf") => Ok(Fusion::ReciprocalRank),
        Some(other) => Err(Error::BadQuery(format!(
            "unknown fusion '{other}'; there are weighted and rrf"
        ))),
    }
}

/// Filters as they were typed, made ready for the engine. Empty ones, as a form sends for a
/// choice not made, are none.
pub fn filters(texts: &[String]) -> parallax::Result<Vec<Filter>> {
    let given = texts.iter().filter(|text| !text.trim().is_empty());
    given.map(|text| text.parse()).collect()
}

/// What recommendations are to go by.
pub fn feedback(request: wire::RecommendRequest) -> Feedback {
    Feedback {
        like: request.like,
        dislike: request.dislike,
        text: request.text,
    }
}

/// What is said where the model reads nothing of a query.
const UNREAD: &str = "The model has learned nothing of what this query is written in, so that it \
                      was answered by words alone.";

/// An answer as it travels; its hits carry the `fields` asked for.
///
/// # Errors
/// [`Error::BadQuery`] where these come to too much.
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

/// What came of a question, as it travels.
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

/// A facet's values with their counts, as they travel.
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

/// What there is to know of a collection.
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

/// The fields as the engine takes them.
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
    // Microseconds are as fine as a clock read between stages can honestly say.
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
