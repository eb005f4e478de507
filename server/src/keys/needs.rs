//! What each route of the API needs. A route that is not listed needs a key with the role admin for
//! all collections. The collection is the one that the path names; a route without one shows of
//! each collection only what the key is for.

use axum::http::Method;

use super::key::Role;

const NOTHING: Option<Role> = None;
const SEARCH: Option<Role> = Some(Role::Search);
const WRITE: Option<Role> = Some(Role::Write);
const ADMIN: Option<Role> = Some(Role::Admin);

/// The method, the path, and the role that it needs. The same table is in docs/keys.md.
pub const TABLE: [(&str, &str, Option<Role>); 89] = [
    ("GET", "/healthz", NOTHING),
    ("GET", "/readyz", NOTHING),
    ("GET", "/docs", NOTHING),
    ("GET", "/docs/docs.css", NOTHING),
    ("GET", "/docs/docs.js", NOTHING),
    ("GET", "/api/", NOTHING),
    ("GET", "/api/openapi.json", NOTHING),
    ("GET", "/api/version", SEARCH),
    ("GET", "/api/search", SEARCH),
    ("POST", "/search", SEARCH),
    ("POST", "/mcp", SEARCH),
    ("GET", "/api/v1/collections", SEARCH),
    ("GET", "/api/v1/collections/{name}", SEARCH),
    ("GET", "/api/v1/collections/{name}/answer", SEARCH),
    ("GET", "/api/v1/collections/{name}/compare", SEARCH),
    ("POST", "/api/v1/collections/{name}/compare", SEARCH),
    ("GET", "/api/v1/collections/{name}/explore", SEARCH),
    ("GET", "/api/v1/collections/{name}/export", SEARCH),
    ("GET", "/api/v1/collections/{name}/facets/{field}", SEARCH),
    ("GET", "/api/v1/collections/{name}/interleave", SEARCH),
    (
        "GET",
        "/api/v1/collections/{name}/interleave/reveal",
        SEARCH,
    ),
    ("GET", "/api/v1/collections/{name}/judgements", SEARCH),
    (
        "GET",
        "/api/v1/collections/{name}/judgements/export",
        SEARCH,
    ),
    ("GET", "/api/v1/collections/{name}/judgements/pool", SEARCH),
    ("GET", "/api/v1/collections/{name}/lab", SEARCH),
    ("GET", "/api/v1/collections/{name}/map", SEARCH),
    ("GET", "/api/v1/collections/{name}/map/at", SEARCH),
    ("GET", "/api/v1/collections/{name}/map/colours", SEARCH),
    ("GET", "/api/v1/collections/{name}/map/hits", SEARCH),
    ("POST", "/api/v1/collections/{name}/map/inside", SEARCH),
    ("GET", "/api/v1/collections/{name}/map/legend", SEARCH),
    ("GET", "/api/v1/collections/{name}/map/points", SEARCH),
    ("GET", "/api/v1/collections/{name}/recall", SEARCH),
    ("POST", "/api/v1/collections/{name}/recommend", SEARCH),
    ("GET", "/api/v1/collections/{name}/records", SEARCH),
    ("GET", "/api/v1/collections/{name}/records/delete", SEARCH),
    ("GET", "/api/v1/collections/{name}/records/{id}", SEARCH),
    (
        "GET",
        "/api/v1/collections/{name}/records/{id}/explain",
        SEARCH,
    ),
    (
        "GET",
        "/api/v1/collections/{name}/records/{id}/similar",
        SEARCH,
    ),
    ("GET", "/api/v1/collections/{name}/search", SEARCH),
    ("POST", "/api/v1/collections/{name}/search", SEARCH),
    ("POST", "/api/v1/collections/{name}/search/batch", SEARCH),
    ("GET", "/api/v1/collections/{name}/suggest", SEARCH),
    ("GET", "/api/v1/collections/{name}/walkthrough", SEARCH),
    ("GET", "/api/v1/tasks", SEARCH),
    ("GET", "/api/v1/tasks/{id}", SEARCH),
    ("GET", "/api/v1/tasks/{id}/events", SEARCH),
    ("PUT", "/api/v1/collections/{name}/records", WRITE),
    ("PATCH", "/api/v1/collections/{name}/records/{id}", WRITE),
    ("DELETE", "/api/v1/collections/{name}/records/{id}", WRITE),
    ("POST", "/api/v1/collections/{name}/records/delete", WRITE),
    ("PATCH", "/api/v1/collections/{name}/records/delete", WRITE),
    ("DELETE", "/api/v1/collections/{name}/records/delete", WRITE),
    ("POST", "/api/v1/collections/{name}/judgements", WRITE),
    ("DELETE", "/api/v1/collections/{name}/judgements", WRITE),
    ("POST", "/api/v1/collections/{name}/import", WRITE),
    ("POST", "/api/v1/collections/{name}/sample", WRITE),
    ("POST", "/api/v1/collections/{name}/uploads", WRITE),
    ("POST", "/api/v1/preview", WRITE),
    ("DELETE", "/api/v1/tasks/{id}", WRITE),
    ("GET", "/api/v1/uploads/{upload}", WRITE),
    ("PATCH", "/api/v1/uploads/{upload}", WRITE),
    ("DELETE", "/api/v1/uploads/{upload}", WRITE),
    ("PUT", "/api/v1/collections/{name}", ADMIN),
    ("DELETE", "/api/v1/collections/{name}", ADMIN),
    ("POST", "/api/v1/collections/{name}/rename", ADMIN),
    ("POST", "/api/v1/collections/{name}/reencode", ADMIN),
    ("GET", "/api/v1/collections/{name}/settings", ADMIN),
    ("POST", "/api/v1/collections/{name}/settings", ADMIN),
    ("GET", "/api/v1/collections/{name}/snapshot", ADMIN),
    ("POST", "/api/v1/collections/{name}/restore", ADMIN),
    ("GET", "/metrics", ADMIN),
    ("GET", "/api/v1/snapshots", ADMIN),
    ("POST", "/api/v1/snapshots", ADMIN),
    ("GET", "/", NOTHING),
    ("GET", "/collections", SEARCH),
    ("GET", "/collections/{name}", SEARCH),
    ("GET", "/collections/{name}/exists", SEARCH),
    ("POST", "/collections/{name}/points", SEARCH),
    ("GET", "/collections/{name}/points/{id}", SEARCH),
    ("POST", "/collections/{name}/points/scroll", SEARCH),
    ("POST", "/collections/{name}/points/count", SEARCH),
    ("POST", "/collections/{name}/points/query", SEARCH),
    ("POST", "/collections/{name}/points/query/batch", SEARCH),
    ("PUT", "/collections/{name}/points", WRITE),
    ("POST", "/collections/{name}/points/delete", WRITE),
    ("PUT", "/collections/{name}", ADMIN),
    ("DELETE", "/collections/{name}", ADMIN),
    ("PUT", "/collections/{name}/index", ADMIN),
];

