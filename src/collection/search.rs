//! Answering a query: candidates from one engine or both, filters, fusion, records.

use std::time::Instant;

use roaring::RoaringBitmap;

use super::{Collection, Generation};
use crate::Vector;
use crate::error::Result;
use crate::filter::Filter;
use crate::fusion::reciprocal_rank;
use crate::query::{Answer, Highlights, Hit, Mode, Query, Route, Signal, Timings, check_page};
use crate::record::RecordId;
use crate::text::highlight;
use crate::vector::{EF_SEARCH, Near};

/// Collections smaller than this are scanned whole, which misses nothing. Measured on the
/// 40,474 start-ups (`parallax recall`), the scan is also the faster of the two.
const GRAPH_MIN_RECORDS: usize = 50_000;

/// The graph keeps [`EF_SEARCH`] candidates; it is trusted for the better half of them.
const GRAPH_MAX_HITS: usize = EF_SEARCH / 2;

/// How deep each ranking is read for fusion. Fixed, so that paging never reorders.
const FUSION_DEPTH: usize = 100;

/// A record's place before its record is read.
struct Ranked {
    position: u32,
    score: f32,
    neural: Option<Signal>,
    text: Option<Signal>,
}

/// The part of a ranking that was asked for, and what is said about all of it.
struct Ranking {
    hits: Vec<Ranked>,
    total: u32,
    route: Option<Route>,
}

impl Collection {
    /// Answers a query. The page, the API and the command line all come through here.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a query past its limits or an unknown facet; whatever
    /// keeps the encoder or the store from working.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        query.check()?;
        let start = Instant::now();
        let generation = self.generation();
        let filter = generation.words.facets.select(&query.filters)?;
        let mut timings = Timings::default();
        let ranking = match query.mode {
            Mode::Neural => self.by_meaning(&generation, query, filter.as_ref(), &mut timings)?,
            Mode::Text => by_words(&generation, query, filter.as_ref(), &mut timings),
            Mode::Hybrid => self.by_both(&generation, query, filter.as_ref(), &mut timings)?,
        };
        let words = (query.mode != Mode::Neural).then_some(query.text.as_str());
        self.answer(&generation, ranking, words, timings, start)
    }

    /// Records like a given one, by meaning, without itself.
    ///
    /// # Errors
    /// [`crate::Error::NoRecord`], and those of [`Collection::search`].
    pub fn similar(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Answer> {
        check_page(limit, offset)?;
        let start = Instant::now();
        let generation = self.generation();
        let filter = generation.words.facets.select(filters)?;
        let number = self.number(id)?;
        let position = generation.words.position(number);
        let position = position.ok_or_else(|| self.no_record(id))?;
        let vector = generation.scan.vector(position).copied();
        let vector = vector.ok_or_else(|| self.no_record(id))?;

        // One more than asked for, in case the record itself is among them.
        let (mut near, route) = nearest(
            &generation,
            &vector,
            offset + limit + 1,
            filter.as_ref(),
            Route::Auto,
        );
        near.retain(|near| near.position != position);
        let passing = filter
            .as_ref()
            .map_or(generation.records(), |f| f.len() as u32);
        let itself = filter.as_ref().is_none_or(|f| f.contains(position));
        let ranking = Ranking {
            hits: page(neural_ranking(&near), limit, offset),
            total: passing - u32::from(itself),
            route: Some(route),
        };
        let timings = Timings {
            neural: start.elapsed(),
            ..Timings::default()
        };
        self.answer(&generation, ranking, None, timings, start)
    }

    fn by_meaning(
        &self,
        generation: &Generation,
        query: &Query,
        filter: Option<&RoaringBitmap>,
        timings: &mut Timings,
    ) -> Result<Ranking> {
        let vector = self.encode(query, timings)?;
        let start = Instant::now();
        let depth = query.offset + query.limit;
        let (near, route) = nearest(generation, &vector, depth, filter, query.route);
        timings.neural = start.elapsed();
        Ok(Ranking {
            hits: page(neural_ranking(&near), query.limit, query.offset),
            total: passing(generation, filter),
            route: Some(route),
        })
    }

    fn by_both(
        &self,
        generation: &Generation,
        query: &Query,
        filter: Option<&RoaringBitmap>,
        timings: &mut Timings,
    ) -> Result<Ranking> {
        let vector = self.encode(query, timings)?;
        let start = Instant::now();
        let (near, route) = nearest(generation, &vector, FUSION_DEPTH, filter, query.route);
        timings.neural = start.elapsed();
        let start = Instant::now();
        let text = generation
            .words
            .text
            .search(&query.text, FUSION_DEPTH, filter);
        timings.text = start.elapsed();

        let start = Instant::now();
        let by_meaning: Vec<u32> = near.iter().map(|near| near.position).collect();
        let by_words: Vec<u32> = text.best.iter().map(|found| found.position).collect();
        let fused = reciprocal_rank(&[&by_meaning, &by_words]);
        let signal = |at: Option<usize>, score: &dyn Fn(usize) -> f32| {
            at.map(|at| Signal {
                rank: at as u32 + 1,
                score: score(at),
            })
        };
        let hits = fused.into_iter().skip(query.offset).take(query.limit);
        let hits = hits.map(|fused| {
            let place = |ranking: &[u32]| ranking.iter().position(|&p| p == fused.position);
            Ranked {
                position: fused.position,
                score: fused.score,
                neural: signal(place(&by_meaning), &|at| near[at].cosine),
                text: signal(place(&by_words), &|at| text.best[at].score),
            }
        });
        let hits = hits.collect();
        timings.fusion = start.elapsed();
        Ok(Ranking {
            hits,
            total: passing(generation, filter),
            route: Some(route),
        })
    }

    fn encode(&self, query: &Query, timings: &mut Timings) -> Result<Vector> {
        let start = Instant::now();
        let vector = self.encoder.encode(query.text.trim())?;
        timings.encode = start.elapsed();
        Ok(*vector)
    }

    /// Reads the hits' records and marks the words that matched, where words were asked.
    fn answer(
        &self,
        generation: &Generation,
        ranking: Ranking,
        words: Option<&str>,
        mut timings: Timings,
        start: Instant,
    ) -> Result<Answer> {
        let fetch = Instant::now();
        let numbers: Vec<RecordId> = ranking
            .hits
            .iter()
            .filter_map(|hit| generation.number(hit.position))
            .collect();
        let payloads = self.store.payloads(&numbers)?;
        let hits = ranking
            .hits
            .into_iter()
            .zip(numbers.into_iter().zip(payloads));
        let hits = hits.filter_map(|(ranked, (number, payload))| {
            let record = self.schema().read(number, payload?);
            let highlights = words.map_or_else(Highlights::default, |words| Highlights {
                title: highlight(words, &record.title),
                text: highlight(words, &record.text),
            });
            Some(Hit {
                record,
                score: ranked.score,
                neural: ranked.neural,
                text: ranked.text,
                highlights,
            })
        });
        let hits = hits.collect();
        timings.fetch = fetch.elapsed();
        timings.total = start.elapsed();
        Ok(Answer {
            hits,
            total: ranking.total,
            route: ranking.route,
            timings,
        })
    }
}

