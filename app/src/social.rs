//! What other sites show of a link to a page: a title, a description and a card. It is for programs
//! that read the page as it is served, so only the server writes it.

use http::request::Parts;
use leptos::prelude::*;
use parallax::vocabulary::Mode;

use crate::origin::origin;
use crate::paths::{collection_in, page_path};
use crate::state::{COMPARE, SearchState};

/// The size of a card.
const WIDTH: &str = "1200";
const HEIGHT: &str = "630";

/// The longest query in a title.
const LONGEST: usize = 120;

/// The elements for the page that is being rendered, to be put into its head. `usual` is the
/// description of pages that have no search.
pub fn social(usual: &'static str) -> impl IntoView {
    let request = use_context::<Parts>();
    let (path, query) = match &request {
        Some(request) => (request.uri.path(), request.uri.query().unwrap_or_default()),
        None => ("/", ""),
    };
    let told = Told::of(path, query, usual);
    let origin = origin();
    let image = [&origin, &*told.card].concat();
    let address = [
        &*origin,
        path,
        if query.is_empty() { "" } else { "?" },
        query,
    ]
    .concat();
    let of_property = [
        ("og:type", "website".to_owned()),
        ("og:site_name", "Parallax".to_owned()),
        ("og:title", told.title.clone()),
        ("og:description", told.description.clone()),
        ("og:url", address),
        ("og:image", image.clone()),
        ("og:image:type", "image/png".to_owned()),
        ("og:image:width", WIDTH.to_owned()),
        ("og:image:height", HEIGHT.to_owned()),
        ("og:image:alt", told.title.clone()),
    ];
    let of_name = [
        ("twitter:card", "summary_large_image".to_owned()),
        ("twitter:title", told.title),
        ("twitter:description", told.description),
        ("twitter:image", image),
    ];
    let of_property = of_property.map(|(property, content)| {
        leptos::html::meta()
            .attr("property", property)
            .attr("content", content)
    });
    let of_name = of_name.map(|(name, content)| {
        leptos::html::meta()
            .attr("name", name)
            .attr("content", content)
    });
    (
        of_property.into_iter().collect_view(),
        of_name.into_iter().collect_view(),
    )
}

/// What is told of a page.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    title: String,
    description: String,
    /// The path of its card.
    card: String,
}

impl Told {
    fn of(path: &str, query: &str, usual: &str) -> Self {
        let collection = collection_in(path);
        let state = SearchState::read(query);
        let is_search = path == "/" || is_search_of(path);
        let card = page_path(collection.as_deref(), "card.png");
        if !is_search || state.lists() || state.like.is_some() {
            return Self {
                title: "Parallax: neural search you can see through".into(),
                description: usual.into(),
                card: page_path(None, "card.png"),
            };
        }
        let how = match state.mode.as_str() {
            COMPARE => "Ranked by meaning, by words and by both, side by side",
            mode if mode == Mode::Neural.name() => "Ranked by meaning",
            mode if mode == Mode::Text.name() => "Ranked by words",
            _ => "Ranked by meaning and by words",
        };
        let description = match &collection {
            Some(name) => format!("{how}, in {name}. Every hit says why it was found."),
            None => format!("{how}. Every hit says why it was found."),
        };
        Self {
            title: format!("{} \u{b7} Parallax", shortened(&state.q)),
            description,
            card: of_search(&state).href(&card),
        }
    }
}

/// What a card depends on.
fn of_search(state: &SearchState) -> SearchState {
    SearchState {
        explain: None,
        unfinished: false,
        sort: None,
        from: 1,
        limit: SearchState::default().limit,
        ..state.clone()
    }
}

/// Whether this is the search page of a collection.
fn is_search_of(path: &str) -> bool {
    let name = path.strip_prefix("/c/");
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// A query, cut if it is long.
fn shortened(q: &str) -> String {
    let mut letters = q.chars();
    let begun: String = letters.by_ref().take(LONGEST).collect();
    match letters.next() {
        Some(_) => [begun.trim_end(), "\u{2026}"].concat(),
        None => begun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_has_a_card_of_its_own() {
        let told = Told::of(
            "/c/tech-news",
            "q=a+%26+b&mode=text&from=11&explain=7",
            "usual",
        );
        assert_eq!(told.card, "/c/tech-news/card.png?q=a+%26+b&mode=text");
        assert_eq!(told.title, "a & b \u{b7} Parallax");
        assert!(told.description.contains("by words, in tech-news"));
        let told = Told::of("/", "q=goat&mode=compare", "usual");
        assert_eq!(told.card, "/card.png?q=goat&mode=compare");
    }

    #[test]
    fn other_pages_have_the_plain_card() {
        for (path, query) in [
            ("/", ""),
            ("/", "q=*"),
            ("/", "like=7"),
            ("/about", "q=goat"),
            ("/c/books/record/7", "q=goat"),
            ("/c/", "q=goat"),
        ] {
            let told = Told::of(path, query, "usual");
            assert_eq!(
                (&*told.card, &*told.description),
                ("/card.png", "usual"),
                "{path}?{query}"
            );
        }
    }

    #[test]
    fn a_long_query_is_cut_between_characters() {
        assert_eq!(shortened("goat"), "goat");
        let cut = shortened(&"ä".repeat(500));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('\u{2026}'));
    }
}
