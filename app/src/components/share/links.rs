//! The addresses of a search: that of its page, and that of the API's answer with the same hits.

use form_urlencoded::{Serializer, byte_serialize};
use parallax::vocabulary::Mode;

use crate::state::{COMPARE, PAGE, SearchState};

/// The addresses of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// This server's scheme and host.
    origin: String,
    /// The path and the query of its page.
    pub page: String,
    /// Those of the API's answer.
    pub api: String,
}

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The address of the page.
    Page,
    /// The address of the API's answer.
    Api,
    /// A command that asks for that.
    Curl,
}

impl Links {
    /// Those of a search that a collection answered, on the search page with this path.
    pub fn of(origin: &str, state: &SearchState, collection: &str, path: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            page: state.href(path),
            api: api(state, collection),
        }
    }

    /// The text to be copied.
    pub fn text(&self, what: What) -> String {
        match what {
            What::Page => [&*self.origin, &*self.page].concat(),
            What::Api => [&*self.origin, &*self.api].concat(),
            What::Curl => format!("curl {}", quoted(&self.text(What::Api))),
        }
    }
}

/// The path and the query of the API's answer with the hits of a page.
fn api(state: &SearchState, collection: &str) -> String {
    let mut query = Serializer::new(String::new());
    let mut add = |name, value: &str| {
        query.append_pair(name, value);
    };
    let root = format!("/api/v1/collections/{}", escaped(collection));
    let path = if let Some(id) = &state.like {
        format!("{root}/records/{}/similar", escaped(id))
    } else {
        add("q", &state.q);
        if !state.compares() {
            add("mode", mode(state));
        }
        if let Some(sort) = &state.sort {
            add("sort", sort);
        }
        if state.as_typed {
            add("correct", "false");
        }
        if state.unfinished {
            add("prefix", "true");
        }
        let numbers = [
            ("balance", &state.balance),
            ("k1", &state.k1),
            ("b", &state.b),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                add(name, number);
            }
        }
        let last = if state.compares() {
            "compare"
        } else {
            "search"
        };
        format!("{root}/{last}")
    };
    for filter in &state.filters {
        add("filter", filter);
    }
    // A comparison always begins with the first hits of each ranking.
    if !state.compares() {
        if state.limit != PAGE {
            add("limit", &state.limit.to_string());
        }
        if state.from > 1 {
            add("offset", &(state.from - 1).to_string());
        }
    }
    match query.finish() {
        query if query.is_empty() => path,
        query => format!("{path}?{query}"),
    }
}

/// The mode that the API is asked for. An answer by words that is only shown until the one by meaning
/// is there is not what is shared.
fn mode(state: &SearchState) -> &str {
    match &*state.mode {
        // Where nothing can be compared, records are listed.
        COMPARE => Mode::Hybrid.name(),
        mode => mode,
    }
}

/// A part of a path. In a path, a plus sign is itself.
fn escaped(part: &str) -> String {
    let part: String = byte_serialize(part.as_bytes()).collect();
    part.replace('+', "%20")
}

/// A word of a POSIX shell: within single quotes, everything but they stands for itself.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(query: &str) -> Links {
        Links::of(
            "http://a.example",
            &SearchState::read(query),
            "books",
            "/c/books",
        )
    }

    /// The parameters of the API's address, decoded.
    fn asked(query: &str) -> Vec<(String, String)> {
        let api = links(query).api;
        let (_, query) = api.split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn the_api_is_asked_what_the_page_is_asked() {
        let query = "q=a%26b+%27c%27&filter=city:Berlin|Oslo&filter=-year:1990..&balance=0.2&k1=2&b=0\
                     &correct=false&from=11&limit=20";
        let expected = [
            ("q", "a&b 'c'"),
            ("mode", "hybrid"),
            ("correct", "false"),
            ("balance", "0.2"),
            ("k1", "2"),
            ("b", "0"),
            ("filter", "city:Berlin|Oslo"),
            ("filter", "-year:1990.."),
            ("limit", "20"),
            ("offset", "10"),
        ];
        assert_eq!(asked(query), pairs(&expected));
        let sorted = asked("q=goat&mode=text&sort=-year");
        assert_eq!(
            sorted,
            pairs(&[("q", "goat"), ("mode", "text"), ("sort", "-year")])
        );
    }

    #[test]
    fn every_kind_of_answer_has_its_address() {
        let page = links("q=goat&mode=compare&balance=0.2");
        assert_eq!(
            page.api,
            "/api/v1/collections/books/compare?q=goat&balance=0.2"
        );
        assert_eq!(
            page.text(What::Page),
            "http://a.example/c/books?q=goat&mode=compare&balance=0.2"
        );
        let like = links("q=goat&like=7/1+%C3%BC").api;
        assert_eq!(
            like,
            "/api/v1/collections/books/records/7%2F1%20%C3%BC/similar"
        );
        assert_eq!(
            asked("mode=compare&filter=a:b")[1],
            ("mode".into(), "hybrid".into())
        );
    }

    #[test]
    fn no_query_leaves_its_quotes() {
        let command = links("q=%27%3B+rm+-rf+%24HOME+%60id%60+%22%5C").text(What::Curl);
        let inside = command
            .strip_prefix("curl '")
            .and_then(|rest| rest.strip_suffix('\''));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/?&=%+-._*".contains(&byte);
        assert!(inside.unwrap().bytes().all(is_plain), "{command}");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
