//! Blind comparison of two ways of searching, and judgements of relevance.

use leptos::prelude::*;

use crate::components::judge::JudgeView;
use crate::components::tab_title::TabTitle;

/// The page.
#[component]
pub fn JudgePage() -> impl IntoView {
    view! {
        <TabTitle text="Judge · Parallax" />
        <div class="judge-page">
            <h1>"Judge"</h1>
            <JudgeView />
        </div>
    }
}
