//! The application: the frame around every page, and the routes.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::browser::mark_hydrated;
use crate::components::footer::Footer;
use crate::components::header::Header;
use crate::components::microphone::Speech;
use crate::components::recommend::gathered::Gathered;
use crate::components::recommend::tray::Tray;
use crate::pages;
use crate::pages::not_found::NotFoundPage;
use crate::pages::search::SearchPage;
use crate::pictures::Pictures;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    // Effects run only in the browser, once everything is hydrated.
    Effect::new(mark_hydrated);
    provide_meta_context();
    provide_context(Pictures::of_page());
    Speech::provide();
    Gathered::provide();
    view! {
        <Router>
            // Handled by the browser: the router would scroll the view but not move the focus.
            <a href="#main" class="skip-link" rel="external">
                "Skip to the content"
            </a>
            <Header />
            <main id="main" class="page" tabindex="-1">
                // Not streamed: streamed pages need JavaScript to be assembled.
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/values") view=pages::VALUES ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/values") view=pages::VALUES ssr=SsrMode::Async />
                    <Route path=path!("/record/:id") view=pages::RECORD ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/record/:id") view=pages::RECORD ssr=SsrMode::Async />
                    <Route path=path!("/why/:id") view=pages::WHY ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/why/:id") view=pages::WHY ssr=SsrMode::Async />
                    <Route path=path!("/explore") view=pages::EXPLORE ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/explore") view=pages::EXPLORE ssr=SsrMode::Async />
                    <Route path=path!("/lab") view=pages::LAB ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/lab") view=pages::LAB ssr=SsrMode::Async />
                    <Route path=path!("/judge") view=pages::JUDGE ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/judge") view=pages::JUDGE ssr=SsrMode::Async />
                    <Route path=path!("/map") view=pages::MAP ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/map") view=pages::MAP ssr=SsrMode::Async />
                    <Route path=path!("/recommend") view=pages::RECOMMEND ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/recommend") view=pages::RECOMMEND ssr=SsrMode::Async />
                    <Route path=path!("/ask") view=pages::ASK ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/ask") view=pages::ASK ssr=SsrMode::Async />
                    <Route path=path!("/collections") view=pages::COLLECTIONS ssr=SsrMode::Async />
                    <Route path=path!("/about") view=pages::ABOUT ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/about") view=pages::ABOUT ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
            <Footer />
            <Tray />
        </Router>
    }
}
