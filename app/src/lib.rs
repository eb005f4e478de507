//! The page of Parallax. It is rendered on the server (feature `ssr`) and brought to life in
//! the browser (feature `hydrate`); the two are never built together. What it shows is in
//! its URL, and everything on it works without JavaScript too, but for what changes the
//! collections: that is the browser's own talk with the API.
//!
//! The server gives two things into the context, for pages and for server functions alike: a
//! [`backend::SharedBackend`], and leptos_axum's own response options, through which the
//! page sets its status.

// A page is one type, as deep as its elements are nested.
#![recursion_limit = "512"]

mod address;
mod answers;
mod app;
#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
mod components;
mod condition;
pub mod functions;
mod importing;
pub mod limits;
mod mapping;
mod marks;
mod mode;
mod nearest;
mod numbers;
mod pages;
#[cfg(feature = "ssr")]
mod security;
#[cfg(feature = "ssr")]
mod shell;
mod state;
pub mod wire;
mod wording;

pub use app::App;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// Brings the served page to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
