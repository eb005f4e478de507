//! Waiting.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Promise;

/// Waits for some milliseconds, counted from this call.
pub fn pause(milliseconds: i32) -> impl Future<Output = ()> {
    let over = Promise::new(&mut |over, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&over, milliseconds);
    });
    async {
        let _ = JsFuture::from(over).await;
    }
}
