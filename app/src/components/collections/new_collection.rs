//! What makes a collection: a file, a snapshot or the sample; or what is offered to a visitor who
//! may not make one.

use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;

use super::collection_list::Collections;
use super::import_panel::ImportPanel;
use super::key_form::KeyForm;
use crate::importing::Importing;
use crate::numbers::counted;
use crate::problem::Problem;
use crate::writing::{Offer, Writing};

/// The name that the sample gets as a collection.
const SAMPLE: &str = "sample";

/// How many records the sample has.
const SAMPLE_RECORDS: u32 = 340;

/// The section at the end of the page.
#[component]
pub fn NewCollection(
    /// The import.
    importing: Importing,
    /// The existing collections.
    collections: Collections,
    /// Whether the visitor may make one.
    writing: Writing,
    /// Called with the name of a collection once it is restored.
    on_restored: Callback<String>,
) -> impl IntoView {
    // The section stays, with the focus in it, while the collections are fetched again.
    view! {
        <Transition>
            <Offered importing collections writing on_restored />
        </Transition>
    }
    .into_any()
}

#[component]
fn Offered(
    importing: Importing,
    collections: Collections,
    writing: Writing,
    on_restored: Callback<String>,
) -> impl IntoView {
    // Nothing is drawn anew when a key is given a second time: a form keeps what was typed.
    let offer = Memo::new(move |_| writing.offer());
    let has_sample = Memo::new(move |_| has_sample(collections.get()));
    // Read at once, so that the server waits for the collections too.
    has_sample.with_untracked(|_| ());
    move || match offer.get() {
        Offer::Unknown => ().into_any(),
        Offer::Changes { .. } => view! {
            <section class="with-js" aria-labelledby="new-title">
                <h2 id="new-title">"New collection"</h2>
                <ImportPanel importing collections on_restored />
                <Sample importing has_sample />
            </section>
            <WithoutScripts />
        }
        .into_any(),
        Offer::Key => view! {
            <section class="with-js" aria-labelledby="key-title">
                <h2 id="key-title">"Changes need a key"</h2>
                <p class="collections-note">
                    "Everything here can be read and searched. To import, rename or delete, give \
                     the server’s API key. It is kept in this tab until the tab is closed."
                </p>
                <KeyForm on_key=Callback::new(move |()| writing.got_key()) />
            </section>
            <WithoutScripts />
        }
        .into_any(),
        Offer::Reading(why) => view! {
            <section aria-labelledby="reading-title">
                <h2 id="reading-title">"Read-only"</h2>
                <p class="collections-note">
                    "Everything here can be read and searched. Changes are made on the machine \
                     the server runs on."
                </p>
                <p class="collections-why">{why}</p>
            </section>
        }
        .into_any(),
    }
}

#[component]
fn WithoutScripts() -> impl IntoView {
    view! {
        <section class="without-js" aria-labelledby="command-title">
            <h2 id="command-title">"New collection"</h2>
            <p>
                "Importing on this page needs JavaScript. Without it, stop the server and \
                 import on its command line:"
            </p>
            <pre>
                <code>"parallax index FILE --collection NAME"</code>
            </pre>
        </section>
    }
}

/// Offers the bundled sample, unless it is there already.
#[component]
fn Sample(importing: Importing, has_sample: Memo<Option<bool>>) -> impl IntoView {
    let offered = Memo::new(move |_| has_sample.get() == Some(false) && !importing.is_busy());
    let records = counted(SAMPLE_RECORDS, "record");
    let text = format!(
        "No file at hand? The server comes with a sample of invented start-ups ({records})."
    );
    view! {
        <Show when=move || offered.get()>
            <p class="sample">
                <span>{text.clone()}</span>
                <button
                    type="button"
                    class="button-quiet"
                    on:click=move |_| importing.start_sample()
                >
                    "Try the sample"
                </button>
            </p>
        </Show>
    }
    .into_any()
}

/// Whether the sample is there; `None` if that is not known.
fn has_sample(collections: Option<Result<Vec<CollectionInfo>, Problem>>) -> Option<bool> {
    let all = collections?.ok()?;
    Some(all.iter().any(|info| info.name == SAMPLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_offered_where_there_is_none() {
        let named = |name: &str| -> CollectionInfo {
            let text = format!(
                r#"{{"name":"{name}","records":1,"graph":"none","facets":[],"examples":[]}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(has_sample(Some(Ok(Vec::new()))), Some(false));
        assert_eq!(has_sample(Some(Ok(vec![named("books")]))), Some(false));
        assert_eq!(has_sample(Some(Ok(vec![named("sample")]))), Some(true));
        assert_eq!(has_sample(None), None);
    }
}
