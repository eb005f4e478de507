//! The rankings of one query side by side: by meaning, by words and by both, each as its own mode
//! ranks, and the place of every record in all three. Places are exact: beyond the candidates, they
//! are counted over every record that passes.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::query::{Comparison, FUSION_DEPTH, MAX_COMPARED, MAX_LIMIT, Mode, Query, Signal};
use crate::search::nearest::{NearRecord, nearest_passages, reaching};
use crate::search::plan::Plan;
use crate::search::ranked::Ranked;
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::text::WordSearch;
use crate::vocabulary::{Compared, WordCount};

/// What identical records have in common; a record itself if each counts.
type Key = u64;

/// A record's place in a ranking and what is known about it there.
type Placed = HashMap<Key, (u32, Ranked)>;

/// A ranking: the keys of its records, best first, and the place of each.
#[derive(Default)]
struct Order {
    keys: Vec<Key>,
    placed: Placed,
}

/// The ranking by meaning and the vector it was made with.
struct ByMeaning<'q> {
    order: Order,
    plan: Option<Plan<'q>>,
}

impl Searcher<'_> {
    /// Compares the rankings of a query by meaning, by words and by both. The mode of the query does
    /// not matter.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query without words, a limit above [`MAX_COMPARED`] or an offset,
    /// and those of [`Searcher::search`].
    pub fn compare(&self, query: &Query) -> Result<Comparison> {
        check(query)?;
        let mut watch = Stopwatch::start(self.waited);
        let both = Query {
            mode: Mode::Hybrid,
            limit: MAX_LIMIT,
            sentences: false,
            ..query.clone()
        };
        let plan = self.plan(&both, &mut watch)?;
        if plan.lists {
            return Err(unranked());
        }
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let ranking = self.rank(&plan, &words, &candidates)?;
        let fits = ranking.fits;
        let by_both = self.order(&plan, ranking.hits);
        let alone = Query {
            mode: Mode::Neural,
            facets: Vec::new(),
            ..both.clone()
        };
        let ByMeaning {
            order: mut by_meaning,
            plan: of_meaning,
        } = self.by_meaning_alone(&alone, &plan, &candidates, &mut watch)?;
        let mut by_words = self.by_words_alone(&plan, &candidates);

        let first =
            |order: &Order| -> Vec<Key> { order.keys.iter().copied().take(query.limit).collect() };
        let lists = [first(&by_meaning), first(&by_words), first(&by_both)];
        let [in_meaning, in_words, _] = &lists;
        let overlap = in_words.iter().filter(|key| in_meaning.contains(key));
        let overlap = overlap.count() as u32;
        let chosen = in_turn(&lists);
        let position = |key: &Key| {
            let orders = [&by_meaning, &by_words, &by_both];
            let mut found = orders.into_iter().filter_map(|order| order.placed.get(key));
            found.next().map(|(_, ranked)| ranked.position)
        };
        let chosen: Vec<(Key, u32)> = chosen
            .into_iter()
            .filter_map(|key| Some((key, position(&key)?)))
            .collect();
        if let Some(vector) = of_meaning.as_ref().and_then(|plan| plan.vector.as_ref()) {
            self.add_by_meaning(&plan, vector, &chosen, &mut by_meaning);
        }
        watch.lap(|timings| &mut timings.neural);
        self.add_by_words(&plan, &words, &chosen, &mut by_words);
        let held = held(&words, &plan, &chosen);
        let counts = words.records_of_words();
        let matching = words.count(u32::MAX).records;
        watch.lap(|timings| &mut timings.text);

        let rows = chosen.into_iter().map(|(key, position)| {
            let meaning = by_meaning.placed.get(&key);
            let words = by_words.placed.get(&key);
            let both = by_both.placed.get(&key);
            let place = |placed: Option<&(u32, Ranked)>| placed.map(|(place, _)| *place);
            let of_meaning = meaning.map(|(_, ranked)| *ranked).unwrap_or_default();
            let row = Ranked {
                position,
                score: both.map_or(0.0, |(_, ranked)| ranked.score),
                text: words.and_then(|(_, ranked)| ranked.text),
                ..of_meaning
            };
            let compared = Compared {
                by_meaning: place(meaning),
                by_words: place(words),
                by_both: place(both),
                contains: held.get(&position).cloned().unwrap_or_default(),
                hit: (),
            };
            (compared, row)
        });
        let (compared, rows): (Vec<Compared<()>>, Vec<Ranked>) = rows.unzip();
        let numbers = rows.iter().map(|row| self.generation.number(row.position));
        let numbers: Vec<_> = numbers.collect();
        let mut found = self.fetch(&plan, rows)?.into_iter().peekable();
        let records = compared.into_iter().zip(numbers);
        // A record that cannot be read is left out.
        let records = records.filter_map(|(compared, number)| {
            let found = found.next_if(|found| Some(found.record.number) == number)?;
            Some(compared.with_hit(found))
        });
        let records: Vec<_> = records.collect();
        let facets = self.count_facets(&plan, &candidates.answers)?;
        watch.lap(|timings| &mut timings.fetch);
        let typed = plan.words.words.iter().zip(counts);
        let typed = typed.filter(|(word, _)| !word.is_title);
        Ok(Comparison {
            collection: self.name.to_string(),
            limit: query.limit as u32,
            balance: query.fusion.balance(),
            searched: self.generation.passing(&plan.passing),
            matching,
            overlap,
            words: typed
                .map(|(word, records)| WordCount {
                    word: word.text.clone(),
                    records,
                })
                .collect(),
            conditions: !plan.words.conditions.is_empty(),
            corrections: plan.words.corrections.clone(),
            fits,
            unread: plan.unread,
            records,
            facets,
            timings: watch.stop(),
        })
    }

    /// The key of a record: the same for identical records, if they are one hit.
    fn key(&self, plan: &Plan<'_>, position: u32) -> Key {
        let collapsed = plan
            .collapses()
            .then(|| self.generation.fingerprint(position));
        collapsed.flatten().unwrap_or_else(|| u64::from(position))
    }

    fn order(&self, plan: &Plan<'_>, ranked: Vec<Ranked>) -> Order {
        let mut order = Order::default();
        for (place, ranked) in (1..).zip(ranked) {
            let key = self.key(plan, ranked.position);
            order.keys.push(key);
            order.placed.entry(key).or_insert((place, ranked));
        }
        order
    }

    /// The ranking by meaning, as in mode `neural`; empty if the model cannot read the query. The
    /// nearest records are those already found for both, unless the query reads differently by
    /// meaning alone, where no word is corrected.
    fn by_meaning_alone<'q>(
        &self,
        alone: &'q Query,
        both: &Plan<'_>,
        candidates: &Candidates,
        watch: &mut Stopwatch,
    ) -> Result<ByMeaning<'q>> {
        if both.unread {
            return Ok(ByMeaning {
                order: Order::default(),
                plan: None,
            });
        }
        let plan = self.plan(alone, watch)?;
        let same = plan.meaning == both.meaning && plan.passing == both.passing;
        let near = if same && plan.late.is_some() {
            candidates.near.clone()
        } else {
            let parts = self.generation.text_parts(&plan.passing);
            let words = WordSearch::new(&parts, &plan.words);
            self.retrieve(&plan, &words, watch).near
        };
        let ranked = match &plan.late {
            Some(late) => self.ranked_by_late(late, &near),
            None => {
                let all = (1..).zip(&near);
                all.map(|(rank, near)| Ranked::by_meaning(rank, near))
                    .collect()
            }
        };
        Ok(ByMeaning {
            order: self.order(&plan, ranked),
            plan: Some(plan),
        })
    }

    /// The ranking by words, as in mode `text`.
    fn by_words_alone(&self, plan: &Plan<'_>, candidates: &Candidates) -> Order {
        let found = (1..).zip(&candidates.found);
        let ranked = found.map(|(rank, found)| by_words(rank, found.position, found.score));
        self.order(plan, ranked.collect())
    }

    /// Adds the places by meaning of those chosen records that are not among the nearest. All of
    /// these come before them.
    fn add_by_meaning(
        &self,
        plan: &Plan<'_>,
        vector: &[f32],
        chosen: &[(Key, u32)],
        order: &mut Order,
    ) {
        let missing = chosen
            .iter()
            .filter(|(key, _)| !order.placed.contains_key(key));
        let missing: HashMap<u32, Key> = missing.map(|&(key, position)| (position, key)).collect();
        if missing.is_empty() {
            return;
        }
        let mut positions: Vec<u32> = missing.keys().copied().collect();
        positions.sort_unstable();
        let near = nearest_passages(&self.generation, vector, &positions);
        let nearest = order.keys.len() as u32;
        let ranks = self.ranks_by_cosine(plan, vector, &near);
        for near in near {
            let key = self.key(plan, near.position);
            let rank = ranks.get(&key).copied().unwrap_or_default();
            // A walk through the graph may have missed a record that is as near as these.
            let place = rank.max(nearest + 1);
            let ranked = Ranked::by_meaning(place, &near);
            order.placed.insert(key, (place, ranked));
        }
    }

    /// The ranks of some records by their cosine among all that pass, by one exact scan.
    fn ranks_by_cosine(
        &self,
        plan: &Plan<'_>,
        vector: &[f32],
        wanted: &[NearRecord],
    ) -> HashMap<Key, u32> {
        let least = wanted.iter().map(|near| near.cosine);
        let least = least.fold(f32::INFINITY, f32::min);
        let all = reaching(&self.generation, &plan.passing, vector, least);
        let mut all: Vec<(f32, u32)> = all.collect();
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let keys = all
            .into_iter()
            .map(|(_, position)| self.key(plan, position));
        let wanted = wanted.iter().map(|near| self.key(plan, near.position));
        ranks(keys, &wanted.collect())
    }

    /// Adds the places by words of those chosen records that are not among the best candidates.
    fn add_by_words(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        chosen: &[(Key, u32)],
        order: &mut Order,
    ) {
        let missing = chosen.iter().map(|(key, _)| *key);
        let missing: HashSet<Key> = missing
            .filter(|key| !order.placed.contains_key(key))
            .collect();
        // A shorter list holds every record that matches.
        if missing.is_empty() || order.keys.len() < FUSION_DEPTH {
            return;
        }
        let all = words.exhaustive();
        let keys = all.iter().map(|found| self.key(plan, found.position));
        let keys: Vec<Key> = keys.collect();
        let ranks = ranks(keys.iter().copied(), &missing);
        // Of identical records, the best match counts, which comes first.
        for (found, key) in all.iter().zip(keys) {
            if let Some(&rank) = ranks.get(&key) {
                let ranked = by_words(rank, found.position, found.score);
                order.placed.entry(key).or_insert((rank, ranked));
            }
        }
    }
}

