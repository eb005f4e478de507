//! Decides whether a request is handled, and which collections it may see.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http::{HeaderMap, Method, header};
use parallax_app::Problem;
use parallax_app::access::Access;

use super::address::client;
use super::key::{Key, Role};
use super::keyring::Keyring;
use super::limits::{Limits, take};
use super::local;
use super::sessions::{COOKIE, Sessions};
use super::settings::Settings;
use super::sight::Sight;

/// The keys of the service, who is signed in with them, and how fast requests may come.
pub struct Keys {
    ring: Keyring,
    sessions: Sessions,
    limits: Limits,
    trusted: Vec<IpAddr>,
}

/// What is known of a request before its body is read.
pub struct Asked<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The address that it came from.
    pub peer: Option<IpAddr>,
    /// The collection that its path names.
    pub collection: Option<&'a str>,
}

/// A request that is handled.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// What it may see.
    pub sight: Sight,
    /// The caller's key, if one was needed or the caller is signed in.
    pub key: Option<Arc<Key>>,
}

/// A request that is not handled.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub problem: Problem,
    /// How long the caller must wait, if that helps.
    pub wait: Option<Duration>,
}

impl Refusal {
    fn new(code: &str, message: impl Into<String>) -> Self {
        let problem = Problem {
            code: code.into(),
            message: message.into(),
        };
        Self {
            problem,
            wait: None,
        }
    }

    fn too_fast(message: &str, wait: Duration) -> Self {
        Self {
            wait: Some(wait),
            ..Self::new("rate_limited", message)
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            ring: Keyring::default(),
            sessions: Sessions::default(),
            limits: Limits::new(&settings),
            trusted: settings.trusted_proxies,
        }
    }
}

impl Keys {
    /// The keys that the settings name, and those given by themselves.
    ///
    /// # Errors
    /// If the file cannot be read, or reading needs a key and there is none.
    pub fn new(settings: &Settings, single: Vec<Key>) -> Result<Self> {
        Ok(Self {
            ring: Keyring::new(settings, single)?,
            sessions: Sessions::default(),
            limits: Limits::new(settings),
            trusted: settings.trusted_proxies.clone(),
        })
    }

    /// Whether the service was started without any key.
    pub fn are_none(&self) -> bool {
        self.ring.is_keyless()
    }

    /// Whether reading needs a key.
    pub fn are_needed_to_read(&self) -> bool {
        self.ring.is_needed_to_read()
    }

    /// Whether a proxy between this caller and the service may say how it was called: a trusted one,
    /// or one on this machine.
    pub fn trust(&self, peer: Option<IpAddr>) -> bool {
        let peer = peer.map(|peer| peer.to_canonical());
        peer.is_none_or(|peer| peer.is_loopback() || self.trusted.contains(&peer))
    }

    /// Decides about a request that needs a role, or none.
    ///
    /// # Errors
    /// Why it is not handled.
    pub fn admit(&self, asked: &Asked<'_>, need: Option<Role>) -> Result<Admitted, Refusal> {
        let client = self.client(asked);
        let signed_in = self.signed_in(asked.headers);
        let open = !self.are_needed_to_read();
        let role = match need {
            Some(role) if role != Role::Search || !open => role,
            _ => {
                self.limit(client, signed_in.as_deref())?;
                let sight = match &signed_in {
                    _ if open => Sight::All,
                    Some(key) => key.sight(),
                    None => Sight::Nothing,
                };
                return Ok(Admitted {
                    sight,
                    key: signed_in,
                });
            }
        };
        if self.are_none() {
            self.limit(client, None)?;
            local::check(asked.method, asked.headers, asked.peer).map_err(closed)?;
            return Ok(Admitted {
                sight: Sight::All,
                key: None,
            });
        }
        let (key, by_cookie) = match (bearer(asked.headers), signed_in) {
            (Some(secret), _) => (self.verify(secret, client)?, false),
            (None, Some(key)) => (key, true),
            (None, None) => {
                self.limit(client, None)?;
                return Err(Refusal::new("unauthorized", NO_KEY));
            }
        };
        self.limit(client, Some(&key))?;
        check_rights(&key, role, asked.collection)?;
        let safe = [Method::GET, Method::HEAD].contains(asked.method);
        if by_cookie && !safe && local::is_of_this_site(asked.headers) != Some(true) {
            return Err(Refusal::new(
                "forbidden",
                "being signed in counts only for this service's own page; send the key as \
                 `Authorization: Bearer KEY`",
            ));
        }
        Ok(Admitted {
            sight: key.sight(),
            key: Some(key),
        })
    }

