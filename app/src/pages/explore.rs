//! Queries on which search by meaning and search by words disagree most in a collection.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn ExplorePage() -> impl IntoView {
    view! {
        <TabTitle text="Explore · Parallax" />
        <div class="explore-page">
            <h1>"Explore"</h1>
        </div>
    }
}
