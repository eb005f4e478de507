//! Code in WebAssembly files of its own, which the browser loads when it is first needed: that of
//! each page other than the search page (`pages/mod.rs` lists them), and of parts that a search
//! shows only on request. The server draws all of them like everything else; the address says
//! which code the browser needs before it can hydrate what it is sent.
//!
//! Until the code of a page is there, a link to it leaves the current page as it is. If it cannot
//! be loaded, for example because the server has been updated since, the browser loads the whole
//! page instead.

use std::future::pending;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::ChooseView;
use leptos_router::hooks::use_url;
use leptos_router::location::Url;
#[cfg(feature = "hydrate")]
use web_sys::Element;

use crate::components::{compare, why};
use crate::pages;
use crate::paths::page_in;
use crate::state::SearchState;

/// Code that is being loaded, and what it then draws.
pub type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page whose code is in a file of its own.
#[derive(Clone, Copy)]
pub struct Page {
    /// The name of the file.
    pub file: &'static str,
    /// Loads the code, if it is not there yet.
    pub load: fn() -> Loading<()>,
    /// The same, and draws the page.
    pub draw: fn() -> Loading<AnyView>,
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        let there = Destination::here();
        match (self.draw)().await {
            Ok(view) => view,
            Err(_) => there.load_whole().await,
        }
    }

    async fn preload(&self) {
        let there = Destination::here();
        if (self.load)().await.is_err() {
            there.load_whole::<()>().await;
        }
    }
}

/// Loads a file of code, if it is not there yet. A name that is unknown loads nothing.
///
/// # Errors
/// If the file could not be loaded.
pub async fn load(file: &str) -> Result<(), SplitLoaderError> {
    match file {
        "why_panel" => why::load().await,
        "compare_panel" => compare::load().await,
        _ => match pages::ALL.iter().find(|page| page.file == file) {
            Some(page) => (page.load)().await,
            None => Ok(()),
        },
    }
}

/// The file with the code of what an address shows, besides that of every page.
pub fn file_of(path: &str, query: &str) -> Option<&'static str> {
    match page_in(path) {
        "" => part_of(&SearchState::read(query)),
        name => Some(pages::ALL.iter().find(|page| page.file == name)?.file),
    }
}

/// The file with the code of the part that a search shows only on request.
pub fn part_of(state: &SearchState) -> Option<&'static str> {
    match state {
        state if state.compares() => Some("compare_panel"),
        state if state.explain.is_some() => Some("why_panel"),
        _ => None,
    }
}

/// Loads the code of what the server has drawn, without which it cannot be hydrated.
///
/// # Errors
/// If a file could not be loaded.
#[cfg(feature = "hydrate")]
pub async fn load_drawn() -> Result<(), SplitLoaderError> {
    let location = window().location();
    let (path, query) = (location.pathname(), location.search());
    match file_of(&path.unwrap_or_default(), &query.unwrap_or_default()) {
        Some(file) => load(file).await,
        None => Ok(()),
    }
}

/// Names the files with the code of the requested page in its head, so that the browser loads them
/// together with the rest. To be rendered after `PageFiles::tags`, which provides the list of files.
#[cfg(feature = "ssr")]
pub fn hints() -> impl IntoView {
    let parts = use_context::<http::request::Parts>();
    let manifest = use_context::<leptos::WasmSplitManifest>();
    parts.zip(manifest).and_then(|(parts, manifest)| {
        let file = file_of(parts.uri.path(), parts.uri.query().unwrap_or_default())?;
        let manifest = manifest.0.try_read_value()?;
        let (folder, files, script) = &*manifest;
        let code = files.get(file)?.iter().map(|code| {
            view! {
                <link
                    rel="preload"
                    href=format!("{folder}/{code}.wasm")
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
            }
        });
        Some(view! {
            <link rel="modulepreload" href=format!("{folder}/{script}") />
            {code.collect_view()}
        })
    })
}

/// Loads a file that will probably be needed next. If that fails, it is loaded when it is.
pub fn load_ahead(file: &'static str) {
    leptos::task::spawn_local(async move {
        let _ = load(file).await;
    });
}

