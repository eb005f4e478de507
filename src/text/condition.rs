//! What every hit must satisfy: words that must, or must not, occur in sequence.

use super::builder::MAX_TAIL;
use super::syntax::Clause;
use crate::analysis::{Analyzer, Likeness};

/// Words that must, or must not, occur in a record in sequence.
///
/// A word may occur in several ways, and several words as one: `"wi-fi router"` matches "WiFi
/// router". So the words are places connected by steps, and a record meets the condition if it
/// contains, in sequence, the terms of steps that lead from the first word to the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Whether records that meet it are excluded.
    pub excluded: bool,
    /// The fields it applies to, by number; all if empty.
    pub fields: Vec<usize>,
    /// How many words it has.
    pub words: usize,
    /// The steps from one word to a later one, in order of their start.
    pub steps: Vec<Step>,
}

/// A way in which one or more words may occur in a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The first of the words.
    pub from: usize,
    /// The word after the last of them.
    pub to: usize,
    /// The terms, each with its offset from the first.
    pub terms: Vec<(String, u32)>,
    /// How many positions they cover.
    pub width: u32,
}

impl Condition {
    /// The condition of a clause on the fields it names; `None` if the clause only scores.
    pub(super) fn of(
        analyzer: &Analyzer,
        clause: &Clause,
        fields: Option<Vec<usize>>,
    ) -> Option<Self> {
        if !clause.phrase && !clause.excluded && fields.is_none() {
            return None;
        }
        let asked = analyzer.phrase(&clause.text);
        let words = asked.units.len();
        let mut steps = Vec::new();
        for (from, unit) in asked.units.into_iter().enumerate() {
            for way in unit
                .ways
                .into_iter()
                .filter(|way| way.likeness != Likeness::Bare)
            {
                // A record may contain the word as a compound. The sequence then goes on after
                // its parts.
                if let [(term, _)] = way.terms.as_slice()
                    && from + 1 < words
                    && way.width == 1
                {
                    let tail = analyzer.tail(term);
                    steps.extend((1..MAX_TAIL).map(|end| Step {
                        from,
                        to: from + 1,
                        terms: vec![(term.clone(), 0), (tail.clone(), end)],
                        width: end + 1,
                    }));
                }
                steps.push(Step {
                    from,
                    to: from + 1,
                    terms: way.terms,
                    width: way.width,
                });
            }
        }
        let wholes = asked
            .wholes
            .into_iter()
            .filter(|whole| whole.units.end <= words);
        steps.extend(wholes.map(|whole| Step {
            from: whole.units.start,
            to: whole.units.end,
            terms: whole.way.terms,
            width: whole.way.width,
        }));
        steps.sort_by_key(|step| step.from);
        (words > 0).then(|| Self {
            excluded: clause.excluded,
            fields: fields.unwrap_or_default(),
            words,
            steps,
        })
    }

    /// How many terms a record must contain to meet it.
    pub fn terms(&self) -> usize {
        let most = |word: usize| {
            let ways = self.steps.iter().filter(|step| step.from == word);
            ways.map(|step| step.terms.len()).max().unwrap_or(0)
        };
        (0..self.words).map(most).sum()
    }

    /// The same condition with another last word.
    pub(super) fn ending(&self, term: &str) -> Self {
        let mut other = self.clone();
        other.steps.retain(|step| step.to < self.words);
        other.steps.push(Step {
            from: self.words.saturating_sub(1),
            to: self.words,
            terms: vec![(term.to_owned(), 0)],
            width: 1,
        });
        other
    }
}

/// The distinct conditions of a query's clauses.
pub fn conditions(
    analyzer: &Analyzer,
    clauses: &[Clause],
    fields: impl Fn(&str) -> Vec<usize>,
) -> Vec<Condition> {
    let mut different = Vec::new();
    for clause in clauses {
        let Some(in_fields) = searched(clause, &fields) else {
            continue;
        };
        if let Some(condition) = Condition::of(analyzer, clause, in_fields)
            && !different.contains(&condition)
        {
            different.push(condition);
        }
    }
    different
}

/// The fields a clause names, if any. The outer `None` means that it names only fields in which
/// words are not searched.
pub(super) fn searched(
    clause: &Clause,
    fields: impl Fn(&str) -> Vec<usize>,
) -> Option<Option<Vec<usize>>> {
    let named = clause.field.as_deref().map(fields);
    (!named.as_ref().is_some_and(Vec::is_empty)).then_some(named)
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analyzer;
    use crate::text::part::TextPart;
    use crate::text::query::TextQuery;
    use crate::text::{Lookup, TextIndex, TextIndexBuilder, fulfilling, parse};

    fn index(records: &[[&str; 2]]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![1, 1]);
        for record in records {
            builder.add(record);
        }
        builder.build()
    }

    fn found(index: &TextIndex, query: &str) -> Vec<u32> {
        let parts = [TextPart {
            index,
            live: None,
            terms: 0,
            passing: None,
            offset: 0,
            corpus: None,
        }];
        let fields = |name: &str| match name {
            "title" => vec![0],
            "text" => vec![1],
            _ => Vec::new(),
        };
        let clauses = parse(query, |name| !fields(name).is_empty());
        let query = TextQuery::new(
            &Analyzer::default(),
            &parts,
            &clauses,
            fields,
            Lookup::default(),
            &|_| false,
        );
        let fulfilling = fulfilling(&parts, &query).unwrap();
        fulfilling[0].iter().collect()
    }

    #[test]
    fn conditions_are_met_word_by_word() {
        let index = index(&[
            ["Goat milk", "raw and fresh"],
            ["Milk", "of the goat"],
            ["Raw", "goat milk, goat's milk"],
        ]);
        assert_eq!(found(&index, "\"goat milk\""), [0, 2]);
        assert_eq!(found(&index, "\"milk of a goat\""), [] as [u32; 0]);
        assert_eq!(found(&index, "\"goats' milk\""), [0, 2]);
        assert_eq!(found(&index, "title:goat"), [0]);
        assert_eq!(found(&index, "text:\"goat milk\""), [2]);
        assert_eq!(found(&index, "milk -raw"), [1]);
        assert_eq!(found(&index, "-\"goat milk\""), [1]);
        assert_eq!(found(&index, "-title:raw -fresh"), [1]);
        assert_eq!(found(&index, "\"goat cheese\""), [] as [u32; 0]);
    }

    #[test]
    fn a_phrase_does_not_reach_from_one_field_into_the_next() {
        let index = index(&[["fresh goat", "milk"]]);
        assert_eq!(found(&index, "\"goat milk\""), [] as [u32; 0]);
    }
}
