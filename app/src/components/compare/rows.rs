//! What is drawn of a comparison: the rows of its rankings, and the lines between them.

use std::ops::Range;

use parallax::vocabulary::{Compared as Record, Mode};

use crate::answers::Compared;
use crate::components::place::element_id;
use crate::numbers::thousands;
use crate::state::{PAGE, SearchState};
use crate::wording::{nameless, place_by_meaning, place_by_words};

/// A ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranking {
    /// By meaning.
    Meaning,
    /// By words.
    Words,
    /// By both.
    Both,
}

impl Ranking {
    /// The name in class names.
    pub fn class(self) -> &'static str {
        match self {
            Self::Meaning => "meaning",
            Self::Words => "words",
            Self::Both => "both",
        }
    }

    /// The heading of its list.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Meaning => "By meaning",
            Self::Words => "By words",
            Self::Both => "By both",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Meaning => Mode::Neural,
            Self::Words => Mode::Text,
            Self::Both => Mode::Hybrid,
        }
    }

    fn place(self, record: &Record) -> Option<u32> {
        match self {
            Self::Meaning => record.by_meaning,
            Self::Words => record.by_words,
            Self::Both => record.by_both,
        }
    }
}

/// A record in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The ranking.
    pub ranking: Ranking,
    /// The record's id.
    pub id: String,
    /// Its place in the ranking, from 1.
    pub place: u32,
    /// What lights up together: the rows and lines of one record.
    pub twin: Option<u32>,
    /// Its title, or its id.
    pub name: String,
    /// The matched words in the title.
    pub marks: Vec<Range<usize>>,
    /// Where it is in the other rankings, and why it is here.
    pub evidence: Vec<(Ranking, String)>,
    /// The link to the explanation of its rank.
    pub why: String,
    /// By how many places it moved up since the last answer; below 0, it moved down.
    pub moved: i32,
    /// Whether it came in with this answer.
    pub is_new: bool,
}

impl Row {
    /// What a row is drawn again for.
    pub fn key(&self) -> String {
        let mut key = format!("{}\n{}\n{}", self.id, self.name, self.why);
        for (_, text) in &self.evidence {
            key.push('\n');
            key.push_str(text);
        }
        key
    }
}

/// A line between the places of a record by meaning and by words; the end that is not among the first
/// is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place by meaning.
    pub meaning: Option<u32>,
    /// Its place by words.
    pub words: Option<u32>,
    /// What it lights up with.
    pub twin: Option<u32>,
}

/// What is drawn of a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The first by meaning.
    pub meaning: Vec<Row>,
    /// The first by words.
    pub words: Vec<Row>,
    /// The first by both.
    pub both: Vec<Row>,
    /// All of them, each once: as in the first of the rankings that contains it, with its place in all.
    pub merged: Vec<Row>,
    /// The lines between the first by meaning and the first by words.
    pub lines: Vec<Line>,
    /// Changes with every answer, so that a row that moves twice by as much moves twice.
    pub turn: bool,
}

impl Shown {
    /// The rows of a comparison. `before` is what was shown until now.
    pub fn of(compared: &Compared, before: Option<&Self>) -> Self {
        let rows = Rows::of(compared);
        let both = rows.ranking(Ranking::Both);
        Self {
            meaning: rows.ranking(Ranking::Meaning),
            words: rows.ranking(Ranking::Words),
            both: match before {
                Some(before) if !before.both.is_empty() => moved(both, &before.both),
                _ => both,
            },
            merged: rows.merged(),
            lines: rows.lines(),
            turn: before.is_some_and(|before| !before.turn),
        }
    }

    /// The rows of a ranking.
    pub fn rows(&self, ranking: Ranking) -> &[Row] {
        match ranking {
            Ranking::Meaning => &self.meaning,
            Ranking::Words => &self.words,
            Ranking::Both => &self.both,
        }
    }

    /// How many rows the longest list has.
    pub fn longest(&self) -> usize {
        let lists = [&self.meaning, &self.words, &self.both];
        lists.map(Vec::len).into_iter().max().unwrap_or(0)
    }
}

