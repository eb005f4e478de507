//! The tray at the bottom of the page: the records that were gathered, and the way to what is
//! recommended from them. It is there only while it has something.

use leptos::html::Button;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use web_sys::HtmlElement;

use super::gathered::Gathered;
use crate::browser::Kept;
use crate::numbers::counted;

/// The tray. The page of recommendations shows its examples itself.
#[component]
pub fn Tray() -> impl IntoView {
    let gathered = Gathered::here();
    let path = use_location().pathname;
    let shown = Memo::new(move |_| {
        let some = !gathered.kept.read().is_empty() && !gathered.hidden.get();
        some && !path.read().ends_with("/recommend")
    });
    view! {
        <p class="sr-only" role="status">
            {gathered.said}
        </p>
        {move || shown.get().then(|| tray(gathered))}
    }
}

fn tray(gathered: Gathered) -> AnyView {
    let folded = RwSignal::new(false);
    let fold = NodeRef::<Button>::new();
    let count = move || {
        let count = gathered.kept.read().len() as u32;
        counted(count, "record") + " gathered"
    };
    let chip = move |kept: Kept| {
        let Kept { id, title, liked } = kept;
        let (sign, how) = match liked {
            true => ("+", "More like "),
            false => ("\u{2212}", "Less like "),
        };
        let label = ["Remove ", &title].concat();
        let remove = move |_| {
            gathered.forget(&id);
            // Not lost with the button.
            if let Some(fold) = fold.get_untracked() {
                let _ = fold.focus();
            }
        };
        view! {
            <li class="example-chip" class:is-disliked=!liked>
                <span class="example-sign" aria-hidden="true">
                    {sign}
                </span>
                <span class="sr-only">{how}</span>
                <span class="example-name" dir="auto">
                    {title}
                </span>
                <button type="button" class="example-drop" aria-label=label on:click=remove>
                    {cross()}
                </button>
            </li>
        }
    };
    view! {
        <section class="tray" aria-label="Gathered records">
            <div class="tray-line">
                <button
                    node_ref=fold
                    type="button"
                    class="tray-fold"
                    aria-expanded=move || if folded.get() { "false" } else { "true" }
                    aria-controls="tray-records"
                    on:click=move |_| folded.update(|folded| *folded = !*folded)
                >
                    {count}
                </button>
                <a class="button tray-go" href=move || gathered.href()>
                    "Recommend"
                </a>
                <button
                    type="button"
                    class="link-button tray-clear"
                    on:click=move |_| {
                        gathered.clear();
                        focus_page();
                    }
                >
                    "Clear"
                </button>
                <button
                    type="button"
                    class="tray-close"
                    aria-label="Hide the gathered records"
                    title="Hide until another record is gathered"
                    on:click=move |_| {
                        gathered.hidden.set(true);
                        focus_page();
                    }
                >
                    {cross()}
                </button>
            </div>
            <ul id="tray-records" class="example-chips" hidden=move || folded.get()>
                <For
                    each=move || gathered.kept.get()
                    key=|kept: &Kept| (kept.id.clone(), kept.liked)
                    children=chip
                />
            </ul>
        </section>
    }
    .into_any()
}

/// The mark of a button that removes something.
pub fn cross() -> impl IntoView {
    view! {
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
            <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />
        </svg>
    }
}

/// Gives the focus to the page, without scrolling, when the tray leaves.
fn focus_page() {
    use leptos::wasm_bindgen::JsCast;
    let main = document().get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = main.focus_with_options(&options);
    }
}
