//! Which addresses in records the page may load or link. Pictures are the only thing on a page that
//! comes from other hosts, and the reader can refuse them; the choice is in a cookie, so that the
//! server knows it before anything is drawn. Nothing that points back at this server's API or pages
//! is loaded, and nothing that points at its API is linked: showing a record must not make requests.

use leptos::prelude::use_context;

use crate::record_address::unescaped;

/// The endings of the names of pictures.
const ENDINGS: [&str; 9] = [
    "svg", "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp",
];

/// The first segments of the paths that the API has, and the pages.
const API: [&str; 2] = ["api", "fn"];
const PAGES: [&str; 14] = [
    "",
    "c",
    "about",
    "ask",
    "collections",
    "explore",
    "judge",
    "lab",
    "map",
    "recommend",
    "record",
    "values",
    "why",
    // Drawn for each request.
    "card.png",
];

/// What a page may load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures {
    /// The name of this server, as the reader called it; empty if unknown.
    pub host: String,
    /// Whether pictures from other hosts are refused.
    pub own_only: bool,
}

impl Pictures {
    /// What applies to this page.
    pub fn here() -> Self {
        use_context().unwrap_or_default()
    }

    /// What applies to the page that is being rendered, from the request for it.
    #[cfg(feature = "ssr")]
    pub fn of_page() -> Self {
        use http::header::{COOKIE, HOST};
        let Some(request) = use_context::<http::request::Parts>() else {
            return Self::default();
        };
        let header = |name| request.headers.get(name)?.to_str().ok();
        let cookies = header(COOKIE).unwrap_or_default();
        let host = header(HOST).or(request.uri.host());
        Self {
            host: name_of(host.unwrap_or_default()),
            own_only: cookies
                .split(';')
                .any(|cookie| cookie.trim() == "pictures=own"),
        }
    }

    /// What applies to this page, as the server wrote it into the document (shell.rs).
    #[cfg(not(feature = "ssr"))]
    pub fn of_page() -> Self {
        let root = leptos::prelude::document().document_element();
        let root = root.as_ref();
        Self {
            host: root
                .and_then(|root| root.get_attribute("data-host"))
                .unwrap_or_default(),
            own_only: root.is_some_and(|root| root.has_attribute("data-own-pictures")),
        }
    }

    /// Whether a record's picture is loaded. A picture of this server is a file, not an answer.
    pub fn allows(&self, image: &str) -> bool {
        match Place::of(image) {
            Some(Place { host, path }) if host.is_empty() || self.is_here(&host) => {
                let last = path
                    .rsplit('/')
                    .next()
                    .and_then(|name| name.rsplit_once('.'));
                let ending = last.map(|(_, ending)| ending.to_ascii_lowercase());
                is_file(&path) && ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
            }
            Some(_) => !self.own_only,
            None => false,
        }
    }

    /// Whether a record's link is drawn as one.
    pub fn links(&self, url: &str) -> bool {
        Place::of(url).is_some_and(|Place { host, path }| {
            let is_api_here = self.is_here(&host) && is_api(&path);
            !host.is_empty() && !is_api_here
        })
    }

    /// Whether a host is this server, or the reader's own machine, which may be it.
    fn is_here(&self, host: &str) -> bool {
        host == self.host
            || host == "localhost"
            || host.ends_with(".localhost")
            || host.starts_with("127.")
            || matches!(host, "[::1]" | "0.0.0.0" | "[::]")
    }
}

/// Where an address leads.
struct Place {
    /// The host's name in lower case, without its port; empty if it is this server's.
    host: String,
    /// The path, decoded.
    path: String,
}

impl Place {
    /// Reads a web address or a path as a browser does: it passes over line breaks, takes `\` for
    /// `/`, and does not count slashes before a host.
    fn of(address: &str) -> Option<Self> {
        let address: String = address
            .chars()
            .filter(|letter| !letter.is_ascii_control())
            .map(|letter| if letter == '\\' { '/' } else { letter })
            .collect();
        let address = address.trim();
        let (host, rest) = match address.split_once(':') {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
                if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
                    return None;
                }
                let rest = rest.trim_start_matches('/');
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let host = name_of(&unescaped(&rest[..end]));
                (Some(host).filter(|host| !host.is_empty())?, &rest[end..])
            }
            _ if address.starts_with("//") => return None,
            _ => (String::new(), address),
        };
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        Some(Self {
            host,
            path: unescaped(path),
        })
    }
}

/// The name in `user@name:port`.
fn name_of(authority: &str) -> String {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rfind(':').filter(|&at| !host[at..].contains(']'));
    let name = host[..port.unwrap_or(host.len())].trim_end_matches('.');
    name.to_ascii_lowercase()
}

/// Whether a path of this server may be one of its API.
fn is_api(path: &str) -> bool {
    climbs(path) || API.contains(&&*first_segment(path))
}

/// Whether a path of this server can be that of a file.
fn is_file(path: &str) -> bool {
    !is_api(path) && !PAGES.contains(&&*first_segment(path))
}

/// Whether a path leads elsewhere than it seems to.
fn climbs(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

fn first_segment(path: &str) -> String {
    let first = path.split('/').find(|segment| !segment.is_empty());
    first.unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Pictures {
        Pictures {
            host: "search.example".into(),
            own_only: false,
        }
    }

    #[test]
    fn pictures_of_other_hosts_are_loaded_unless_refused() {
        let refusing = Pictures {
            own_only: true,
            ..here()
        };
        for away in [
            "https://a.example/x",
            "HTTP://a.example/api/logo",
            "https://a.example",
        ] {
            assert!(here().allows(away) && !refusing.allows(away), "{away}");
        }
        for own in ["/logos/a.svg", "https://search.example/logos/a.PNG?v=2"] {
            assert!(here().allows(own) && refusing.allows(own), "{own}");
        }
    }

    #[test]
    fn nothing_that_points_at_the_api_is_loaded_or_linked() {
        for (path, api) in [
            ("/api/v1/collections/x/export", true),
            ("/api/search?q=a.png", true),
            ("/API/v1/a.png", true),
            ("/%61pi/a.png", true),
            ("/fn/search?a=.svg", true),
            ("/logos/../api/v1/a.png", true),
            ("/logos/%2e%2e/api/a.png", true),
            ("/c/books?q=x.png", false),
            ("/record/a.png", false),
            ("/why/a.png", false),
            ("/about/a.png", false),
            ("/card.png?q=a", false),
            ("/", false),
            ("/?q=a.png", false),
        ] {
            assert!(!here().allows(path), "{path}");
            for host in [
                "https://search.example",
                "http://SEARCH.example:3000",
                "http://me@search.example",
                "https:search.example",
                "https:\\\\search.example",
                "https://search.ex\nample",
                "http://localhost:3000",
                "http://127.0.0.1",
                "http://[::1]:80",
            ] {
                let address = format!("{host}{path}");
                assert!(!here().allows(&address), "{address}");
                assert_eq!(here().links(&address), !api, "{address}");
            }
        }
        assert!(here().links("https://a.example/api/v1"));
        assert!(here().links("https://search.example/logos/a.svg"));
    }

    #[test]
    fn what_is_no_web_address_is_nothing() {
        for bad in [
            "javascript:alert(1)",
            "data:image/png;base64,x",
            "//a.example/x.png",
            "http://",
            "",
        ] {
            assert!(!here().allows(bad) && !here().links(bad), "{bad}");
        }
    }
}
