//! Questions, answered from a collection of questions and answers, or not at all.

use leptos::prelude::*;

use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn AskPage() -> impl IntoView {
    view! {
        <TabTitle text="Ask · Parallax" />
        <div class="ask-page">
            <h1>"Ask"</h1>
        </div>
    }
}