/// Loads the code of what a link leads to as soon as the reader points at the link or focuses it.
#[cfg(feature = "hydrate")]
pub fn load_links_ahead() {
    for event in ["pointerover", "focusin"] {
        window_event_listener_untyped(event, |event| {
            let pointed = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let link = pointed.and_then(|pointed| pointed.closest("a[href^='/']").ok()?);
            let Some(href) = link.and_then(|link| link.get_attribute("href")) else {
                return;
            };
            let address = href.split('#').next().unwrap_or_default();
            let (path, query) = address.split_once('?').unwrap_or((address, ""));
            if let Some(file) = file_of(path, query) {
                load_ahead(file);
            }
        });
    }
}

/// Draws a part of a page as soon as its code is there. It does not suspend, because that would
/// replace the whole page with its skeleton.
pub fn part(file: &'static str, draw: Box<dyn Fn() -> Loading<AnyView> + Send + Sync>) -> AnyView {
    if matches!(now(pin!(load(file))), Some(Ok(()))) {
        return drawn(draw().as_mut());
    }
    let loaded = RwSignal::new(None);
    let begin = move || {
        loaded.set(None);
        leptos::task::spawn_local(async move {
            let _ = loaded.try_set(Some(load(file).await.is_ok()));
        });
    };
    begin();
    let shown = move || match loaded.get()? {
        true => Some(drawn(draw().as_mut())),
        false => Some(unavailable(begin)),
    };
    shown.into_any()
}

/// Draws a part whose code is there.
fn drawn(draw: Pin<&mut dyn Future<Output = Result<AnyView, SplitLoaderError>>>) -> AnyView {
    match now(draw) {
        Some(Ok(view)) => view,
        _ => ().into_any(),
    }
}

fn unavailable(again: impl Fn() + 'static) -> AnyView {
    view! {
        <p class="notice-message" role="alert">
            "This part of the page could not be loaded. "
            <button type="button" class="button-quiet" on:click=move |_| again()>
                "Try again"
            </button>
        </p>
    }
    .into_any()
}

/// The output of a future that does not have to wait.
fn now<T>(future: Pin<&mut dyn Future<Output = T>>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// The address that a route is being opened at.
struct Destination(ReadSignal<Url>);

impl Destination {
    /// That of the route this is called for.
    fn here() -> Self {
        Self(use_url())
    }

    /// Leaves for the address as without JavaScript. Never returns.
    async fn load_whole<T>(self) -> T {
        let address = {
            let url = self.0.read_untracked();
            let search = url.search().trim_start_matches('?');
            let mark = if search.is_empty() { "" } else { "?" };
            [url.path(), mark, search, url.hash()].concat()
        };
        let _ = window().location().assign(&address);
        pending().await
    }
}

/// Defines pages, each with its code in a file of its own, and `ALL` of them. A file is called like
/// the module that the page is in, which is also how the page is called in its path.
macro_rules! lazy_pages {
    ($($name:ident: $module:ident::$page:ident,)+) => {
        $(
            #[doc = concat!("The page in `", stringify!($module), ".rs`.")]
            pub const $name: $crate::lazy::Page = {
                $crate::lazy::lazy_code! { $module() => $module::$page() }
                $crate::lazy::Page {
                    file: stringify!($module),
                    load: || Box::pin(load()),
                    draw: || Box::pin($module()),
                }
            };
        )+

        /// All of these pages.
        pub const ALL: &[$crate::lazy::Page] = &[$($name),+];
    };
}

/// Defines a function that draws a part of a page, `load`, and the file of the part's code. Until
/// that is there, the function draws nothing.
macro_rules! lazy_part {
    (
        $(#[$attribute:meta])*
        $part:ident($($argument:ident: $kind:ty),*) from $file:ident => $view:expr
    ) => {
        $crate::lazy::lazy_code! { $file($($argument: $kind),*) => $view }

        $(#[$attribute])*
        pub fn $part($($argument: $kind),*) -> leptos::prelude::AnyView {
            $crate::lazy::part(
                stringify!($file),
                Box::new(move || Box::pin($file($($argument.clone()),*))),
            )
        }
    };
}

/// Defines the function of a file, which draws what the file is for, and `load`.
macro_rules! lazy_code {
    ($file:ident($($argument:ident: $kind:ty),*) => $view:expr) => {
        #[leptos::wasm_split::wasm_split(
            $file,
            wasm_split_path = leptos::wasm_split,
            fallible,
            preload(
                /// Loads the code.
                load
            )
        )]
        pub fn $file(
            $($argument: $kind),*
        ) -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            Ok(leptos::prelude::IntoAny::into_any($view))
        }
    };
}

pub(crate) use {lazy_code, lazy_pages, lazy_part};
