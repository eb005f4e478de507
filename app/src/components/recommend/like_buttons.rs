//! Two small buttons beside a record: more like this, less like this.

use leptos::prelude::*;

use super::gathered::Gathered;

const UP: &str =
    "M5 9v8H2V9zM5 9l4-7c1.5 0 2 1 1.7 2.5L10 8h6c1 0 1.6.8 1.4 1.7l-1.5 6c-.2.8-.7 1.3-1.5 1.3H5";

/// The buttons. Without JavaScript, they are hidden.
#[component]
pub fn LikeButtons(
    /// The record's id.
    id: String,
    /// What it is called.
    title: String,
) -> impl IntoView {
    let gathered = Gathered::here();
    let button = |liked: bool| {
        let (what, class) = match liked {
            true => ("More like this", "like"),
            false => ("Less like this", "like like-down"),
        };
        let label = [what, ": ", &title].concat();
        let (id, title) = (id.clone(), title.clone());
        let own = id.clone();
        let pressed = move || match gathered.how(&own) == Some(liked) {
            true => "true",
            false => "false",
        };
        view! {
            <button
                type="button"
                class=class
                title=what
                aria-label=label
                aria-pressed=pressed
                on:click=move |_| gathered.toggle(&id, &title, liked)
            >
                <svg viewBox="0 0 19 19" width="15" height="15" aria-hidden="true">
                    <path d=UP />
                </svg>
            </button>
        }
    };
    view! { <span class="likes with-js">{button(true)} {button(false)}</span> }.into_any()
}