/// A record ranked by words.
fn by_words(rank: u32, position: u32, score: f32) -> Ranked {
    Ranked {
        position,
        score,
        text: Some(Signal { rank, score }),
        ..Ranked::default()
    }
}

fn check(query: &Query) -> Result<()> {
    query.check()?;
    if query.limit > MAX_COMPARED {
        return Err(Error::BadQuery(format!(
            "limit is {}; in a comparison it must be between 1 and {MAX_COMPARED}",
            query.limit
        )));
    }
    if query.offset > 0 {
        return Err(Error::BadQuery(
            "a comparison begins with the first record of each ranking: leave offset out".into(),
        ));
    }
    Ok(())
}

fn unranked() -> Error {
    Error::BadQuery("listed records have no ranks to compare: add a word to the query".into())
}

/// The keys of several lists, each once: the first of each list, then the second of each.
fn in_turn(lists: &[Vec<Key>]) -> Vec<Key> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let mut seen = HashSet::new();
    let all = (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at)));
    all.copied().filter(|key| seen.insert(*key)).collect()
}

/// The ranks of the wanted keys in an order, where each key counts once.
fn ranks(keys: impl Iterator<Item = Key>, wanted: &HashSet<Key>) -> HashMap<Key, u32> {
    let mut seen = HashSet::new();
    let mut ranks = HashMap::new();
    for key in keys {
        if seen.insert(key) && wanted.contains(&key) {
            ranks.insert(key, seen.len() as u32);
            if ranks.len() == wanted.len() {
                break;
            }
        }
    }
    ranks
}

/// The words, as typed, that each of some records contains, by position.
fn held(
    words: &WordSearch<'_>,
    plan: &Plan<'_>,
    chosen: &[(Key, u32)],
) -> HashMap<u32, Vec<String>> {
    let mut positions: Vec<u32> = chosen.iter().map(|(_, position)| *position).collect();
    positions.sort_unstable();
    let held = words.words_held(&positions).into_iter().map(|words| {
        let words = words.into_iter().filter_map(|at| plan.words.words.get(at));
        let words = words.filter(|word| !word.is_title);
        words.map(|word| word.text.clone()).collect()
    });
    positions.into_iter().zip(held).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_take_turns_and_a_record_comes_once() {
        let lists = [vec![1, 2, 3], vec![3, 1], vec![4]];
        assert_eq!(in_turn(&lists), [1, 3, 4, 2]);
        assert_eq!(in_turn(&[]), Vec::<Key>::new());
    }

    #[test]
    fn identical_records_count_once() {
        let order = [7, 7, 3, 7, 9, 3, 5].into_iter();
        let found = ranks(order, &HashSet::from([3, 5, 6]));
        assert_eq!(found, HashMap::from([(3, 2), (5, 4)]));
    }
}
