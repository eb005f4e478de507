//! The application: the frame around every page, and the routes.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::browser::mark_hydrated;
use crate::components::footer::Footer;
use crate::components::header::Header;
use crate::pages::about::AboutPage;
use crate::pages::ask::AskPage;
use crate::pages::collections::CollectionsPage;
use crate::pages::explore::ExplorePage;
use crate::pages::judge::JudgePage;
use crate::pages::lab::LabPage;
use crate::pages::map::MapPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::recommend::RecommendPage;
use crate::pages::record::RecordPage;
use crate::pages::search::SearchPage;
use crate::pages::values::ValuesPage;
use crate::pages::why::WhyPage;
use crate::pictures::Pictures;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    // Effects run only in the browser, once everything is hydrated.
    Effect::new(mark_hydrated);
    provide_meta_context();
    provide_context(Pictures::of_page());
    view! {
        <Router>
            // Handled by the browser: the router would scroll the view but not move the focus.
            <a href="#main" class="skip-link" rel="external">
                "Skip to the content"
            </a>
            <Header />
            <main id="main" class="page" tabindex="-1">
                // Not streamed: streamed pages need JavaScript to be assembled.
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/values") view=ValuesPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/values") view=ValuesPage ssr=SsrMode::Async />
                    <Route path=path!("/record/:id") view=RecordPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/record/:id") view=RecordPage ssr=SsrMode::Async />
                    <Route path=path!("/why/:id") view=WhyPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/why/:id") view=WhyPage ssr=SsrMode::Async />
                    <Route path=path!("/explore") view=ExplorePage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/explore") view=ExplorePage ssr=SsrMode::Async />
                    <Route path=path!("/lab") view=LabPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/lab") view=LabPage ssr=SsrMode::Async />
                    <Route path=path!("/judge") view=JudgePage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/judge") view=JudgePage ssr=SsrMode::Async />
                    <Route path=path!("/map") view=MapPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/map") view=MapPage ssr=SsrMode::Async />
                    <Route path=path!("/recommend") view=RecommendPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/recommend") view=RecommendPage ssr=SsrMode::Async />
                    <Route path=path!("/ask") view=AskPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/ask") view=AskPage ssr=SsrMode::Async />
                    <Route path=path!("/collections") view=CollectionsPage ssr=SsrMode::Async />
                    <Route path=path!("/about") view=AboutPage ssr=SsrMode::Async />
                    <Route path=path!("/c/:collection/about") view=AboutPage ssr=SsrMode::Async />
                </Routes>
            </main>
            <Footer />
        </Router>
    }
}
