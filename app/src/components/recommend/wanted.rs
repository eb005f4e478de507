//! What recommendations are made from, which is kept only in the address.

use form_urlencoded::{Serializer, parse};
use parallax::vocabulary::limits::MAX_LIMIT;
use serde::{Deserialize, Serialize};

use crate::functions::recommend::Asked;
use crate::state::PAGE;

/// The examples and the text, as spelled in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The ids of liked records.
    pub like: Vec<String>,
    /// Those of disliked records.
    pub unlike: Vec<String>,
    /// A text to be near.
    pub q: String,
    /// How many records are shown.
    pub limit: u32,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            like: Vec::new(),
            unlike: Vec::new(),
            q: String::new(),
            limit: PAGE,
        }
    }
}

impl Wanted {
    /// Reads a URL's query, with or without its question mark.
    pub fn read(query: &str) -> Self {
        let mut wanted = Self::default();
        for (name, value) in parse(query.trim_start_matches('?').as_bytes()) {
            let examples = match &*name {
                "like" => &mut wanted.like,
                "unlike" => &mut wanted.unlike,
                "q" => {
                    wanted.q = value.trim().to_owned();
                    continue;
                }
                "limit" => {
                    wanted.limit = value.parse().unwrap_or(0);
                    continue;
                }
                _ => continue,
            };
            if !value.is_empty() && !examples.iter().any(|id| *id == value) {
                examples.push(value.into_owned());
            }
        }
        wanted
    }

    /// Its address under the path of the page.
    pub fn href(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        for id in &self.like {
            query.append_pair("like", id);
        }
        for id in &self.unlike {
            query.append_pair("unlike", id);
        }
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        if self.limit != PAGE {
            query.append_pair("limit", &self.limit.to_string());
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// Whether nothing is given to go by.
    pub fn is_empty(&self) -> bool {
        self.like.is_empty() && self.unlike.is_empty() && self.q.is_empty()
    }

    /// With a record as another example.
    pub fn with(&self, id: &str, liked: bool) -> Self {
        let mut wanted = self.without(id);
        let examples = match liked {
            true => &mut wanted.like,
            false => &mut wanted.unlike,
        };
        examples.push(id.to_owned());
        wanted
    }

    /// Without a record as an example.
    pub fn without(&self, id: &str) -> Self {
        let mut wanted = Self {
            limit: PAGE,
            ..self.clone()
        };
        wanted.like.retain(|own| own != id);
        wanted.unlike.retain(|own| own != id);
        wanted
    }

    /// With more records, if more can be shown.
    pub fn more(&self) -> Option<Self> {
        let most = MAX_LIMIT as u32;
        (self.limit < most).then(|| Self {
            limit: self.limit.saturating_add(PAGE).min(most),
            ..self.clone()
        })
    }

    /// The request.
    pub fn asked(&self) -> Asked {
        Asked {
            like: self.like.clone(),
            dislike: self.unlike.clone(),
            text: self.q.clone(),
            limit: self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_examples_are_found_again_in_the_address() {
        let wanted = Wanted {
            like: vec!["a&b=c".into(), "漢 字".into()],
            unlike: vec!["100%".into()],
            q: "milk & honey".into(),
            limit: 30,
        };
        let href = wanted.href("/c/books/recommend");
        let (path, query) = href.split_once('?').unwrap();
        assert_eq!(path, "/c/books/recommend");
        assert_eq!(Wanted::read(query), wanted);
        assert_eq!(Wanted::default().href("/recommend"), "/recommend");
        assert!(Wanted::read("?like=&q=+&x=1").is_empty());
    }

    #[test]
    fn a_record_is_an_example_of_one_kind_and_once() {
        let wanted = Wanted::read("like=1&like=1&like=2&unlike=3&limit=30");
        assert_eq!(wanted.like, ["1", "2"]);
        let changed = wanted.with("1", false);
        assert_eq!(changed.href("/r"), "/r?like=2&unlike=3&unlike=1");
        assert_eq!(changed.without("3").href("/r"), "/r?like=2&unlike=1");
    }

    #[test]
    fn more_are_shown_up_to_the_limit() {
        let limits = [10, 95, 100].map(|limit| {
            let wanted = Wanted {
                limit,
                ..Wanted::default()
            };
            wanted.more().map(|more| more.limit)
        });
        assert_eq!(limits, [Some(20), Some(100), None]);
    }
}
