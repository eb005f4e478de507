//! The address of this server, as the reader called it.

/// If the request does not say it.
#[cfg(feature = "ssr")]
const UNKNOWN: &str = "http://127.0.0.1:3000";

/// The longest name of a host, with its port.
#[cfg(feature = "ssr")]
const LONGEST: usize = 260;

/// The scheme and the host: `https://search.example`. Behind a proxy that ends TLS, the scheme is
/// what the proxy says (`X-Forwarded-Proto`).
#[cfg(feature = "ssr")]
pub fn origin() -> String {
    use http::header::HOST;
    let Some(request) = leptos::prelude::use_context::<http::request::Parts>() else {
        return UNKNOWN.into();
    };
    let header = |name: &str| request.headers.get(name)?.to_str().ok();
    let authority = request.uri.authority().map(http::uri::Authority::as_str);
    let host = header(HOST.as_str()).or(authority);
    origin_of(host, header("x-forwarded-proto"))
}

/// The same in the browser.
#[cfg(not(feature = "ssr"))]
pub fn origin() -> String {
    leptos::prelude::window()
        .location()
        .origin()
        .unwrap_or_default()
}

/// From the headers of a request. Nothing but a host's name and port gets into the page.
#[cfg(feature = "ssr")]
fn origin_of(host: Option<&str>, forwarded: Option<&str>) -> String {
    let is_host = |host: &&str| {
        let fits = (1..=LONGEST).contains(&host.len());
        fits && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
    };
    let Some(host) = host.filter(is_host) else {
        return UNKNOWN.into();
    };
    // A chain of proxies adds to the list; the first is the one that the reader called.
    let first = forwarded.and_then(|all| all.split(',').next());
    let scheme = match first.map(str::trim) {
        Some("https") => "https",
        _ => "http",
    };
    [scheme, "://", host].concat()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_what_the_reader_called() {
        assert_eq!(origin_of(Some("a.example:81"), None), "http://a.example:81");
        let behind = origin_of(Some("a.example"), Some("https, http"));
        assert_eq!(behind, "https://a.example");
        assert_eq!(
            origin_of(Some("[::1]:3000"), Some("ftp")),
            "http://[::1]:3000"
        );
    }

    #[test]
    fn no_header_gets_anything_else_into_the_page() {
        for host in [
            "",
            "a b",
            "a/b",
            "a\"><script>",
            "a@b",
            "a?b",
            "a#b",
            "\u{e4}",
        ] {
            assert_eq!(origin_of(Some(host), None), UNKNOWN, "{host}");
        }
        assert_eq!(origin_of(Some(&"a".repeat(300)), None), UNKNOWN);
        assert_eq!(origin_of(None, Some("https")), UNKNOWN);
    }
}
