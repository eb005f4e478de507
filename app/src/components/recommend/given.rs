//! What recommendations go by: the examples, each of which can be removed, and a text. All of it is
//! links and a plain form, so that it works without JavaScript.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::gathered::Gathered;
use super::tray::cross;
use super::wanted::Wanted;
use crate::address::Address;
use crate::functions::recommend::Example;
use crate::paths::page_path;
use crate::record_address::record_path;
use crate::state::{LONGEST, PAGE};
use crate::wording::name_of;

/// The examples.
#[component]
pub fn Given(
    /// The liked records.
    liked: Vec<Example>,
    /// The disliked records.
    disliked: Vec<Example>,
    /// The whole request.
    wanted: Wanted,
    /// The path of the page.
    path: String,
    /// The path of the search page.
    search_path: String,
) -> impl IntoView {
    let list = |title: &'static str, examples: Vec<Example>, liked: bool| {
        let chips = examples.into_iter();
        let chips = chips.map(|example| chip(example, liked, &wanted, &path, &search_path));
        let chips = chips.collect_view();
        (!chips.is_empty()).then(|| {
            view! {
                <div class="given">
                    <h2 class="given-title">{title}</h2>
                    <ul class="example-chips" aria-label=title>
                        {chips}
                    </ul>
                </div>
            }
        })
    };
    let more = list("More like", liked, true);
    let less = list("Less like", disliked, false);
    view! {
        {more}
        {less}
    }
    .into_any()
}

fn chip(example: Example, liked: bool, wanted: &Wanted, path: &str, search_path: &str) -> AnyView {
    let gathered = Gathered::here();
    let Example { id, title, missing } = example;
    let name = name_of(&title, &id);
    let label = ["Remove ", &name].concat();
    let without = wanted.without(&id).href(path);
    let shown = if missing {
        view! {
            <span class="example-name">
                <bdi>{name}</bdi>
                " is no longer in the collection"
            </span>
        }
        .into_any()
    } else {
        let href = record_path(search_path, &id);
        view! {
            <a class="example-name" href=href rel="external" dir="auto">
                {name}
            </a>
        }
        .into_any()
    };
    let sign = if liked { "+" } else { "\u{2212}" };
    view! {
        <li class="example-chip" class:is-disliked=!liked class:is-missing=missing>
            <span class="example-sign" aria-hidden="true">
                {sign}
            </span>
            {shown}
            <a
                class="example-drop"
                href=without
                aria-label=label
                on:click=move |_| {
                    if gathered.kept.with_untracked(|kept| kept.iter().any(|kept| kept.id == id)) {
                        gathered.forget(&id);
                    }
                }
            >
                {cross()}
            </a>
        </li>
    }
    .into_any()
}

/// The text that recommendations are to be near. It is not redrawn with them, so that it keeps the
/// focus.
#[component]
pub fn TextForm(
    /// The current address.
    address: Address,
    /// The whole request.
    wanted: Memo<Wanted>,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let path = move || page_path(address.collection.read().as_deref(), "recommend");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else {
            return;
        };
        let wanted = Wanted {
            q: field.value().trim().to_owned(),
            limit: PAGE,
            ..wanted.get_untracked()
        };
        navigate(&wanted.href(&untrack(path)), Default::default());
    };
    Effect::new(move |ran_before: Option<()>| {
        let wanted = wanted.read();
        // What was typed before the page was alive stays.
        if let Some(field) = field.get().filter(|_| ran_before.is_some()) {
            field.set_value(&wanted.q);
        }
    });
    let hidden = move || {
        let wanted = wanted.read();
        let fields = |name: &'static str, ids: &[String]| {
            let fields = ids.iter().map(|id| {
                view! { <input type="hidden" name=name value=id.clone() /> }
            });
            fields.collect_view()
        };
        (
            fields("like", &wanted.like),
            fields("unlike", &wanted.unlike),
        )
    };
    view! {
        <form class="recommend-text" method="get" action=path on:submit=submit>
            {hidden}
            <label for="closer">"Closer to"</label>
            <input
                node_ref=field
                id="closer"
                name="q"
                type="text"
                dir="auto"
                maxlength=LONGEST
                value=wanted.get_untracked().q
                placeholder="a few words, if you like"
                autocomplete="off"
            />
            <button type="submit" class="button-quiet">
                "Apply"
            </button>
        </form>
    }
    .into_any()
}
