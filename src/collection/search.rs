//! Answering a query: candidates from one engine or both, filters, fusion, records.

use std::collections::HashSet;
use std::time::Instant;

use super::generation::{Generation, Passing};
use super::nearest::{NearRecord, nearest};
use super::store::View;
use super::{Collection, facets};
use crate::Vector;
use crate::error::Result;
use crate::filter::Filter;
use crate::fusion::reciprocal_rank;
use crate::query::{
    Answer, Copies, Copy, Highlights, Hit, MAX_COPIES, Mode, Query, Route, Signal, Timings,
    check_page,
};
use crate::record::{Payload, RecordId};
use crate::text::{self, Match, highlight};

/// How deep each ranking is read for fusion. Fixed, so that paging never reorders.
const FUSION_DEPTH: usize = 100;

/// A record's place before its record is read.
struct Ranked {
    position: u32,
    score: f32,
    neural: Option<Signal>,
    text: Option<Signal>,
    /// Which of its passages was nearest.
    passage: Option<u32>,
}

/// The part of a ranking that was asked for, and what is said about all of it.
struct Ranking {
    hits: Vec<Ranked>,
    total: u32,
    route: Option<Route>,
}

/// Where an answer's records are read from, and what is wanted of them.
struct Found<'a> {
    generation: &'a Generation,
    view: &'a View<'a>,
    passing: &'a Passing,
    /// The query, where its words are to be marked.
    words: Option<&'a str>,
    collapse: bool,
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
        let mut timings = Timings::default();
        let vector = match query.mode {
            Mode::Text => None,
            Mode::Neural | Mode::Hybrid => Some(self.encode(query, &mut timings)?),
        };
        let words = (query.mode != Mode::Neural).then_some(query.text.as_str());
        let (generation, view) = self.now()?;
        let passing = self.select(&generation, &query.filters)?;
        let ranking = match (query.mode, vector.as_ref()) {
            (Mode::Hybrid, Some(vector)) => {
                self.by_both(&generation, query, vector, &passing, &mut timings)
            }
            (_, Some(vector)) => {
                self.by_meaning(&generation, query, vector, &passing, &mut timings)
            }
            (_, None) => by_words(&generation, query, &passing, &mut timings),
        };
        let facets = facets::count(self.schema(), &generation, query)?;
        let found = Found {
            generation: &generation,
            view: &view,
            passing: &passing,
            words,
            collapse: query.collapse,
        };
        let mut answer = self.answer(&found, ranking, timings, start)?;
        answer.facets = facets;
        Ok(answer)
    }

    /// Records like a given one, by meaning, without itself and its copies.
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
        let mut timings = Timings::default();
        let (generation, view) = self.now()?;
        let passing = self.select(&generation, filters)?;
        let number = self.number(&view, id)?;
        let position = number.and_then(|number| generation.position(number));
        let position = position.ok_or_else(|| self.no_record(id))?;
        let vector = generation.vector(position).copied();
        let vector = vector.ok_or_else(|| self.no_record(id))?;
        let own = fingerprint(&generation, position);
        let itself = copies(&generation, position, &passing).len() as u32
            + u32::from(generation.passes(position, &passing));
        let mut route = Route::Exact;
        // One more than asked for: the record itself may be among them.
        let mut near = distinct(
            &generation,
            true,
            offset + limit + 1,
            |near: &NearRecord| near.position,
            |depth| {
                let found = self.nearest(&generation, &vector, depth, &passing, Route::Auto);
                route = found.1;
                found.0
            },
        );
        near.retain(|near| fingerprint(&generation, near.position) != own);
        let ranking = Ranking {
            hits: page((1..).zip(near).map(neural), limit, offset),
            total: generation.passing(&passing) - itself,
            route: Some(route),
        };
        timings.neural = start.elapsed();
        let found = Found {
            generation: &generation,
            view: &view,
            passing: &passing,
            words: None,
            collapse: true,
        };
        self.answer(&found, ranking, timings, start)
    }

    fn nearest(
        &self,
        generation: &Generation,
        vector: &Vector,
        k: usize,
        passing: &Passing,
        route: Route,
    ) -> (Vec<NearRecord>, Route) {
        let graph_from = self.tuning.graph_min_records;
        nearest(generation, vector, k, passing, route, graph_from)
    }

    fn by_meaning(
        &self,
        generation: &Generation,
        query: &Query,
        vector: &Vector,
        passing: &Passing,
        timings: &mut Timings,
    ) -> Ranking {
        let start = Instant::now();
        let mut route = Route::Exact;
        let near = distinct(
            generation,
            query.collapse,
            query.offset + query.limit,
            |near: &NearRecord| near.position,
            |depth| {
                let found = self.nearest(generation, vector, depth, passing, query.route);
                route = found.1;
                found.0
            },
        );
        timings.neural = start.elapsed();
        Ranking {
            hits: page((1..).zip(near).map(neural), query.limit, query.offset),
            total: generation.passing(passing),
            route: Some(route),
        }
    }

    fn by_both(
        &self,
        generation: &Generation,
        query: &Query,
        vector: &Vector,
        passing: &Passing,
        timings: &mut Timings,
    ) -> Ranking {
        let start = Instant::now();
        let mut route = Route::Exact;
        let near = distinct(
            generation,
            query.collapse,
            FUSION_DEPTH,
            |near: &NearRecord| near.position,
            |depth| {
                let found = self.nearest(generation, vector, depth, passing, query.route);
                route = found.1;
                found.0
            },
        );
        timings.neural = start.elapsed();
        let start = Instant::now();
        let parts = generation.text_parts(passing);
        let words = distinct(
            generation,
            query.collapse,
            FUSION_DEPTH,
            |found: &Match| found.position,
            |depth| text::search(&parts, &query.text, depth).best,
        );
        timings.text = start.elapsed();

        let start = Instant::now();
        let by_meaning: Vec<u32> = near.iter().map(|near| near.position).collect();
        let by_words: Vec<u32> = words.iter().map(|found| found.position).collect();
        let fused = reciprocal_rank(&[&by_meaning, &by_words]);
        let hits = fused.into_iter().skip(query.offset).take(query.limit);
        let hits = hits.map(|fused| {
            let place = |ranking: &[u32]| ranking.iter().position(|&p| p == fused.position);
            let neural = place(&by_meaning);
            let signal = |at: usize, score: f32| Signal {
                rank: at as u32 + 1,
                score,
            };
            Ranked {
                position: fused.position,
                score: fused.score,
                neural: neural.map(|at| signal(at, near[at].cosine)),
                text: place(&by_words).map(|at| signal(at, words[at].score)),
                passage: neural.map(|at| near[at].passage),
            }
        });
        let hits = hits.collect();
        timings.fusion = start.elapsed();
        Ranking {
            hits,
            total: generation.passing(passing),
            route: Some(route),
        }
    }

    fn encode(&self, query: &Query, timings: &mut Timings) -> Result<Vector> {
        let start = Instant::now();
        let vector = self.encoder.encode(query.text.trim())?;
        timings.encode = start.elapsed();
        Ok(*vector)
    }

    /// Reads the hits' records.
    fn answer(
        &self,
        found: &Found<'_>,
        ranking: Ranking,
        mut timings: Timings,
        start: Instant,
    ) -> Result<Answer> {
        let fetch = Instant::now();
        let mut hits = Vec::with_capacity(ranking.hits.len());
        for ranked in ranking.hits {
            hits.extend(self.hit(found, ranked)?);
        }
        timings.fetch = fetch.elapsed();
        timings.total = start.elapsed();
        Ok(Answer {
            hits,
            total: ranking.total,
            route: ranking.route,
            facets: Vec::new(),
            timings,
        })
    }

    /// Reads a hit's record and marks the words that matched; `None` where it is gone.
    fn hit(&self, found: &Found<'_>, ranked: Ranked) -> Result<Option<Hit>> {
        let &Found {
            generation, view, ..
        } = found;
        let Some((number, payload)) = self.read(generation, view, ranked.position)? else {
            return Ok(None);
        };
        let copies = if found.collapse {
            copies(generation, ranked.position, found.passing)
        } else {
            Vec::new()
        };
        let passage = match ranked.passage {
            Some(at) => {
                let ranges = view.ranges(number)?;
                let range = ranges.get(at as usize).cloned();
                range.and_then(|range| self.schema().shown_range(&payload, range))
            }
            None => None,
        };
        let record = self.schema().read(number, payload);
        let highlights = found
            .words
            .map_or_else(Highlights::default, |words| Highlights {
                title: highlight(words, &record.title),
                text: highlight(words, &record.text),
            });
        let mut named = Vec::new();
        for &position in copies.iter().take(MAX_COPIES) {
            if let Some((number, payload)) = self.read(generation, view, position)? {
                let copy = self.schema().read(number, payload);
                named.push(Copy {
                    id: copy.id,
                    facets: copy.facets,
                });
            }
        }
        Ok(Some(Hit {
            record,
            score: ranked.score,
            neural: ranked.neural,
            text: ranked.text,
            highlights,
            passage,
            copies: Copies {
                count: copies.len() as u32,
                records: named,
            },
        }))
    }

    fn read(
        &self,
        generation: &Generation,
        view: &View<'_>,
        position: u32,
    ) -> Result<Option<(RecordId, Payload)>> {
        let Some(number) = generation.number(position) else {
            return Ok(None);
        };
        Ok(view.record(number)?.map(|payload| (number, payload)))
    }
}

