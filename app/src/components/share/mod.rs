//! The menu that shares a search: its link, the same question to the API as a command, and the
//! answer as JSON. Without JavaScript, it shows the links and the command.

pub mod clipboard;
mod links;

use leptos::prelude::*;

use self::clipboard::copied;
use self::links::{Links, What};
use crate::answers::Found;
use crate::origin::origin;

/// The menu.
#[component]
pub fn Share(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let origin = origin();
    let links = Memo::new(move |_| {
        let found = found.read();
        let found = found.as_ref();
        let links = found.map(|found| {
            Links::of(
                &origin,
                found.state(),
                &found.response.collection,
                &found.question.path(),
            )
        });
        links.unwrap_or_default()
    });
    // What was copied last, and whether that worked.
    let done = RwSignal::new(None::<(What, bool)>);
    let said = move || match done.get() {
        None => "",
        Some((_, true)) => "Copied",
        Some((_, false)) => "Copying failed: select the text instead",
    };
    let failed = move || matches!(done.get(), Some((_, false))).then(said);
    view! {
        <details class="share">
            <summary>"Share"</summary>
            <div class="share-menu">
                <p class="share-row">
                    <a class="share-link" href=move || links.read().page.clone()>
                        "Link to this search"
                    </a>
                    {copy(What::Page, "Copy the link", links, done)}
                </p>
                <p class="share-row">
                    <a class="share-link" href=move || links.read().api.clone() rel="external">
                        "This answer as JSON"
                    </a>
                    {copy(What::Api, "Copy the address of the JSON", links, done)}
                </p>
                <p class="share-row">
                    <span id="share-curl">"As a command"</span>
                    {copy(What::Curl, "Copy the command", links, done)}
                </p>
                <pre class="share-command" tabindex="0" role="group" aria-labelledby="share-curl">
                    <code>{move || links.read().text(What::Curl)}</code>
                </pre>
                <p class="share-failed">{failed}</p>
                <span class="sr-only" role="status">
                    {said}
                </span>
            </div>
        </details>
    }
    .into_any()
}

/// A button that copies.
fn copy(
    what: What,
    label: &'static str,
    links: Memo<Links>,
    done: RwSignal<Option<(What, bool)>>,
) -> AnyView {
    let text = move || match done.get() {
        Some((copied, true)) if copied == what => "Copied",
        _ => "Copy",
    };
    let click = move |_| {
        let copying = links.read_untracked().text(what);
        leptos::task::spawn_local(async move {
            let worked = copied(&copying).await;
            done.set(Some((what, worked)));
        });
    };
    view! {
        <button type="button" class="share-copy with-js" aria-label=label on:click=click>
            {text}
        </button>
    }
    .into_any()
}
