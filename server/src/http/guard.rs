//! Who may write. With an API key: callers that have the key. Without one: callers on this
//! machine, unless the request comes from a page of another website or through a proxy.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use parallax_app::Problem;
use parallax_app::access::Access;

use super::error::Failure;
use super::hosts::without_port;

/// Headers that proxies add to forwarded requests.
const FORWARDED: [&str; 9] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Content types that a form on any website can send without a CORS preflight.
const OF_FORMS: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
];

/// What a request must satisfy to write.
#[derive(Clone, Default)]
pub struct Guard(Option<Arc<str>>);

impl Guard {
    /// A guard that requires the key, if there is one.
    pub fn new(key: Option<String>) -> Self {
        Self(key.map(Arc::from))
    }

    /// Whether whoever asked for a page may write, for the page to say so. What a browser sends along
    /// with the page says nothing about the page's own requests, so only the machine and the host's
    /// name count.
    pub fn access(&self, headers: &HeaderMap, peer: Option<IpAddr>) -> Access {
        if self.0.is_some() {
            return Access::WithKey;
        }
        let mut headers = headers.clone();
        headers.remove(header::ORIGIN);
        headers.remove(header::CONTENT_TYPE);
        headers.remove("sec-fetch-site");
        match check_local(&Method::POST, &headers, peer) {
            Ok(()) => Access::Open,
            Err(why) => Access::Closed(why),
        }
    }

    fn check(
        &self,
        method: &Method,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<(), Problem> {
        match &self.0 {
            Some(key) => check_key(key, headers),
            None => check_local(method, headers, peer).map_err(|why| Problem {
                code: "forbidden".into(),
                message: format!(
                    "{why}; unless the service is started with an API key, it accepts writes \
                     only from this machine"
                ),
            }),
        }
    }
}

/// Rejects callers that may not write.
pub async fn guard(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip());
    guard.check(request.method(), request.headers(), peer)?;
    Ok(next.run(request).await)
}

fn check_key(key: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let given = text(headers, header::AUTHORIZATION.as_str());
    let given = given
        .and_then(|given| given.strip_prefix("Bearer "))
        .map(str::trim);
    let why = match given {
        None => "this request needs the service's API key, as `Authorization: Bearer KEY`",
        Some(given) if same(given.as_bytes(), key.as_bytes()) => return Ok(()),
        Some(_) => "this is not the service's API key",
    };
    Err(Problem {
        code: "unauthorized".into(),
        message: why.into(),
    })
}

/// Compares in constant time, so that timing does not reveal where the keys differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    let difference = a
        .iter()
        .zip(b)
        .fold(0, |difference, (a, b)| difference | (a ^ b));
    a.len() == b.len() && difference == 0
}

fn check_local(method: &Method, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<(), String> {
    if !peer.is_some_and(|peer| peer.to_canonical().is_loopback()) {
        return Err("the request comes from another machine".into());
    }
    if let Some(name) = FORWARDED
        .into_iter()
        .find(|name| headers.contains_key(*name))
    {
        return Err(format!(
            "the request comes through a proxy, as its header {name} says"
        ));
    }
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if !is_local(host) {
        return Err(format!(
            "the request is addressed to '{host}', which is not a local name of this machine"
        ));
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let own = origin.split_once("://").map(|(_, of)| of);
        if own != Some(host) {
            return Err(format!("the request comes from a page of '{origin}'"));
        }
    }
    if let Some(site) = text(headers, "sec-fetch-site")
        && !["same-origin", "none"].contains(&site)
    {
        return Err("the request comes from a page of another website".into());
    }
    let kind = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if *method == Method::POST && OF_FORMS.contains(&kind.as_str()) {
        return Err(format!(
            "a form on another website could send the content type {kind} (send a file as \
             application/octet-stream)"
        ));
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a `Host` header names this machine by a name that no other machine can have.
fn is_local(host: &str) -> bool {
    let name = without_port(host);
    let address = name.parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        pairs.collect()
    }

    fn local(pairs: &[(&'static str, &'static str)]) -> bool {
        let peer = Some("127.0.0.1".parse().unwrap());
        Guard::default()
            .check(&Method::POST, &headers(pairs), peer)
            .is_ok()
    }

    #[test]
    fn without_a_key_only_this_machine_itself_writes() {
        assert!(local(&[("host", "127.0.0.1:3000")]));
        assert!(local(&[
            ("host", "localhost:3000"),
            ("origin", "http://localhost:3000")
        ]));
        assert!(local(&[
            ("host", "[::1]:3000"),
            ("sec-fetch-site", "same-origin")
        ]));
        for refused in [
            &[][..],
            &[("host", "parallax.example")],
            &[("host", "localhost.example:3000")],
            &[
                ("host", "localhost:3000"),
                ("origin", "http://elsewhere.example"),
            ],
            &[
                ("host", "localhost:3000"),
                ("origin", "http://localhost:4000"),
            ],
            &[("host", "localhost:3000"), ("origin", "null")],
            &[("host", "localhost:3000"), ("sec-fetch-site", "cross-site")],
            &[("host", "localhost:3000"), ("x-forwarded-for", "192.0.2.1")],
            &[
                ("host", "localhost:3000"),
                ("content-type", "text/plain;charset=utf-8"),
            ],
        ] {
            assert!(!local(refused), "{refused:?}");
        }
        let from_elsewhere = Guard::default().check(
            &Method::PUT,
            &headers(&[("host", "localhost:3000")]),
            Some("192.0.2.1".parse().unwrap()),
        );
        assert_eq!(from_elsewhere.unwrap_err().code, "forbidden");
        let unknown = Guard::default().check(&Method::PUT, &HeaderMap::new(), None);
        assert!(unknown.is_err());
    }

    #[test]
    fn a_page_says_who_may_write() {
        let access = |guard: &Guard, pairs: &[(&'static str, &'static str)], peer: &str| {
            guard.access(&headers(pairs), Some(peer.parse().unwrap()))
        };
        let open = Guard::default();
        // A page may be reached by a link from another website.
        let linked = [("host", "localhost:3000"), ("sec-fetch-site", "cross-site")];
        assert_eq!(access(&open, &linked, "127.0.0.1"), Access::Open);
        let closed = access(&open, &linked, "192.0.2.1");
        assert!(matches!(closed, Access::Closed(why) if why.contains("another machine")));
        let keyed = Guard::new(Some("secret".into()));
        assert_eq!(access(&keyed, &[], "192.0.2.1"), Access::WithKey);
    }

    #[test]
    fn with_a_key_only_the_key_counts() {
        let guard = Guard::new(Some("secret".into()));
        let check = |pairs: &[(&'static str, &'static str)]| {
            let peer = Some("192.0.2.1".parse().unwrap());
            guard.check(&Method::PUT, &headers(pairs), peer)
        };
        assert!(check(&[("authorization", "Bearer secret")]).is_ok());
        for refused in [
            "Bearer secre",
            "Bearer secret2",
            "secret",
            "Basic secret",
            "Bearer ",
        ] {
            let headers = headers(&[("authorization", refused)]);
            let peer = Some("127.0.0.1".parse().unwrap());
            let refused = guard.check(&Method::PUT, &headers, peer).unwrap_err();
            assert_eq!(refused.code, "unauthorized");
        }
        assert_eq!(check(&[]).unwrap_err().code, "unauthorized");
    }
}