/// What a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A role, or nothing.
    Role(Option<Role>),
    /// The path is known, but not with this method.
    OtherMethod,
}

/// What a request to a route needs.
pub fn of(method: &Method, path: &str) -> Need {
    let method = match *method {
        // The answer to a preflight says nothing about any collection.
        Method::OPTIONS => return Need::Role(NOTHING),
        Method::HEAD => "GET",
        _ => method.as_str(),
    };
    let mut known = TABLE.iter().filter(|(_, of, _)| *of == path).peekable();
    if known.peek().is_none() {
        return Need::Role(ADMIN);
    }
    let listed = known.find(|(with, ..)| *with == method);
    listed.map_or(Need::OtherMethod, |(.., role)| Need::Role(*role))
}

/// The methods of a path, as the header `Allow` lists them.
pub fn methods(path: &str) -> String {
    let known = TABLE.iter().filter(|(_, of, _)| *of == path);
    let methods: Vec<&str> = known.map(|(method, ..)| *method).collect();
    methods.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_not_open() {
        assert_eq!(of(&Method::GET, "/api/v1/secrets"), Need::Role(ADMIN));
        let collection = "/api/v1/collections/{name}";
        assert_eq!(of(&Method::PATCH, collection), Need::OtherMethod);
        assert_eq!(of(&Method::HEAD, collection), Need::Role(SEARCH));
        assert_eq!(of(&Method::DELETE, collection), Need::Role(ADMIN));
        assert_eq!(methods(collection), "GET,PUT,DELETE");
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let documentation = include_str!("../../../docs/keys.md");
        let rows = documentation.lines().filter_map(|line| {
            let mut cells = line.split('|').map(|cell| cell.trim().trim_matches('`'));
            let (_, method, path, role) =
                (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            path.starts_with('/')
                .then(|| format!("{method} {path} {role}"))
        });
        let listed = TABLE.iter().map(|(method, path, role)| {
            let role = role.map_or("nothing".to_owned(), |role| role.to_string());
            format!("{method} {path} {role}")
        });
        let (documented, listed): (Vec<_>, Vec<_>) = (rows.collect(), listed.collect());
        assert_eq!(documented, listed);
    }
}
