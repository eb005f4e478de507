//! The map's address: the query, the facet that colours it, and what is seen of it.

use form_urlencoded::{Serializer, parse};

use super::camera::View;

/// The value of `colour` that means no facet.
pub const PLAIN: &str = "none";

/// A map as spelled in the URL.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapAddress {
    /// The query; empty for none.
    pub q: String,
    /// The facet that colours the map, or [`PLAIN`]; absent for the collection's first facet.
    pub colour: Option<String>,
    /// What is seen; absent for the whole map.
    pub view: Option<View>,
}

impl MapAddress {
    /// Reads a URL's query, with or without its question mark. What cannot be read is left out.
    pub fn read(query: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in parse(query.trim_start_matches('?').as_bytes()) {
            let value = value.trim();
            match &*name {
                "q" => address.q = value.into(),
                "colour" if !value.is_empty() => address.colour = Some(value.into()),
                "view" => address.view = View::read(value),
                _ => {}
            }
        }
        address
    }

    /// The address under a path.
    pub fn href(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        if let Some(colour) = &self.colour {
            query.append_pair("colour", colour);
        }
        if let Some(view) = self.view.and_then(View::written) {
            query.append_pair("view", &view);
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => [path, "?", &query].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for query in [
            "",
            "q=goat+milk",
            "q=a%26b&colour=dc%3Atype&view=100%2C200%2C3.00",
            "colour=none",
        ] {
            let href = MapAddress::read(query).href("/map");
            let (_, written) = href.split_once('?').unwrap_or((&href, ""));
            assert_eq!(written, query);
        }
        let odd = MapAddress::read("?q=+&colour=&view=x&more=1");
        assert_eq!(odd, MapAddress::default());
    }
}
