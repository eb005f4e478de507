//! The address of a record's own page. An id can be any text, so it is escaped in the path, and read
//! from the path as it is in the address: the router decodes its parameters, some of them twice.

use std::fmt::Write;

/// The path of a record's page, below the path of its collection's search page.
///
/// A link to it needs `rel="external"`, because the router decodes the path of a link once before
/// it follows it, so that another record would be shown if the id contains an escape.
pub fn record_path(path: &str, id: &str) -> String {
    format!("{}/record/{}", path.trim_end_matches('/'), escaped(id))
}

/// The path of a record in the API.
pub fn api_path(collection: &str, id: &str) -> String {
    let (collection, id) = (escaped(collection), escaped(id));
    format!("/api/v1/collections/{collection}/records/{id}")
}

/// The path of what the API says of a collection, such as `explore`.
pub fn collection_api_path(collection: &str, what: &str) -> String {
    format!("/api/v1/collections/{}/{what}", escaped(collection))
}

/// The id in the path of a page of a record, which follows the page's name, such as `/record/`; empty
/// if there is none.
pub fn id_in(path: &str, page: &str) -> String {
    let after = path.split_once(page).map(|(_, id)| id);
    unescaped(after.unwrap_or_default())
}

/// Everything but letters, digits and a few marks is escaped, byte by byte.
fn escaped(id: &str) -> String {
    let mut path = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// An escape that is none is left as it is.
pub fn unescaped(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escape = digits.filter(|_| byte == b'%');
        let escape = escape.filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escape.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(escape) => {
                bytes.push(escape);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_is_found_again_in_the_path() {
        for id in [
            "7",
            "a/b c",
            "100%",
            "%41",
            "50%25",
            "ü?#&=+",
            "漢字",
            "..a",
            "https://a.example/x",
        ] {
            for path in ["/", "/c/books"] {
                let path = record_path(path, id);
                assert_eq!(id_in(&path, "/record/"), id, "{path}");
                let (_, last) = path.rsplit_once('/').unwrap();
                assert!(!last.contains(['?', '#', ' ']) && path.is_ascii(), "{path}");
            }
        }
        assert_eq!(record_path("/", "a/b"), "/record/a%2Fb");
        assert_eq!(record_path("/c/books", "7"), "/c/books/record/7");
        assert_eq!(
            api_path("books", "a b"),
            "/api/v1/collections/books/records/a%20b"
        );
    }

    #[test]
    fn an_escape_that_is_none_is_left() {
        assert_eq!(id_in("/record/100%", "/record/"), "100%");
        assert_eq!(id_in("/record/%zz%4", "/record/"), "%zz%4");
        assert_eq!(id_in("/record/%+1", "/record/"), "%+1");
        assert_eq!(id_in("/c/books", "/record/"), "");
    }
}
