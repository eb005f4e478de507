//! An upload that tells how far it is. `fetch` does not report that in any browser, so this uses
//! the older kind of request.

use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, Promise};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use super::request::{accepted, no_answer, unusable_key};
use super::session::kept_key;
use crate::problem::Problem;

/// Ends the request when its future is dropped; no effect on a finished request.
struct EndedWhenDropped(XmlHttpRequest);

impl Drop for EndedWhenDropped {
    fn drop(&mut self) {
        if let Ok(upload) = self.0.upload() {
            upload.set_onprogress(None);
        }
        let _ = self.0.abort();
    }
}

/// Sends a file, and reports how many of its bytes have been sent, and of how many. Returns the
/// text of the answer.
///
/// # Errors
/// Those of the API, and `unreachable` if there was no answer from it.
pub async fn upload(
    method: &str,
    address: &str,
    file: &Blob,
    told: Box<dyn Fn(f64, f64)>,
) -> Result<String, Problem> {
    let request = XmlHttpRequest::new().map_err(|_| no_answer())?;
    request.open(method, address).map_err(|_| no_answer())?;
    let _ = request.set_request_header("content-type", "application/octet-stream");
    if let Some(key) = kept_key() {
        request
            .set_request_header("authorization", &format!("Bearer {key}"))
            .map_err(|_| unusable_key())?;
    }
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        told(event.loaded(), event.total());
    });
    let sending = request.upload().map_err(|_| no_answer())?;
    sending.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    // The promise's functions are the listeners.
    let ended = Promise::new(&mut |answered: Function, failed: Function| {
        request.set_onload(Some(&answered));
        request.set_onerror(Some(&failed));
        request.set_onabort(Some(&failed));
    });
    // Declared after the closure, so that it is dropped before it.
    let request = EndedWhenDropped(request);
    let sent = request.0.send_with_opt_blob(Some(file));
    sent.map_err(|_| no_answer())?;
    JsFuture::from(ended).await.map_err(|_| no_answer())?;
    let status = request.0.status().map_err(|_| no_answer())?;
    let text = request.0.response_text().map_err(|_| no_answer())?;
    accepted((200..300).contains(&status), text.unwrap_or_default())
}
