//! A request to the API, and its answer or the problem it reported.

use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Uint8Array;
use web_sys::{AbortController, Blob, Headers, RequestInit, Response};

use super::session::kept_key;
use crate::json;
use crate::problem::Problem;

/// The wrapper the API puts around a problem.
#[derive(Deserialize)]
struct Failure {
    error: Problem,
}

/// Aborts the request when its future is dropped; no effect on a finished request.
struct EndedWhenDropped(AbortController);

impl Drop for EndedWhenDropped {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is sent along with a request.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// Nothing.
    None,
    /// A file, which the browser reads while sending it.
    File(&'a Blob),
    /// JSON.
    Json(&'a str),
    /// JSON, and the key by which the server knows the request again if it is sent twice.
    Once(&'a str, &'a str),
}

/// Sends a request, with the API key if one was given.
///
/// # Errors
/// Those of the API, and `unreachable` if there was no answer from it.
pub async fn send(method: &str, address: &str, body: Body<'_>) -> Result<String, Problem> {
    let (response, _end) = response(method, address, body).await?;
    let text = text_of(&response).await?;
    accepted(response.ok(), text)
}

/// Fetches a file, with the API key if one was given.
///
/// # Errors
/// As for [`send`].
pub async fn fetch_file(address: &str) -> Result<Blob, Problem> {
    let (response, _end) = response("GET", address, Body::None).await?;
    if !response.ok() {
        return Err(failure(&text_of(&response).await?));
    }
    let file = response.blob().map_err(|_| no_answer())?;
    let file = JsFuture::from(file).await.map_err(|_| no_answer())?;
    file.dyn_into().map_err(|_| no_answer())
}

/// Fetches an array of bytes, with the API key if one was given.
///
/// # Errors
/// As for [`send`].
pub async fn fetch_bytes(address: &str) -> Result<Vec<u8>, Problem> {
    let (response, _end) = response("GET", address, Body::None).await?;
    if !response.ok() {
        return Err(failure(&text_of(&response).await?));
    }
    let bytes = response.array_buffer().map_err(|_| no_answer())?;
    let bytes = JsFuture::from(bytes).await.map_err(|_| no_answer())?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// Sends a request. Its body can be read until the guard is dropped.
async fn response(
    method: &str,
    address: &str,
    body: Body<'_>,
) -> Result<(Response, EndedWhenDropped), Problem> {
    let controller = AbortController::new().map_err(|_| no_answer())?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&controller.signal()));
    let kind = match body {
        Body::None => None,
        Body::File(_) => Some("application/octet-stream"),
        Body::Json(_) | Body::Once(..) => Some("application/json"),
    };
    let headers = headers(kind)?;
    if let Body::Once(_, key) = body {
        let _ = headers.set("idempotency-key", key);
    }
    init.set_headers(headers.as_ref());
    match body {
        Body::None => {}
        Body::File(file) => init.set_body(file),
        Body::Json(text) | Body::Once(text, _) => init.set_body(&text.into()),
    }
    let end = EndedWhenDropped(controller);
    let asked = window().fetch_with_str_and_init(address, &init);
    let response = JsFuture::from(asked).await.map_err(|_| no_answer())?;
    let response = response.dyn_into().map_err(|_| no_answer())?;
    Ok((response, end))
}

async fn text_of(response: &Response) -> Result<String, Problem> {
    let text = response.text().map_err(|_| no_answer())?;
    let text = JsFuture::from(text).await.map_err(|_| no_answer())?;
    Ok(text.as_string().unwrap_or_default())
}

/// The text of an answer, if it is not a problem.
pub fn accepted(ok: bool, text: String) -> Result<String, Problem> {
    if ok { Ok(text) } else { Err(failure(&text)) }
}

fn failure(text: &str) -> Problem {
    let failure = json::read::<Failure>(text);
    failure.map_or_else(|_| no_api(), |failure| failure.error)
}

/// Like [`send`], but parses the answer as JSON.
pub async fn ask<T: DeserializeOwned>(
    method: &str,
    address: &str,
    body: Body<'_>,
) -> Result<T, Problem> {
    let text = send(method, address, body).await?;
    read(&text)
}

/// Parses an answer.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    json::read(text).map_err(|_| no_api())
}

fn headers(kind: Option<&str>) -> Result<Headers, Problem> {
    let headers = Headers::new().map_err(|_| no_answer())?;
    if let Some(kind) = kind {
        let _ = headers.set("content-type", kind);
    }
    if let Some(key) = kept_key() {
        headers
            .set("authorization", &format!("Bearer {key}"))
            .map_err(|_| unusable_key())?;
    }
    Ok(headers)
}

/// The problem with a key that cannot be sent.
pub fn unusable_key() -> Problem {
    Problem {
        code: "unauthorized".into(),
        message: "The key contains characters that no key can have; type it again.".into(),
    }
}

/// The problem that nothing came back.
pub fn no_answer() -> Problem {
    Problem {
        code: "unreachable".into(),
        message: "The server did not answer, or the file could no longer be read.".into(),
    }
}

/// Something other than the API answered, such as a proxy with its own error page.
fn no_api() -> Problem {
    Problem {
        code: "unreachable".into(),
        message: "The response did not come from this server.".into(),
    }
}
