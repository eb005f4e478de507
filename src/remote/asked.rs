//! The terms that may stand for a query's words in records, before it is known which of them do.

use std::collections::HashSet;

use super::keys::hash;
use crate::analysis::{Analyzer, Asked, Likeness, Unit, Way, apart};
use crate::text::{ALIKE, Clause, Corpus, FEW};

/// A word of a query, with what may stand for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AskedWord {
    /// Its folded letters; empty if it was not typed.
    pub word: String,
    /// Terms with their weights, at most 1.
    pub terms: Vec<(String, f64)>,
    /// How many terms, at the start of `terms`, are its own, including those of compound words it is part of. The rest
    /// join it to a neighbour, or guess what it means.
    pub own: usize,
    /// Terms in sequence, which must all be there.
    pub sequences: Vec<Vec<String>>,
    /// Terms that stand for it only if no record contains one of the others.
    pub fallbacks: Vec<String>,
    /// Whether it is a stop word, which scores only if nothing else does.
    pub stop: bool,
}

impl AskedWord {
    fn add(&mut self, term: String, weight: f64) {
        if !self.terms.iter().any(|(known, _)| *known == term) {
            self.terms.push((term, weight));
        }
    }

    fn add_way(&mut self, way: &Way) {
        let weight = match way.likeness {
            Likeness::Same => 1.0,
            Likeness::Unaccented | Likeness::Bare => ALIKE,
        };
        match way.terms.as_slice() {
            [(term, _)] => self.add(term.clone(), weight),
            terms => {
                let terms = terms.iter().map(|(term, _)| term.clone());
                self.sequences.push(terms.collect());
            }
        }
    }

    /// All terms, alone and in sequence, and fallbacks.
    pub fn all_terms(&self) -> impl Iterator<Item = &String> {
        let alone = self.terms.iter().map(|(term, _)| term);
        let others = self.sequences.iter().flatten().chain(&self.fallbacks);
        alone.chain(others)
    }

    /// Its own terms, including those of compound words it is part of.
    pub fn own_terms(&self) -> impl Iterator<Item = &String> {
        self.terms.iter().take(self.own).map(|(term, _)| term)
    }

    /// Whether any record contains one of its own terms.
    pub fn is_held(&self, corpus: &Corpus) -> bool {
        self.own_terms().any(|term| corpus.holding(term) > 0)
    }

    /// The terms that score, given how many records contain each.
    fn scoring(&self, holding: impl Fn(&str) -> u32) -> Vec<(&str, f64)> {
        let alone = self
            .terms
            .iter()
            .map(|(term, weight)| (term.as_str(), *weight));
        let alone: Vec<(&str, f64)> = alone.filter(|(term, _)| holding(term) > 0).collect();
        if !alone.is_empty() {
            return alone;
        }
        let fallbacks = self.fallbacks.iter().map(|term| (term.as_str(), ALIKE));
        fallbacks.filter(|(term, _)| holding(term) > 0).collect()
    }
}

/// The words of a query's clauses. Those to be excluded are left out.
pub fn words_of(analyzer: &Analyzer, clauses: &[Clause]) -> Vec<AskedWord> {
    let mut words: Vec<AskedWord> = Vec::new();
    let mut before: Option<Unit> = None;
    let mut before_that: Option<Unit> = None;
    for clause in clauses.iter().filter(|clause| !clause.excluded) {
        let asked = analyzer.query(&clause.text);
        for (at, unit) in asked.units.iter().enumerate() {
            let mut word = word_of(analyzer, &asked, at, unit);
            // Records may contain two words as one.
            if let Some(before) = &before {
                let joined = analyzer.joined(&before.word, &unit.word);
                word.add(joined.clone(), 1.0);
                // It stands for both.
                if let Some(last) = words.last_mut() {
                    last.add(joined, 1.0);
                }
            }
            let size = before_that.iter().zip(&before).find_map(|(first, second)| {
                analyzer.joined_size(&first.word, &second.word, &unit.word)
            });
            if let Some(size) = size {
                word.add(size.clone(), 1.0);
                for other in words.iter_mut().rev().take(2) {
                    other.add(size.clone(), 1.0);
                }
            }
            words.push(word);
            before_that = before.replace(unit.clone());
        }
        if asked.units.is_empty() || clause.phrase {
            (before, before_that) = (None, None);
        }
    }
    words
}

