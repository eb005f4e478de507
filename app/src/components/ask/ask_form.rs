//! The box for a question: a plain form, so that it works without JavaScript.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::address::Address;
use crate::components::microphone::Microphone;
use crate::paths::page_path;
use crate::state::LONGEST;

/// The address of a question, below the path of the page.
pub fn asking(path: &str, question: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", question);
    [path, "?", &query.finish()].concat()
}

/// The form.
#[component]
pub fn AskForm(
    /// The current address.
    address: Address,
    /// The question in it.
    question: Memo<String>,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let path = move || page_path(address.collection.read().as_deref(), "ask");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            let question = field.value();
            let path = untrack(path);
            match question.trim() {
                "" => navigate(&path, Default::default()),
                question => navigate(&asking(&path, question), Default::default()),
            }
        }
    };
    Effect::new(move |ran_before: Option<()>| {
        let question = question.read();
        // What was typed before the page was alive stays.
        if let Some(field) = field.get().filter(|_| ran_before.is_some()) {
            field.set_value(&question);
        }
    });
    view! {
        <form class="ask-form" method="get" action=path on:submit=submit>
            <label for="question" class="sr-only">
                "Your question"
            </label>
            <div class="search-field">
                <input
                    node_ref=field
                    id="question"
                    name="q"
                    type="text"
                    dir="auto"
                    maxlength=LONGEST
                    value=question.get_untracked()
                    placeholder="What would you like to know?"
                    autocomplete="off"
                    enterkeyhint="send"
                />
                <Microphone field on_heard=Callback::new(|()| ()) />
                <button type="submit" class="search-button">
                    "Ask"
                </button>
            </div>
        </form>
    }
    .into_any()
}
