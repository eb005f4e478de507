//! The application: what every page has around it, and which page a path leads to.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::footer::Footer;
use crate::components::header::Header;
use crate::pages::about::AboutPage;
use crate::pages::collections::CollectionsPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::search::SearchPage;
use crate::pages::values::ValuesPage;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            // Left to the browser: the router would move the view, but not the focus.
            <a href="#main" class="skip-link" rel="external">
                "Skip to the content"
            </a>
            <Header />
            <main id="main" class="page" tabindex="-1">
                // Whole pages, not streamed ones: those need JavaScript to fall into place.
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/values") view=ValuesPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/values") view=ValuesPage ssr=SsrMode::Async />
                    <Route path=path!("/collections") view=CollectionsPage ssr=SsrMode::Async />
                    <Route path=path!("/about") view=AboutPage ssr=SsrMode::Async />
                </Routes>
            </main>
            <Footer />
        </Router>
    }
}
