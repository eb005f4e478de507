//! A collection without a map: it is being computed, or there is none.

use std::time::Duration;

use leptos::prelude::*;
use parallax::vocabulary::{MapState, MapView};

use super::told::progress;
use crate::components::later::later;

/// The shortest and the longest time between two looks at the progress.
const FIRST: Duration = Duration::from_millis(800);
const LONGEST: Duration = Duration::from_secs(8);

/// The notice.
#[component]
pub fn NoMap(
    /// What is known of the map.
    map: MapView,
    /// The path of the collection's search page.
    path: String,
    /// How often was looked before.
    looked: StoredValue<u32>,
    /// Looks again.
    look: Callback<()>,
) -> impl IntoView {
    let computing = map.state == MapState::Computing;
    if computing {
        wait(looked, look);
    }
    let done = progress(&map);
    let bar = map.progress.map(|done| {
        view! { <progress class="map-progress" aria-label="Computed" max="1" value=done></progress> }
    });
    let (title, text) = match computing {
        true => (
            "The map is being computed",
            "It is computed once, in the background, while the collection can be searched. It appears \
             here as soon as it is ready.",
        ),
        false => (
            "This collection has no map",
            "A map needs at least ten records. If this collection has more, computing its map failed, \
             and the server\u{2019}s log says why. It is tried again after the next change.",
        ),
    };
    view! {
        <section class="notice" role="status">
            <h2 class="notice-title">{title}</h2>
            <p>{text}</p>
            {bar}
            <p>{done}</p>
            <p class="notice-ways">
                <a class="button-quiet" href=path>
                    "Search this collection"
                </a>
                <a class="button-quiet without-js" href="">
                    "Reload"
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// Looks again after a pause, which is longer each time. Nobody waits while the page is hidden.
fn wait(looked: StoredValue<u32>, look: Callback<()>) {
    let hidden = RwSignal::new(0u32);
    Effect::new(move || {
        hidden.track();
        let pause = FIRST * 2u32.saturating_pow(looked.get_value().min(5));
        later(pause.min(LONGEST), move || {
            if document().hidden() {
                hidden.update(|times| *times += 1);
                return;
            }
            looked.update_value(|looked| *looked += 1);
            look.run(());
        });
    });
}
