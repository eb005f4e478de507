//! A collection as a map in two dimensions.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn MapPage() -> impl IntoView {
    view! {
        <TabTitle text="Map · Parallax" />
        <div class="map-page">
            <h1>"Map"</h1>
        </div>
    }
}
