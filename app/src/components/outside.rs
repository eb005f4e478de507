//! Closing what is open when the page is clicked elsewhere.

use leptos::ev::{MouseEvent, click};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

/// Closes the open element that a selector finds when the page is clicked outside of it.
pub fn close_outside(open: &'static str) {
    Effect::new(move || {
        let close = move |event: MouseEvent| {
            let Ok(Some(element)) = document().query_selector(open) else {
                return;
            };
            let target = event.target().and_then(|at| at.dyn_into::<Element>().ok());
            // What was just removed from the element is nowhere.
            let target = target.filter(|target| target.is_connected());
            let inside = target.map(|target| target.closest(open).ok().flatten().is_some());
            if inside == Some(false) {
                let _ = element.remove_attribute("open");
            }
        };
        let listener = window_event_listener(click, close);
        on_cleanup(move || listener.remove());
    });
}