fn by_words(
    generation: &Generation,
    query: &Query,
    filter: Option<&RoaringBitmap>,
    timings: &mut Timings,
) -> Ranking {
    let start = Instant::now();
    let depth = query.offset + query.limit;
    let matches = generation.words.text.search(&query.text, depth, filter);
    timings.text = start.elapsed();
    let ranked = (1u32..).zip(matches.best).map(|(rank, found)| Ranked {
        position: found.position,
        score: found.score,
        neural: None,
        text: Some(Signal {
            rank,
            score: found.score,
        }),
    });
    Ranking {
        hits: page(ranked, query.limit, query.offset),
        total: matches.total,
        route: None,
    }
}

/// The `k` nearest records and how they were found: through the graph where it serves well
/// or is asked for, and by the exact scan wherever the graph could come back short.
fn nearest(
    generation: &Generation,
    vector: &Vector,
    k: usize,
    filter: Option<&RoaringBitmap>,
    route: Route,
) -> (Vec<Near>, Route) {
    let scan = &generation.scan;
    let wanted = match route {
        Route::Exact => false,
        Route::Graph => true,
        Route::Auto => scan.len() >= GRAPH_MIN_RECORDS,
    };
    let graph = generation.graph.as_ref();
    let graph = graph.filter(|_| wanted && filter.is_none() && k <= GRAPH_MAX_HITS);
    if let Some(graph) = graph {
        let mut near = scan.rescore(vector, graph.candidates(vector));
        if near.len() >= k.min(scan.len()) {
            near.truncate(k);
            return (near, Route::Graph);
        }
    }
    (scan.nearest(vector, k, filter), Route::Exact)
}

fn neural_ranking(near: &[Near]) -> impl Iterator<Item = Ranked> + '_ {
    (1u32..).zip(near).map(|(rank, near)| Ranked {
        position: near.position,
        score: near.cosine,
        neural: Some(Signal {
            rank,
            score: near.cosine,
        }),
        text: None,
    })
}

fn page(ranking: impl Iterator<Item = Ranked>, limit: usize, offset: usize) -> Vec<Ranked> {
    ranking.skip(offset).take(limit).collect()
}

fn passing(generation: &Generation, filter: Option<&RoaringBitmap>) -> u32 {
    filter.map_or(generation.records(), |filter| filter.len() as u32)
}
