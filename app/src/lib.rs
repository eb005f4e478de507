//! The Parallax web page. It is rendered on the server (feature `ssr`) and hydrated in the
//! browser (feature `hydrate`); the two are never built together. Its state is in its URL, and
//! everything works without JavaScript too, except changes to the collections, for which the
//! browser calls the API.
//!
//! The server puts two things into the context, for pages and server functions alike: a
//! [`backend::SharedBackend`], and leptos_axum's response options, through which the page sets
//! its status.

// A page is a single type, nested as deeply as its elements.
#![recursion_limit = "512"]

pub mod access;
mod address;
mod answers;
mod app;
#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
mod components;
#[cfg(feature = "ssr")]
pub mod files;
pub mod functions;
mod importing;
mod json;
mod languages;
mod lazy;
mod mapping;
mod marks;
mod navigation;
mod nearest;
pub mod numbers;
mod origin;
mod pages;
mod paths;
mod pictures;
pub mod problem;
mod record_address;
#[cfg(feature = "ssr")]
mod security;
mod sending;
mod settings;
#[cfg(feature = "ssr")]
mod shell;
mod snippet;
#[cfg(feature = "ssr")]
mod social;
mod state;
mod wording;
mod writing;

pub use app::App;
pub use problem::Problem;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// Loads what else the served page needs, and hydrates it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // Leptos has no executor until the page is mounted.
    wasm_bindgen_futures::spawn_local(async {
        // Without its code, the page stays as it is without JavaScript.
        if lazy::load_drawn().await.is_ok() {
            leptos::mount::hydrate_body(App);
            lazy::load_links_ahead();
        }
    });
}
