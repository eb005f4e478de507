//! The paths of a collection's pages. Those of its records are in [`crate::record_address`].

use form_urlencoded::byte_serialize;

use crate::record_address::unescaped;

/// The search page's path for a collection; `None` is the default one.
pub fn path_of(collection: Option<&str>) -> String {
    match collection {
        None => "/".into(),
        Some(name) => {
            let name: String = byte_serialize(name.as_bytes()).collect();
            format!("/c/{name}")
        }
    }
}

/// The path of one of a collection's other pages, such as `map`.
pub fn page_path(collection: Option<&str>, page: &str) -> String {
    let path = path_of(collection);
    [path.trim_end_matches('/'), "/", page].concat()
}

/// The collection that a path belongs to; `None` for the default one, and for pages of none.
pub fn collection_in(path: &str) -> Option<String> {
    let name = path.strip_prefix("/c/")?;
    let (name, _) = name.split_once('/').unwrap_or((name, ""));
    Some(unescaped(name))
}

/// The page that a path leads to, such as `map`; empty for the search page.
pub fn page_in(path: &str) -> &str {
    let path = match path.strip_prefix("/c/") {
        Some(path) => path.split_once('/').unwrap_or_default().1,
        None => path.trim_start_matches('/'),
    };
    path.split('/').next().unwrap_or_default()
}

/// The path of the page that lists facet values of a collection.
pub fn values_path(collection: Option<&str>) -> String {
    page_path(collection, "values")
}

/// The path of the page that explains a record's rank. A search is added to it like to the path of the
/// search page.
pub fn why_path(collection: Option<&str>, id: &str) -> String {
    let path = path_of(collection);
    // In a path, a plus sign is itself.
    let id: String = byte_serialize(id.as_bytes()).collect();
    format!(
        "{}/why/{}",
        path.trim_end_matches('/'),
        id.replace('+', "%20")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_collection_is_found_again_in_the_path() {
        for name in ["tech-news", "a/b", "books"] {
            assert_eq!(collection_in(&path_of(Some(name))).as_deref(), Some(name));
            let page = page_path(Some(name), "map");
            assert_eq!(collection_in(&page).as_deref(), Some(name));
        }
        assert_eq!(collection_in("/"), None);
        assert_eq!(collection_in(&page_path(None, "map")), None);
        assert_eq!(page_path(None, "map"), "/map");
    }

    #[test]
    fn the_page_is_found_again_in_the_path() {
        for collection in [None, Some("books"), Some("a/b")] {
            assert_eq!(page_in(&path_of(collection)), "");
            assert_eq!(page_in(&page_path(collection, "map")), "map");
            assert_eq!(page_in(&why_path(collection, "7/1")), "why");
        }
    }

    #[test]
    fn collections_have_their_own_path() {
        assert_eq!(path_of(None), "/");
        assert_eq!(path_of(Some("tech-news")), "/c/tech-news");
        assert_eq!(path_of(Some("a/b")), "/c/a%2Fb");
        assert_eq!(values_path(None), "/values");
        assert_eq!(values_path(Some("a/b")), "/c/a%2Fb/values");
        assert_eq!(why_path(None, "7/1 + ü"), "/why/7%2F1%20%2B%20%C3%BC");
        assert_eq!(why_path(Some("tech"), "7"), "/c/tech/why/7");
    }
}