    /// Whether a caller may write, for a page to say so. What a browser sends along with the page says
    /// nothing about the page's own requests, so only the machine and the host's name count.
    pub fn access(&self, asked: &Asked<'_>) -> Access {
        if !self.are_none() {
            let signed_in = self.signed_in(asked.headers);
            return match signed_in {
                Some(key) if key.role >= Role::Write => Access::Open,
                _ => Access::WithKey,
            };
        }
        let mut headers = asked.headers.clone();
        headers.remove(header::ORIGIN);
        headers.remove(header::CONTENT_TYPE);
        headers.remove("sec-fetch-site");
        match local::check(&Method::POST, &headers, asked.peer) {
            Ok(()) => Access::Open,
            Err(why) => Access::Closed(why),
        }
    }

    /// Begins a session with a key, and returns its token.
    ///
    /// # Errors
    /// Why that is refused.
    pub fn sign_in(&self, asked: &Asked<'_>, secret: &str) -> Result<String, Refusal> {
        let key = self.verify(secret, self.client(asked))?;
        self.sessions.begin(key.digest).map_err(|error| {
            tracing::error!("{error:#}");
            Refusal::new("internal", "nobody can sign in; see the server's log")
        })
    }

    /// Ends the session of a request.
    pub fn sign_out(&self, headers: &HeaderMap) {
        if let Some(token) = token(headers) {
            self.sessions.end(token);
        }
    }

    /// The key that a browser is signed in with. It must still be one.
    pub fn signed_in(&self, headers: &HeaderMap) -> Option<Arc<Key>> {
        let key = self.sessions.key_of(token(headers)?)?;
        let key = self.ring.with_digest(&key)?;
        (!key.is_expired()).then_some(key)
    }

    /// Where a request comes from: behind a trusted proxy, where that got it from.
    pub fn client(&self, asked: &Asked<'_>) -> Option<IpAddr> {
        let peer = asked.peer?;
        Some(client(peer, asked.headers, &self.trusted))
    }

    /// The key with a secret.
    fn verify(&self, secret: &str, client: Option<IpAddr>) -> Result<Arc<Key>, Refusal> {
        let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let may = self.limits.may_send_key(client);
        may.map_err(|wait| Refusal::too_fast("too many wrong keys came from this address", wait))?;
        match self.ring.find(secret) {
            Some(key) if !key.is_expired() => Ok(key),
            Some(key) => {
                let message = format!("the key '{}' has expired; ask for a new one", key.name);
                Err(Refusal::new("unauthorized", message))
            }
            None => {
                self.limits.wrong_key(client);
                Err(Refusal::new(
                    "unauthorized",
                    "this is not a key of the service",
                ))
            }
        }
    }

    /// Counts a request against the limit of its key or, if that has none, of its address. Without an
    /// address, it does not come from a network.
    fn limit(&self, client: Option<IpAddr>, key: Option<&Key>) -> Result<(), Refusal> {
        let counted = match (key.and_then(|key| key.limit.as_ref()), client) {
            (Some(limit), _) => take(limit),
            (None, Some(client)) if !client.is_loopback() => self.limits.request(client),
            (None, _) => Ok(()),
        };
        counted.map_err(|wait| Refusal::too_fast("requests come too fast", wait))
    }
}

const NO_KEY: &str = "this request needs a key of the service, as `Authorization: Bearer KEY`";

/// What a caller without a key is told who sees nothing.
pub fn needs_key() -> Problem {
    Problem {
        code: "unauthorized".into(),
        message: NO_KEY.into(),
    }
}

fn closed(why: String) -> Refusal {
    let message =
        format!("{why}; unless the service has a key, it accepts writes only from this machine");
    Refusal::new("forbidden", message)
}

/// Whether a key is good for a role and a collection. That does not depend on whether the collection
/// exists.
fn check_rights(key: &Key, role: Role, collection: Option<&str>) -> Result<(), Refusal> {
    let Key {
        name, role: has, ..
    } = key;
    if *has < role {
        let message = format!("this needs a key with the role {role}, and '{name}' has {has}");
        return Err(Refusal::new("forbidden", message));
    }
    match collection {
        Some(collection) if !key.sight().includes(collection) => {
            let message = format!("the key '{name}' is not for the collection '{collection}'");
            Err(Refusal::new("forbidden", message))
        }
        _ => Ok(()),
    }
}

/// The key that a program sends: as a bearer token or, as Qdrant's clients do, as `api-key`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let given = text("authorization").and_then(|given| given.split_once(' '));
    let bearer = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let key = bearer.map(|(_, key)| key).or_else(|| text("api-key"));
    key.map(str::trim)
}

/// The token of a browser's session.
fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|all| all.to_str().ok())
        .flat_map(|all| all.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
