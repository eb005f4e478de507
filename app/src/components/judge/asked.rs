//! What the address of the page asks for. Without JavaScript, the tally is in it too.

use form_urlencoded::{Serializer, parse};
use parallax::vocabulary::{InterleaveRequest, RevealRequest, Tally};
use serde::{Deserialize, Serialize};

/// The value of `task` for grading hits.
const GRADE: &str = "grade";

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whether hits are graded, instead of compared blindly.
    pub grade: bool,
    /// The query.
    pub q: String,
    /// The two ways to rank.
    pub a: String,
    pub b: String,
    /// What the draft is drawn from; if it is not named, the server draws it.
    pub seed: Option<u32>,
    /// Once records were picked: what the draft was drawn from, and the list's fingerprint.
    pub judged: Option<(u32, String)>,
    /// The places picked.
    pub picks: Vec<u32>,
    /// The tally of these two ways to rank before this query.
    pub before: Tally,
}

impl Asked {
    /// Reads the query part of an address. What cannot be read counts as left out.
    pub fn read(query: &str) -> Self {
        let mut asked = Self {
            grade: false,
            q: String::new(),
            a: "neural".into(),
            b: "text".into(),
            seed: None,
            judged: None,
            picks: Vec::new(),
            before: Tally::default(),
        };
        let (mut list, mut of) = (None, String::new());
        for (name, value) in parse(query.trim_start_matches('?').as_bytes()) {
            let number = || value.parse::<u32>().ok();
            match &*name {
                "task" => asked.grade = value == GRADE,
                "q" => asked.q = value.trim().to_owned(),
                "a" if !value.is_empty() => asked.a = value.into_owned(),
                "b" if !value.is_empty() => asked.b = value.into_owned(),
                "seed" => asked.seed = number(),
                "list" => list = Some(value.into_owned()),
                "pick" => asked.picks.extend(number()),
                "of" => of = value.into_owned(),
                "won_a" => asked.before.a = number().unwrap_or_default(),
                "won_b" => asked.before.b = number().unwrap_or_default(),
                "ties" => asked.before.ties = number().unwrap_or_default(),
                _ => {}
            }
        }
        asked.judged = asked.seed.zip(list);
        // A tally of other rankings says nothing about these.
        if of != asked.pair() {
            asked.before = Tally::default();
        }
        asked
    }

    /// Which two rankings a tally belongs to.
    pub fn pair(&self) -> String {
        [&*self.a, " ", &*self.b].concat()
    }

    /// The request for one list.
    pub fn interleave(&self) -> InterleaveRequest {
        InterleaveRequest {
            q: self.q.clone(),
            a: self.a.clone(),
            b: self.b.clone(),
            seed: self.seed,
        }
    }

    /// The request for what was judged, if anything was.
    pub fn reveal(&self) -> Option<RevealRequest> {
        let (seed, list) = self.judged.clone()?;
        Some(RevealRequest {
            q: self.q.clone(),
            a: self.a.clone(),
            b: self.b.clone(),
            seed,
            list,
            pick: self.picks.clone(),
            won_a: self.before.a,
            won_b: self.before.b,
            ties: self.before.ties,
        })
    }

    /// The address that asks a query in the same task, with a tally.
    pub fn asking(&self, path: &str, q: &str, tally: Tally) -> String {
        let mut query = Serializer::new(String::new());
        if self.grade {
            query.append_pair("task", GRADE);
        }
        if !q.is_empty() {
            query.append_pair("q", q);
        }
        if !self.grade {
            query.append_pair("a", &self.a).append_pair("b", &self.b);
            for (name, value) in tally_fields(&self.pair(), tally) {
                query.append_pair(name, &value);
            }
        }
        [path, "?", &query.finish()].concat()
    }

    /// The address of one of the two tasks, with the same query.
    pub fn task(&self, path: &str, grade: bool) -> String {
        let other = Self {
            grade,
            ..self.clone()
        };
        other.asking(path, &self.q, self.before)
    }
}

/// A tally as fields of a form; none if it is empty.
pub fn tally_fields(pair: &str, tally: Tally) -> Vec<(&'static str, String)> {
    if tally == Tally::default() {
        return Vec::new();
    }
    vec![
        ("of", pair.to_owned()),
        ("won_a", tally.a.to_string()),
        ("won_b", tally.b.to_string()),
        ("ties", tally.ties.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_with_its_tally_and_only_with_the_same_rankings() {
        let tally = Tally {
            a: 3,
            b: 1,
            ties: 2,
        };
        let asked = Asked::read("?a=hybrid%3A0.25%40books&b=text");
        let href = asked.asking("/judge", "goat milk & co", tally);
        let (path, query) = href.split_once('?').unwrap();
        assert_eq!(path, "/judge");
        let again = Asked::read(query);
        assert_eq!(again.q, "goat milk & co");
        assert_eq!((&*again.a, &*again.b), ("hybrid:0.25@books", "text"));
        assert_eq!(again.before, tally);
        let others = query.replace("b=text", "b=neural");
        assert_eq!(Asked::read(&others).before, Tally::default());
    }

    #[test]
    fn picks_need_the_list_they_were_made_from() {
        let asked = Asked::read("q=milk&seed=7&list=ab&pick=3&pick=x&pick=1");
        let request = asked.reveal().unwrap();
        assert_eq!((request.seed, &*request.list), (7, "ab"));
        assert_eq!(request.pick, [3, 1]);
        let unjudged = Asked::read("q=milk&seed=7&pick=3");
        assert_eq!(unjudged.reveal(), None);
        assert_eq!(unjudged.interleave().seed, Some(7));
        assert_eq!(Asked::read("q=milk&seed=-1&list=ab").reveal(), None);
    }
}
