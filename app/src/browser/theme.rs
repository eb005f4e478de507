//! Noticing that the page is drawn in another theme: because the reader chose it, or the system did.

use leptos::prelude::{document, on_cleanup, window};
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::js_sys::{Array, Function};
use web_sys::{MutationObserver, MutationObserverInit};

/// Calls a function whenever the theme may have changed, until the current owner is gone.
pub fn on_theme_change(then: impl Fn() + 'static) {
    let then: Function = Closure::<dyn Fn()>::new(then)
        .into_js_value()
        .unchecked_into();
    let system = window()
        .match_media("(prefers-color-scheme: dark)")
        .ok()
        .flatten();
    if let Some(system) = &system {
        let _ = system.add_event_listener_with_callback("change", &then);
    }
    let chosen = MutationObserver::new(&then).ok();
    if let (Some(chosen), Some(root)) = (&chosen, document().document_element()) {
        let init = MutationObserverInit::new();
        init.set_attribute_filter(&Array::of1(&"data-theme".into()));
        let _ = chosen.observe_with_options(&root, &init);
    }
    on_cleanup(move || {
        if let Some(system) = system {
            let _ = system.remove_event_listener_with_callback("change", &then);
        }
        if let Some(chosen) = chosen {
            chosen.disconnect();
        }
    });
}
