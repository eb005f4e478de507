//! The names by which this server may be addressed. A website can make its own name lead to an
//! address of this machine or network (DNS rebinding); then a browser takes this server's responses
//! for that website's, and lets its pages read them. An IP address or localhost cannot be made to
//! lead elsewhere.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::Response;

use super::error::Failure;

/// Stands for all names.
const ALL: &str = "*";

/// The names that are allowed besides localhost.
#[derive(Debug, Clone)]
pub struct Hosts(Arc<[String]>);

impl Hosts {
    /// Allows these names, written without port.
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| plain(name)).collect())
    }

    /// Whether the server may be addressed in this way, as a `Host` header writes it.
    fn allows(&self, host: &str) -> bool {
        let name = plain(without_port(host));
        name == "localhost"
            || name.parse::<IpAddr>().is_ok()
            || self.0.iter().any(|known| *known == name || known == ALL)
    }
}

/// Rejects requests that are addressed to another name. Only a program leaves the name out, and no
/// website can make it do so.
pub async fn check(
    State(hosts): State<Hosts>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let mut names = Vec::new();
    for host in request.headers().get_all(header::HOST) {
        names.push(host.to_str().unwrap_or_default());
    }
    names.extend(request.uri().authority().map(Authority::as_str));
    if let Some(other) = names.into_iter().find(|name| !hosts.allows(name)) {
        return Err(Failure::new(
            "forbidden",
            format!(
                "the request is addressed to '{other}', which is not known as a name of this \
                 server; if it is one, add it to the setting `hosts` of [server] or to \
                 PARALLAX_HOSTS"
            ),
        ));
    }
    Ok(next.run(request).await)
}

/// The name or the address in a `Host` header.
pub fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return address;
    }
    match host.rsplit_once(':') {
        // An IPv6 address without brackets has no port.
        Some((name, _)) if !name.contains(':') => name,
        _ => host,
    }
}

/// A name in the form in which two are compared.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn only_known_names_lead_here() {
        let hosts = Hosts::new(&["Search.example".into()]);
        for allowed in [
            "localhost",
            "LOCALHOST:3000",
            "localhost.",
            "127.0.0.1:3000",
            "192.0.2.1",
            "[::1]:3000",
            "[2001:db8::1]",
            "search.example",
            "search.example.:443",
        ] {
            assert!(hosts.allows(allowed), "{allowed}");
        }
        for refused in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:3000",
            "search.example.evil.example",
            "search.example@evil.example",
            "evil.example:80:80",
            "[evil.example]",
        ] {
            assert!(!hosts.allows(refused), "{refused}");
        }
        assert!(Hosts::new(&["*".into()]).allows("any.example:1"));
    }
}