fn word_of(analyzer: &Analyzer, asked: &Asked, at: usize, unit: &Unit) -> AskedWord {
    let mut word = AskedWord {
        word: unit.word.clone(),
        stop: unit.stop,
        ..AskedWord::default()
    };
    for way in &unit.ways {
        word.add_way(way);
    }
    let wholes = asked.wholes.iter();
    for whole in wholes.filter(|whole| whole.units.contains(&at)) {
        word.add_way(&whole.way);
    }
    word.own = word.terms.len();
    word.fallbacks.extend(unit.rest.iter().cloned());
    word.fallbacks.extend(analyzer.related(&unit.word));
    word
}

/// The terms of the two halves of each word that so few records contain that others may write it as two
/// words, for each way to divide it.
pub fn halves_of(
    analyzer: &Analyzer,
    words: &[AskedWord],
    holding: impl Fn(&str) -> u32,
) -> Vec<Vec<String>> {
    let is_rare = |word: &&AskedWord| {
        let own = word.terms.first().map_or(0, |(term, _)| holding(term));
        !word.stop && own < FEW
    };
    let rare = words.iter().filter(is_rare);
    let halves = rare.flat_map(|word| apart(&word.word));
    let terms = halves.map(|(one, other)| {
        let terms = [one, other].map(|half| analyzer.term(half).into_owned());
        terms.to_vec()
    });
    terms.collect()
}

/// All terms looked up to read a query, if no word is corrected or completed. `others` are the terms of its
/// conditions.
pub fn looked_up(
    analyzer: &Analyzer,
    words: &[AskedWord],
    others: &[String],
    holding: impl Fn(&str) -> u32,
) -> HashSet<String> {
    let of_words = words.iter().flat_map(AskedWord::all_terms);
    let mut terms: HashSet<String> = of_words.chain(others).cloned().collect();
    terms.extend(halves_of(analyzer, words, holding).into_iter().flatten());
    let pairs = words.windows(2);
    terms.extend(pairs.filter_map(|pair| match pair {
        [one, other] => analyzer.joined_with_and(&one.word, &other.word),
        _ => None,
    }));
    // A term may be the whole of a compound word, whose end is looked up, too.
    let tails: Vec<String> = terms.iter().map(|term| analyzer.tail(term)).collect();
    terms.extend(tails);
    terms
}

