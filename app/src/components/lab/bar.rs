//! How far a ranking moves, as a small bar. The number beside it says the same.

use leptos::prelude::*;

/// The bar, for a share of its length.
pub fn bar(share: f32) -> AnyView {
    view! {
        <svg class="lab-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="lab-bar-all" width="100" height="6" />
            <rect class="lab-bar-moved" width=share.clamp(0.0, 1.0) * 100.0 height="6" />
        </svg>
    }
    .into_any()
}
