//! Asks for the key that a request needs, before anything of its body is read, and says which answers
//! others may keep.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, OriginalUri, RawPathParams};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parallax_app::access::Access;

use super::body::skip;
use super::error::{self, Failure};
use super::sign_in_form::{Shown, sign_in_form};
use crate::caller::Caller;
use crate::keys::needs::{self, Need};
use crate::keys::{Admitted, Asked, Keys, Refusal, Role};

/// How much of the body of a refused request is read, and for how long. A browser that is still sending
/// when the connection is closed reports a network error, not the answer.
const READ_ON: (u64, Duration) = (4 << 20, Duration::from_secs(2));

/// Why a browser may make a request to the API: a script asked for it, or the reader opened it.
const ASKED_FOR: [&str; 2] = ["empty", "document"];

/// The headers that answers depend on.
const BY_CALLER: &str = "authorization, api-key, cookie";

/// What a request must satisfy.
#[derive(Clone, Default)]
pub struct Guard(Arc<Keys>);

/// The parts of the service, which are guarded differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Each route needs what the table says.
    Api,
    /// Pages need what reading needs. Their functions say themselves that they need it.
    Page,
    /// Files of the page are open, and so is a page that says that there is no such file.
    Files,
}

impl Guard {
    /// A guard that asks for these keys.
    pub fn with(keys: Arc<Keys>) -> Self {
        Self(keys)
    }

    /// A guard that asks for one key, if there is one, to write anything.
    #[cfg(test)]
    pub fn new(key: Option<String>) -> Self {
        use crate::keys::{Key, Settings};
        let key = key.map(|key| Key::of_all("key", &key));
        let keys = Keys::new(&Settings::default(), key.into_iter().collect());
        Self::with(Arc::new(keys.unwrap()))
    }

    /// The keys.
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.0)
    }

    /// Whether whoever asked for a page may write, for the page to say so.
    pub fn access(&self, parts: &Parts) -> Access {
        self.0.access(&asked(parts, None))
    }
}

/// What is known of a request.
pub fn asked<'a>(parts: &'a Parts, collection: Option<&'a str>) -> Asked<'a> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    Asked {
        method: &parts.method,
        headers: &parts.headers,
        peer: peer.map(|ConnectInfo(peer)| peer.ip()),
        collection,
    }
}

