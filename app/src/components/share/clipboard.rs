//! The clipboard.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// Copies a text; returns whether that worked.
pub async fn copied(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Pages that are not served over https have no clipboard.
    match clipboard.is_undefined() {
        true => false,
        false => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
    }
}
