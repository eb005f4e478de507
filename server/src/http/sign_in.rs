//! Signing in and out on the page, with a form and a cookie, so that pages can be read with a key, and
//! without a script.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::error::Failure;
use super::guard::{asked, refusal};
use super::path_here::is_path_here;
use super::sign_in_form::{Shown, sign_in_form};
use crate::keys::{COOKIE, Keys, LASTS, is_of_this_site};

/// More than a key and a path.
const MAX_FORM_BYTES: usize = 16 << 10;

/// The routes.
pub fn router(keys: Arc<Keys>) -> Router {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(keys)
}

async fn form(
    State(keys): State<Arc<Keys>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let given = Given::read(query.unwrap_or_default().as_bytes());
    match keys.signed_in(&headers) {
        Some(key) => sign_in_form(&given.to, &Shown::SignedIn(&key)),
        None => sign_in_form(&given.to, &Shown::Opened),
    }
}

async fn sign_in(State(keys): State<Arc<Keys>>, parts: Parts, body: Bytes) -> Response {
    let headers = &parts.headers;
    if let Err(refused) = check_site(headers) {
        return refused.into_response();
    }
    let given = Given::read(&body);
    let token = match keys.sign_in(&asked(&parts, None), &given.key) {
        Ok(token) => token,
        Err(refused) => {
            let mut form = sign_in_form(&given.to, &Shown::Refused(&refused.problem));
            let waits = refusal(refused).headers_mut().remove(header::RETRY_AFTER);
            if let Some(wait) = waits {
                form.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            return form;
        }
    };
    keys.sign_out(headers);
    let origin = headers.get(header::ORIGIN);
    let tls = origin.is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let secure = if tls { "; Secure" } else { "" };
    let seconds = LASTS.as_secs();
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    go(&given.to, &cookie)
}

async fn sign_out(State(keys): State<Arc<Keys>>, headers: HeaderMap) -> Response {
    if let Err(refused) = check_site(&headers) {
        return refused.into_response();
    }
    keys.sign_out(&headers);
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    go("/sign-in", &cookie)
}

/// Another website must not sign a reader in as somebody else, or out.
fn check_site(headers: &HeaderMap) -> Result<(), Failure> {
    if is_of_this_site(headers) == Some(false) {
        let message = "the form was sent by a page of another website";
        return Err(Failure::new("forbidden", message));
    }
    Ok(())
}

/// What the form or a link to it says.
struct Given {
    key: String,
    to: String,
}

impl Given {
    fn read(form: &[u8]) -> Self {
        let mut given = Self {
            key: String::new(),
            to: "/".into(),
        };
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "key" => value.trim().clone_into(&mut given.key),
                "to" if is_path_here(&value) => given.to = value.into_owned(),
                _ => {}
            }
        }
        given
    }
}

/// Sets a cookie, and goes to a page here.
fn go(to: &str, cookie: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(header::LOCATION, to);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}
