//! Requests that come from this machine, and requests that come from the service's own page.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Method, header};

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

/// Whether a request comes from this machine, and not from a page of another website or through a
/// proxy.
///
/// # Errors
/// Why not.
pub fn check(method: &Method, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<(), String> {
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
    let kind = essence(headers).to_ascii_lowercase();
    if *method == Method::POST && OF_FORMS.contains(&kind.as_str()) {
        return Err(format!(
            "a form on another website could send the content type {kind} (send a file as \
             application/octet-stream)"
        ));
    }
    Ok(())
}

/// Whether a browser sent a request because a page of this service asked it to, or the reader did.
/// `None` if the request does not say: it does not come from a browser then.
pub fn is_of_this_site(headers: &HeaderMap) -> Option<bool> {
    // A browser leaves the first out where there is no TLS, and cannot be made to send a wrong one.
    if let Some(site) = text(headers, "sec-fetch-site") {
        return Some(["same-origin", "none"].contains(&site));
    }
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or_default();
    let own = origin.split_once("://").map(|(_, of)| of);
    Some(own.is_some() && own == text(headers, header::HOST.as_str()))
}

/// The content type of a request or an answer, as it is given; empty if it is not.
pub fn content_type(headers: &HeaderMap) -> &str {
    text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default()
}

/// The content type without its parameters.
pub fn essence(headers: &HeaderMap) -> &str {
    let kind = content_type(headers).split(';').next();
    kind.unwrap_or_default().trim()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a `Host` header names this machine by a name that no other machine can have.
fn is_local(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
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
        check(&Method::POST, &headers(pairs), peer).is_ok()
    }

    #[test]
    fn only_this_machine_itself_is_local() {
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
        let here = headers(&[("host", "localhost:3000")]);
        let elsewhere = Some("192.0.2.1".parse().unwrap());
        assert!(check(&Method::PUT, &here, elsewhere).is_err());
        assert!(check(&Method::PUT, &here, None).is_err());
    }

    #[test]
    fn a_request_of_another_websites_page_is_recognised() {
        let host = ("host", "a.example");
        for (pairs, expected) in [
            (&[host][..], None),
            (&[host, ("sec-fetch-site", "same-origin")], Some(true)),
            (&[host, ("sec-fetch-site", "same-site")], Some(false)),
            (&[host, ("sec-fetch-site", "cross-site")], Some(false)),
            (&[host, ("origin", "https://a.example")], Some(true)),
            (&[host, ("origin", "https://b.example")], Some(false)),
            (&[host, ("origin", "null")], Some(false)),
            (&[("origin", "null")], Some(false)),
        ] {
            assert_eq!(is_of_this_site(&headers(pairs)), expected, "{pairs:?}");
        }
    }
}
