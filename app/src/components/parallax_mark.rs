//! The Parallax logo: one sheet seen from two places.

use leptos::prelude::*;

/// Two offset layers, in the colours of words and meaning, and their overlap.
#[component]
pub fn ParallaxMark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <rect class="mark-words" x="3" y="3" width="19" height="19" rx="5" />
            <rect class="mark-meaning" x="10" y="10" width="19" height="19" rx="5" />
            <path class="mark-both" d="M15 10h7v7a5 5 0 0 1-5 5h-7v-7a5 5 0 0 1 5-5z" />
        </svg>
    }
}
