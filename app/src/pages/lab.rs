//! The query lab: what a small change of a query does to each ranking.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn LabPage() -> impl IntoView {
    view! {
        <TabTitle text="Query lab · Parallax" />
        <div class="lab-page">
            <h1>"Query lab"</h1>
        </div>
    }
}