fn by_words(
    generation: &Generation,
    query: &Query,
    passing: &Passing,
    timings: &mut Timings,
) -> Ranking {
    let start = Instant::now();
    let parts = generation.text_parts(passing);
    let mut total = 0;
    let best = distinct(
        generation,
        query.collapse,
        query.offset + query.limit,
        |found: &Match| found.position,
        |depth| {
            let matches = text::search(&parts, &query.text, depth);
            total = matches.total;
            matches.best
        },
    );
    timings.text = start.elapsed();
    let ranked = (1..).zip(best).map(|(rank, found)| Ranked {
        position: found.position,
        score: found.score,
        neural: None,
        text: Some(Signal {
            rank,
            score: found.score,
        }),
        passage: None,
    });
    Ranking {
        hits: page(ranked, query.limit, query.offset),
        total,
        route: None,
    }
}

fn neural((rank, near): (u32, NearRecord)) -> Ranked {
    Ranked {
        position: near.position,
        score: near.cosine,
        neural: Some(Signal {
            rank,
            score: near.cosine,
        }),
        text: None,
        passage: Some(near.passage),
    }
}

fn page(ranking: impl Iterator<Item = Ranked>, limit: usize, offset: usize) -> Vec<Ranked> {
    ranking.skip(offset).take(limit).collect()
}

