//! A query's hits on a map.

use super::shown_title;
use crate::error::{Error, Result};
use crate::found::Found;
use crate::map::Map;
use crate::query::{Mode, Query};
use crate::search::searcher::Searcher;
use crate::vocabulary::{MAX_MAP_HITS, MapHit, MapHits, MapPlace, Signal};

/// The place of a query is a mean of the places of so many of the nearest records.
const NEAREST: usize = 10;

/// In that mean, a record whose cosine is lower by this counts 1/e as much.
const FALL: f32 = 0.03;

impl Searcher<'_> {
    /// The best records for a query by meaning and by words, at most `limit` of each, as in modes
    /// `neural` and `text`, and where the query itself would be. Records that are not on the map are
    /// left out.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a limit out of bounds, and those of [`Searcher::search`].
    pub fn map_hits(&self, map: &Map, text: &str, limit: usize) -> Result<MapHits> {
        if !(1..=MAX_MAP_HITS).contains(&limit) {
            return Err(Error::BadQuery(format!(
                "limit is {limit}; on a map it must be between 1 and {MAX_MAP_HITS}"
            )));
        }
        let asked = |mode| -> Result<Vec<Found>> {
            let query = Query {
                mode,
                limit: MAX_MAP_HITS,
                ..Query::new(text)
            };
            query.check()?;
            Ok(self.search(&query)?.hits)
        };
        // If the model cannot read the query, hits by meaning are those by words, without a cosine;
        // listed records have neither.
        let meaning = placed(map, &asked(Mode::Neural)?, |hit| hit.neural);
        let words = placed(map, &asked(Mode::Text)?, |hit| hit.text);
        let first = |hits: Vec<(f32, MapHit)>| -> Vec<MapHit> {
            hits.into_iter().take(limit).map(|(_, hit)| hit).collect()
        };
        Ok(MapHits {
            query: place_of_query(&meaning),
            meaning: first(meaning),
            words: first(words),
        })
    }
}

/// The hits on the map, each with its score.
fn placed(
    map: &Map,
    hits: &[Found],
    signal: impl Fn(&Found) -> Option<Signal>,
) -> Vec<(f32, MapHit)> {
    let hits = (1..).zip(hits).filter_map(|(rank, found)| {
        let score = signal(found)?.score;
        let index = map.index(found.record.number)?;
        let [x, y] = map.place(index)?;
        let hit = MapHit {
            rank,
            index,
            id: found.record.id.clone(),
            title: shown_title(&found.record.title, &found.record.id),
            x,
            y,
        };
        Some((score, hit))
    });
    hits.collect()
}

/// The mean of the places of the nearest hits, in which nearer ones count more.
fn place_of_query(hits: &[(f32, MapHit)]) -> Option<MapPlace> {
    let mut nearest: Vec<&(f32, MapHit)> = hits.iter().collect();
    // Their ranks also depend on their words.
    nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
    nearest.truncate(NEAREST);
    let best = nearest.first()?.0;
    let weights = nearest
        .iter()
        .map(|(cosine, _)| ((cosine - best) / FALL).exp());
    let weights: Vec<f32> = weights.collect();
    let sum: f32 = weights.iter().sum();
    let mean = |at: fn(&MapHit) -> u16| {
        let weighed = nearest.iter().zip(&weights);
        let weighed = weighed.map(|((_, hit), weight)| f32::from(at(hit)) * weight);
        (weighed.sum::<f32>() / sum).round() as u16
    };
    Some(MapPlace {
        x: mean(|hit| hit.x),
        y: mean(|hit| hit.y),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(cosine: f32, x: u16, y: u16) -> (f32, MapHit) {
        let hit = MapHit {
            rank: 1,
            index: 0,
            id: String::new(),
            title: String::new(),
            x,
            y,
        };
        (cosine, hit)
    }

    #[test]
    fn a_query_is_amid_its_nearest_records() {
        assert_eq!(place_of_query(&[]), None);
        let place = |hits: &[_]| place_of_query(hits).map(|place| (place.x, place.y));
        let equal = [hit(0.5, 100, 10), hit(0.5, 300, 30)];
        assert_eq!(place(&equal), Some((200, 20)));
        let one_is_near = [hit(0.2, 60_000, 60_000), hit(0.9, 100, 10)];
        assert_eq!(place(&one_is_near), Some((100, 10)));
    }
}