/// Refuses requests that may not be made, and lets others see what they may.
pub async fn guard(
    State((Guard(keys), part)): State<(Guard, Part)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = parts.extensions.get::<Caller>();
    if let (Some(caller), Some(address)) = (caller, keys.client(&asked(&parts, None))) {
        caller.comes_from(address);
    }
    let admitted = match admitted(&keys, part, &mut parts).await {
        Ok(admitted) => admitted,
        Err(mut response) => {
            if !keys.are_none() {
                let headers = response.headers_mut();
                headers.append(header::VARY, HeaderValue::from_static(BY_CALLER));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            // A client that waits to be told to send its body is not told so.
            if !parts.headers.contains_key(header::EXPECT) {
                read_on(body);
            }
            return *response;
        }
    };
    if !keys.trust(asked(&parts, None).peer) {
        // Pages name their own address in links for others, so a caller must not choose it.
        parts.headers.remove("x-forwarded-proto");
    }
    let private = admitted.key.is_some() || keys.are_needed_to_read();
    let sight = admitted.sight;
    parts.extensions.insert(sight.clone());
    let mut response = sight
        .during(next.run(Request::from_parts(parts, body)))
        .await;
    if !keys.are_none() && (part != Part::Files || is_page(response.headers())) {
        keep_private(response.headers_mut(), private);
    }
    response
}

/// Whether a request may be made; otherwise, the answer to it.
async fn admitted(keys: &Keys, part: Part, parts: &mut Parts) -> Result<Admitted, Box<Response>> {
    let boxed = |failure: Failure| Box::new(failure.into_response());
    let function = part == Part::Page && parts.uri.path().starts_with("/fn/");
    if part == Part::Api || function {
        check_purpose(&parts.headers).map_err(boxed)?;
    }
    let path = parts.extensions.get::<MatchedPath>().cloned();
    let need = match (part, &path) {
        (Part::Api, Some(path)) => needs::of(&parts.method, path.as_str()),
        (Part::Page, _) if !function => Need::Role(Some(Role::Search)),
        _ => Need::Role(None),
    };
    let role = match need {
        Need::Role(role) => role,
        Need::OtherMethod => {
            let uri = OriginalUri(parts.uri.clone());
            let failure = error::method_not_allowed(parts.method.clone(), uri).await;
            let mut response = failure.into_response();
            let methods = needs::methods(path.as_ref().map_or("", MatchedPath::as_str));
            if let Ok(methods) = HeaderValue::from_str(&methods) {
                response.headers_mut().insert(header::ALLOW, methods);
            }
            return Err(Box::new(response));
        }
    };
    let named = match part {
        Part::Api => RawPathParams::from_request_parts(parts, &()).await.ok(),
        Part::Page | Part::Files => None,
    };
    let mut named = named.iter().flatten();
    let collection = named.find_map(|(name, value)| (name == "name").then_some(value));
    let refused = match keys.admit(&asked(parts, collection), role) {
        Ok(admitted) => return Ok(admitted),
        Err(refused) => refused,
    };
    let wants_page = part == Part::Page && accepts_page(&parts.headers);
    let response = if wants_page && refused.problem.status() == 401 {
        let here = parts.uri.path_and_query();
        sign_in_form(here.map_or("/", |here| here.as_str()), &Shown::Needed)
    } else {
        refusal(refused)
    };
    Err(Box::new(response))
}

/// The answer to a request that is refused.
pub fn refusal(Refusal { problem, wait }: Refusal) -> Response {
    let unauthorized = problem.status() == 401;
    let mut response = Failure::from(problem).into_response();
    let headers = response.headers_mut();
    if unauthorized {
        let scheme = HeaderValue::from_static("Bearer");
        headers.insert(header::WWW_AUTHENTICATE, scheme);
    }
    if let Some(wait) = wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    response
}

/// Refuses what a browser asks for to show it within a page: the picture of a record must not make
/// requests to the API.
fn check_purpose(headers: &HeaderMap) -> Result<(), Failure> {
    let purpose = headers.get("sec-fetch-dest");
    let purpose = purpose.and_then(|purpose| purpose.to_str().ok());
    match purpose {
        Some(purpose) if !ASKED_FOR.contains(&purpose) => Err(Failure::new(
            "forbidden",
            format!("the API answers programs, not pages that embed an answer as {purpose}"),
        )),
        _ => Ok(()),
    }
}

/// Lets nobody but the caller keep an answer, or only those who send the same credentials.
fn keep_private(headers: &mut HeaderMap, private: bool) {
    headers.append(header::VARY, HeaderValue::from_static(BY_CALLER));
    if !private {
        return;
    }
    let kept = headers.get(header::CACHE_CONTROL);
    let kept = kept.and_then(|kept| kept.to_str().ok()).unwrap_or_default();
    let limits = kept.split(',').map(str::trim);
    let mut limits: Vec<&str> = limits
        .filter(|limit| !limit.is_empty() && !["public", "private"].contains(limit))
        .collect();
    if limits.contains(&"no-store") {
        return;
    }
    limits.insert(0, "private");
    let limits = HeaderValue::from_str(&limits.join(", "));
    let limits = limits.unwrap_or(HeaderValue::from_static("private"));
    headers.insert(header::CACHE_CONTROL, limits);
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn accepts_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

/// Reads on for a moment while the answer is sent.
fn read_on(mut body: Body) {
    if body.is_end_stream() {
        return;
    }
    let (most, time) = READ_ON;
    tokio::spawn(tokio::time::timeout(time, async move {
        skip(&mut body, most).await;
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_was_needed_for_is_kept_by_nobody_else() {
        let kept = |before: &str, private| {
            let mut headers = HeaderMap::new();
            if !before.is_empty() {
                headers.insert(header::CACHE_CONTROL, before.parse().unwrap());
            }
            keep_private(&mut headers, private);
            assert_eq!(headers[header::VARY], BY_CALLER);
            let kept = headers.get(header::CACHE_CONTROL);
            kept.map(|kept| kept.to_str().unwrap().to_owned())
        };
        // As social cards are sent.
        let card = Some("private, max-age=3600".to_owned());
        assert_eq!(kept("public, max-age=3600", true), card);
        assert_eq!(kept("", true), Some("private".into()));
        assert_eq!(kept("private", true), Some("private".into()));
        assert_eq!(kept("no-store", true), Some("no-store".into()));
        assert_eq!(kept("public", false), Some("public".into()));
        assert_eq!(kept("", false), None);
    }
}
