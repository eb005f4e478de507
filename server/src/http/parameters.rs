//! A URL's parameters.

use serde::de::DeserializeOwned;

use super::error::Failure;

/// Parses a URL's parameters; a repeated parameter becomes a list.
pub fn parameters<T: DeserializeOwned>(query: Option<&str>) -> Result<T, Failure> {
    let pairs = || form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let parameters = serde_html_form::Deserializer::new(pairs());
    serde_path_to_error::deserialize(parameters).map_err(|error| {
        // That of a list's element ends in its place, as in `index[2]`.
        let path = error.path().to_string();
        let (name, place) = match path.split_once('[') {
            Some((name, place)) => (name, place.trim_end_matches(']').parse().ok()),
            None => (path.as_str(), None),
        };
        let mut given = pairs().filter(|(given, _)| given == name);
        let message = match (given.nth(place.unwrap_or(0)), given.next()) {
            (Some((name, _)), Some(_)) if place.is_none() => {
                format!("the URL parameter {name} is given twice; give it only once")
            }
            (Some((name, value)), _) => {
                let why = expected(&error.inner().to_string());
                format!("the URL parameter {name} is '{value}': {why}")
            }
            (None, _) => format!("the URL parameters: {}", error.inner()),
        };
        Failure::bad_request(message)
    })
}

/// Replaces the library's message with what the value must be.
fn expected(reason: &str) -> String {
    let reasons = [
        ("invalid digit", "it must be a whole number"),
        ("number too large", "the number is too large"),
        ("cannot parse integer", "it must be a whole number"),
        ("invalid float", "it must be a number such as 0.5"),
        ("cannot parse float", "it must be a number such as 0.5"),
        ("provided string was not", "it must be true or false"),
    ];
    let known = reasons.iter().find(|(said, _)| reason.starts_with(said));
    known.map_or(reason, |(_, expected)| expected).to_owned()
}
