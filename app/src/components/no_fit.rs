//! Shown when nothing is near enough to be an answer: the hits below are merely the nearest
//! records.

use leptos::prelude::*;

use crate::answers::Found;

/// The line; nothing if something fits, or if that is unknown.
#[component]
pub fn NoFit(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let nothing = Memo::new(move |_| {
        let found = found.read();
        found
            .as_ref()
            .is_some_and(|found| found.response.fits == Some(false))
    });
    move || {
        nothing.get().then(|| {
            view! {
                <p class="no-fit">
                    <strong>"Nothing here matches well."</strong>
                    " These are the nearest records anyway."
                </p>
            }
        })
    }
}
