//! From the engine's types to those that travel.

use std::time::Duration;

use parallax::query::{Answer, Highlights, Hit, Route, Signal, Timings};
use parallax::{Collection, Filter, Query, Record};
use parallax_app::wire;

/// How many values of a facet are told, the most frequent: a page offers them as a choice.
const MAX_FACET_VALUES: usize = 200;

/// Whether a hit carries the record's original fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// As the API and the command line have it.
    Whole,
    /// As the page has it, which draws what the schema says.
    Left,
}

/// A query as it was typed, made ready for the engine.
pub fn query(request: &wire::SearchRequest) -> parallax::Result<Query> {
    Ok(Query {
        mode: request.mode.parse()?,
        limit: request.limit as usize,
        offset: request.offset as usize,
        filters: filters(&request.filter)?,
        ..Query::new(&request.q)
    })
}

/// Filters as they were typed, made ready for the engine. Empty ones, as a form sends for a
/// choice not made, are none.
pub fn filters(texts: &[String]) -> parallax::Result<Vec<Filter>> {
    let given = texts.iter().filter(|text| !text.trim().is_empty());
    given.map(|text| text.parse()).collect()
}

/// An answer as it travels.
pub fn response(collection: &Collection, answer: Answer, payload: Payload) -> wire::SearchResponse {
    wire::SearchResponse {
        collection: collection.name().to_owned(),
        total: answer.total,
        route: answer.route.and_then(route),
        hits: answer
            .hits
            .into_iter()
            .map(|found| hit(found, payload))
            .collect(),
        timings: timings(answer.timings),
    }
}

/// What there is to know of a collection.
pub fn info(collection: &Collection, examples: &[&str]) -> wire::CollectionInfo {
    let generation = collection.generation();
    let facets = generation.words.facets.counts();
    let facets = facets.map(|(field, values)| wire::FacetCounts {
        field: field.to_owned(),
        values: values
            .into_iter()
            .take(MAX_FACET_VALUES)
            .map(|(value, count)| wire::FacetCount {
                value: value.to_owned(),
                count: count as u32,
            })
            .collect(),
    });
    let graph = if generation.graph.is_some() {
        "ready"
    } else {
        "building"
    };
    wire::CollectionInfo {
        name: collection.name().to_owned(),
        records: generation.records(),
        graph: graph.to_owned(),
        facets: facets.collect(),
        examples: examples.iter().map(|&example| example.to_owned()).collect(),
    }
}

fn hit(hit: Hit, payload: Payload) -> wire::Hit {
    let Record {
        id,
        title,
        text,
        url,
        image,
        facets,
        payload: fields,
        ..
    } = hit.record;
    wire::Hit {
        id,
        score: hit.score,
        signals: wire::Signals {
            neural: hit.neural.map(signal),
            text: hit.text.map(signal),
        },
        title,
        text,
        url,
        image,
        facets: facets
            .into_iter()
            .map(|(field, value)| wire::Facet { field, value })
            .collect(),
        highlights: highlights(hit.highlights),
        payload: (payload == Payload::Whole).then_some(fields),
    }
}

fn signal(signal: Signal) -> wire::Signal {
    wire::Signal {
        rank: signal.rank,
        score: signal.score,
    }
}

fn highlights(highlights: Highlights) -> wire::Highlights {
    let pairs = |ranges: Vec<std::ops::Range<usize>>| {
        ranges
            .into_iter()
            .map(|range| (range.start as u32, range.end as u32))
            .collect()
    };
    wire::Highlights {
        title: pairs(highlights.title),
        text: pairs(highlights.text),
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