/// The rows with what moved since they were `before`.
fn moved(rows: Vec<Row>, before: &[Row]) -> Vec<Row> {
    let rows = rows.into_iter().map(|row| {
        let earlier = before.iter().find(|earlier| earlier.id == row.id);
        Row {
            moved: earlier.map_or(0, |earlier| earlier.place as i32 - row.place as i32),
            is_new: earlier.is_none(),
            ..row
        }
    });
    rows.collect()
}

/// Makes the rows of a comparison.
struct Rows<'a> {
    records: &'a [Record],
    limit: u32,
    state: SearchState,
    path: String,
}

impl<'a> Rows<'a> {
    fn of(compared: &'a Compared) -> Self {
        Self {
            records: &compared.comparison.records,
            limit: compared.comparison.limit,
            state: SearchState {
                limit: PAGE,
                explain: None,
                ..compared.question.state.clone()
            },
            path: compared.question.path(),
        }
    }

    /// A record's place if it is among the first of a ranking.
    fn first(&self, ranking: Ranking, record: &Record) -> Option<u32> {
        ranking.place(record).filter(|place| *place <= self.limit)
    }

    fn ranking(&self, ranking: Ranking) -> Vec<Row> {
        let rows = self.records.iter().filter_map(|record| {
            let place = self.first(ranking, record)?;
            Some(self.row(ranking, place, record))
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by_key(|row| row.place);
        rows
    }

    fn merged(&self) -> Vec<Row> {
        let rows = self.records.iter().filter_map(|record| {
            let rankings = [Ranking::Meaning, Ranking::Words, Ranking::Both];
            let mut first = rankings
                .into_iter()
                .filter_map(|ranking| Some((self.first(ranking, record)?, ranking)));
            let (place, ranking) = first.next()?;
            let mut row = self.row(ranking, place, record);
            row.evidence = places(record);
            Some(row)
        });
        rows.collect()
    }

    fn lines(&self) -> Vec<Line> {
        let lines = self.records.iter().filter_map(|record| {
            let meaning = self.first(Ranking::Meaning, record);
            let words = self.first(Ranking::Words, record);
            (meaning.is_some() || words.is_some()).then(|| Line {
                meaning,
                words,
                twin: self.twin(record),
            })
        });
        lines.collect()
    }

    /// Records have the same number for as long as the two rankings stay the same, whatever the
    /// balance. Those in the ranking by both alone have none.
    fn twin(&self, record: &Record) -> Option<u32> {
        let by_words = || Some(self.first(Ranking::Words, record)? + self.limit);
        self.first(Ranking::Meaning, record).or_else(by_words)
    }

    fn row(&self, ranking: Ranking, place: u32, record: &Record) -> Row {
        let hit = &record.hit;
        let (name, marks) = if hit.title.trim().is_empty() {
            (nameless(&hit.id), Vec::new())
        } else {
            (hit.title.clone(), hit.highlights.title.clone())
        };
        let explained = self.state.in_mode(ranking.mode().name());
        let why = explained.explaining(Some(&hit.id)).href(&self.path);
        Row {
            ranking,
            id: hit.id.clone(),
            place,
            twin: self.twin(record),
            name,
            marks,
            evidence: evidence(ranking, record),
            why: [&why, "#", &element_id(place as usize)].concat(),
            moved: 0,
            is_new: false,
        }
    }
}

/// A record's place in the other ranking, and what ranked it here.
fn evidence(ranking: Ranking, record: &Record) -> Vec<(Ranking, String)> {
    let signals = &record.hit.signals;
    let meaning = (Ranking::Meaning, place_by_meaning(record));
    let words = (Ranking::Words, place_by_words(record));
    match ranking {
        Ranking::Meaning => {
            let cosine = signals.neural.map(|signal| {
                let text = format!("similarity {:.3}", signal.score);
                (Ranking::Meaning, text)
            });
            std::iter::once(words).chain(cosine).collect()
        }
        Ranking::Words => {
            let score = signals.text.map(|signal| {
                let text = format!("BM25 {:.2}", signal.score);
                (Ranking::Words, text)
            });
            std::iter::once(meaning).chain(score).collect()
        }
        Ranking::Both => vec![meaning, words],
    }
}

/// A record's places in all rankings.
fn places(record: &Record) -> Vec<(Ranking, String)> {
    let both = match record.by_both {
        Some(place) => format!("#{} by both", thousands(place)),
        None => "not among the first 100 by both".into(),
    };
    vec![
        (Ranking::Meaning, place_by_meaning(record)),
        (Ranking::Words, place_by_words(record)),
        (Ranking::Both, both),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Question;
    use crate::wording::tests::hit;
    use parallax::vocabulary::{Comparison, Hit, Timings};

    fn compared(places: &[(&str, [Option<u32>; 3])]) -> Compared {
        let records = places
            .iter()
            .map(|(id, [by_meaning, by_words, by_both])| Record {
                by_meaning: *by_meaning,
                by_words: *by_words,
                by_both: *by_both,
                contains: Vec::new(),
                hit: Hit {
                    id: (*id).into(),
                    ..hit(*by_meaning, *by_words)
                },
            });
        Compared {
            question: Question {
                collection: None,
                state: SearchState::read("q=milk&mode=compare&balance=0.3"),
                attempt: 0,
            },
            comparison: Comparison {
                collection: "startups".into(),
                limit: 10,
                balance: Some(0.3),
                searched: 340,
                matching: 2,
                overlap: 1,
                words: Vec::new(),
                conditions: false,
                corrections: Vec::new(),
                fits: None,
                unread: false,
                records: records.collect(),
                facets: Vec::new(),
                timings: Timings::default(),
            },
        }
    }

    fn ids(rows: &[Row]) -> Vec<(&str, u32)> {
        rows.iter()
            .map(|row| (row.id.as_str(), row.place))
            .collect()
    }

    #[test]
    fn each_ranking_has_its_first_in_order_and_lines_join_the_same_record() {
        let shown = Shown::of(
            &compared(&[
                ("a", [Some(2), Some(1), Some(1)]),
                ("b", [Some(1), None, Some(2)]),
                ("c", [Some(812), Some(2), Some(3)]),
            ]),
            None,
        );
        assert_eq!(ids(&shown.meaning), [("b", 1), ("a", 2)]);
        assert_eq!(ids(&shown.words), [("a", 1), ("c", 2)]);
        assert_eq!(ids(&shown.both), [("a", 1), ("b", 2), ("c", 3)]);
        assert_eq!(ids(&shown.merged), [("a", 2), ("b", 1), ("c", 2)]);
        let joined: Vec<_> = shown.lines.iter().map(|l| (l.meaning, l.words)).collect();
        assert_eq!(
            joined,
            [(Some(2), Some(1)), (Some(1), None), (None, Some(2))]
        );
        let twins: Vec<_> = shown.both.iter().map(|row| row.twin).collect();
        assert_eq!(twins, [Some(2), Some(1), Some(12)]);
        let of_c = &shown.words[1];
        assert_eq!(of_c.evidence[0].1, "#812 by meaning");
        assert_eq!(of_c.why, "/?q=milk&mode=text&explain=c#result-2");
        assert_eq!(shown.longest(), 3);
    }

    #[test]
    fn rows_move_from_where_they_were() {
        let first = Shown::of(
            &compared(&[
                ("a", [Some(1), None, Some(1)]),
                ("b", [Some(2), Some(1), Some(2)]),
                ("c", [Some(3), None, Some(3)]),
            ]),
            None,
        );
        assert!(first.both.iter().all(|row| row.moved == 0 && !row.is_new));
        let next = Shown::of(
            &compared(&[
                ("b", [Some(2), Some(1), Some(1)]),
                ("a", [Some(1), None, Some(2)]),
                ("d", [Some(30), Some(2), Some(3)]),
            ]),
            Some(&first),
        );
        let moved: Vec<_> = next.both.iter().map(|r| (r.moved, r.is_new)).collect();
        assert_eq!(moved, [(1, false), (-1, false), (0, true)]);
        assert_ne!(first.turn, next.turn);
    }
}
