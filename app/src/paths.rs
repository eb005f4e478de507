//! The paths of a collection's pages. Those of its records are in [`crate::record_address`].

use form_urlencoded::byte_serialize;

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

/// The path of the page that lists facet values of a collection.
pub fn values_path(collection: Option<&str>) -> String {
    let path = path_of(collection);
    format!("{}/values", path.trim_end_matches('/'))
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