/// The first `wanted` records of a ranking, of identical ones only the first. The ranking
/// is asked for deeper and deeper until there are enough, or there are no more.
fn distinct<T>(
    generation: &Generation,
    collapse: bool,
    wanted: usize,
    position: impl Fn(&T) -> u32,
    mut ranking: impl FnMut(usize) -> Vec<T>,
) -> Vec<T> {
    let mut depth = wanted;
    loop {
        let found = ranking(depth);
        let exhausted = found.len() < depth;
        let mut kept = once(generation, collapse, found, &position);
        if kept.len() >= wanted || exhausted {
            kept.truncate(wanted);
            return kept;
        }
        depth *= 2;
    }
}

/// A ranking with only the first of identical records.
fn once<T>(
    generation: &Generation,
    collapse: bool,
    mut ranking: Vec<T>,
    position: impl Fn(&T) -> u32,
) -> Vec<T> {
    if collapse {
        let mut seen = HashSet::with_capacity(ranking.len());
        ranking.retain(|found| seen.insert(fingerprint(generation, position(found))));
    }
    ranking
}

fn fingerprint(generation: &Generation, position: u32) -> Option<u64> {
    let (part, within) = generation.locate(position)?;
    let fingerprints = &part.segment.columns.fingerprints;
    fingerprints.get(within as usize).copied()
}

/// Records identical to one, without itself, that pass.
fn copies(generation: &Generation, position: u32, passing: &Passing) -> Vec<u32> {
    let Some(same) = fingerprint(generation, position) else {
        return Vec::new();
    };
    let parts = generation.parts.iter();
    let all = parts.flat_map(|part| part.segment.copies(same).map(|at| part.offset + at));
    all.filter(|&copy| copy != position && generation.passes(copy, passing))
        .collect()
}