/// A query's words as a sparse vector, given how many records contain each term. All terms of a word have the
/// idf of the commonest, as in [`crate::text`]. There, only the best of them scores. On the
/// cluster, those that a record contains add up, so its score is at least as high, but the order may differ.
pub fn weights(
    words: &[AskedWord],
    holding: impl Fn(&str) -> u32,
    idf: impl Fn(u32) -> f64,
) -> Vec<(u32, f32)> {
    let scored = |word: &AskedWord| !word.stop && !word.scoring(&holding).is_empty();
    let is_scored = words.iter().any(scored);
    let mut weights: Vec<(u32, f32)> = Vec::new();
    for word in words.iter().filter(|word| !(word.stop && is_scored)) {
        let terms = word.scoring(&holding);
        let commonest = terms.iter().map(|(term, _)| holding(term)).max();
        let idf = idf(commonest.unwrap_or(0));
        let terms = terms.into_iter();
        weights.extend(terms.map(|(term, weight)| (hash(term), (idf * weight) as f32)));
    }
    weights.sort_unstable_by_key(|&(hash, _)| hash);
    weights.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::tests::part;
    use crate::text::{
        Lookup, Match, TextIndex, TextIndexBuilder, TextQuery, conditions, fulfilling, parse,
        search,
    };

    fn builder(analyzer: &Analyzer) -> TextIndexBuilder {
        TextIndexBuilder::new(analyzer, vec![2, 1]).with_titles()
    }

    fn index(records: &[[String; 2]], mut builder: TextIndexBuilder) -> TextIndex {
        records.iter().for_each(|record| builder.add(record));
        builder.build()
    }

    fn field(name: &str) -> Vec<usize> {
        match name {
            "title" => vec![0],
            "text" => vec![1],
            _ => Vec::new(),
        }
    }

    /// What a query means in an index, and what it finds there.
    #[derive(Debug, PartialEq)]
    struct Outcome {
        ways: Vec<(String, f64)>,
        matches: Vec<Match>,
        passing: Option<Vec<u32>>,
    }

    fn outcome(analyzer: &Analyzer, index: &TextIndex, clauses: &[Clause]) -> Outcome {
        let parts = [part(index)];
        let lookup = Lookup::default();
        let query = TextQuery::new(analyzer, &parts, clauses, field, lookup, &|_| false);
        let ways = query.ways().map(|way| (way.spelled(), way.boost));
        let passing = fulfilling(&parts, &query);
        Outcome {
            ways: ways.collect(),
            matches: search(&parts, &query, 20),
            passing: passing.map(|parts| parts.iter().flatten().collect()),
        }
    }

    /// Words that are read in several ways, joined in several ways.
    fn text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "wi",
            "fi",
            "wifi",
            "WiFi",
            "router",
            "routers",
            "r",
            "d",
            "R",
            "A",
            "vitamin",
            "the",
            "IT",
            "solar",
            "solarpanel",
            "panel",
            "café",
            "cafe",
            "l'eau",
            "eau",
            "3.5",
            "x-ray",
            "日本語",
            "本",
            "Donau",
            "schiff",
            "donauschiff",
            "happiness",
            "happy",
            "C++",
        ]);
        let glue = prop::sample::select(vec![" ", " ", " ", "-", "&", " & ", ".", "/"]);
        let words = prop::collection::vec((word, glue), 0..7);
        words.prop_map(|words| {
            words
                .into_iter()
                .flat_map(|(word, glue)| [word, glue])
                .collect()
        })
    }

    /// A query: words, a phrase, excluded words, and words in a field.
    fn query() -> impl Strategy<Value = String> {
        let clause = (
            prop::sample::select(vec!["", "", "-", "title:", "text:"]),
            any::<bool>(),
        );
        let clauses = prop::collection::vec((clause, text()), 1..4);
        clauses.prop_map(|clauses| {
            let clauses = clauses
                .into_iter()
                .map(|((sign, quoted), text)| match quoted {
                    true => format!("{sign}\"{}\"", text.trim()),
                    false => format!("{sign}{text}"),
                });
            clauses.collect::<Vec<String>>().join(" ")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]

        #[test]
        fn only_the_terms_that_are_looked_up_are_needed(
            records in prop::collection::vec([text(), text()], 0..8),
            query in query(),
            language in prop::sample::select(vec![None, Some("de"), Some("fr"), Some("ja")]),
        ) {
            let language = language.and_then(|code| code.parse().ok()).unwrap_or_default();
            let analyzer = Analyzer::new(language);
            let whole = index(&records, builder(&analyzer));
            let clauses = parse(&query, |name| !field(name).is_empty());
            let words = words_of(&analyzer, &clauses);
            let conditions = conditions(&analyzer, &clauses, field);
            let demanded = conditions.iter().flat_map(|condition| &condition.steps);
            let demanded = demanded.flat_map(|step| step.terms.iter().map(|(term, _)| term.clone()));
            let demanded: Vec<String> = demanded.collect();
            let holding = |term: &str| whole.term(term).map_or(0, |term| whole.holding(term));
            let terms = looked_up(&analyzer, &words, &demanded, holding);
            let excerpt = index(&records, builder(&analyzer).with_only(terms));
            prop_assert_eq!(
                outcome(&analyzer, &excerpt, &clauses),
                outcome(&analyzer, &whole, &clauses)
            );
        }
    }
}
