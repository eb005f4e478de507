//! A request to the API, and its answer or the problem it reported.

use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, Headers, RequestInit, Response};

use super::session::kept_key;
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

/// Sends a request, with an optional file as the body, and with the API key if one was given.
/// The browser reads the body while sending it.
///
/// # Errors
/// Those of the API, and `unreachable` if there was no answer from it.
pub async fn send(method: &str, address: &str, body: Option<&Blob>) -> Result<String, Problem> {
    let controller = AbortController::new().map_err(|_| no_answer())?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&controller.signal()));
    init.set_headers(headers(body.is_some())?.as_ref());
    if let Some(body) = body {
        init.set_body(body);
    }
    let _end = EndedWhenDropped(controller);
    let asked = window().fetch_with_str_and_init(address, &init);
    let response = JsFuture::from(asked).await.map_err(|_| no_answer())?;
    let response: Response = response.dyn_into().map_err(|_| no_answer())?;
    let text = response.text().map_err(|_| no_answer())?;
    let text = JsFuture::from(text).await.map_err(|_| no_answer())?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() {
        return Ok(text);
    }
    let failure = serde_json::from_str::<Failure>(&text);
    Err(failure.map_or_else(|_| no_api(), |failure| failure.error))
}

/// Like [`send`], but parses the answer as JSON.
pub async fn ask<T: DeserializeOwned>(
    method: &str,
    address: &str,
    body: Option<&Blob>,
) -> Result<T, Problem> {
    let text = send(method, address, body).await?;
    serde_json::from_str(&text).map_err(|_| no_api())
}

fn headers(with_body: bool) -> Result<Headers, Problem> {
    let headers = Headers::new().map_err(|_| no_answer())?;
    if with_body {
        let _ = headers.set("content-type", "application/octet-stream");
    }
    if let Some(key) = kept_key() {
        headers
            .set("authorization", &format!("Bearer {key}"))
            .map_err(|_| Problem {
                code: "unauthorized".into(),
                message: "The key contains characters that no key can have; type it again.".into(),
            })?;
    }
    Ok(headers)
}

fn no_answer() -> Problem {
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
