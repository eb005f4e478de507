//! The page of one explanation: why a record has its rank for a search. It works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::{ExplainRequest, Mode};

use crate::address::Address;
use crate::answers::{Question, request};
use crate::components::live::live;
use crate::components::record::copy_link::CopyLink;
use crate::components::tab_title::TabTitle;
use crate::components::why::{Shown, WhyPanel};
use crate::functions::{ExplainedRecord, why};
use crate::json::resource;
use crate::paths::why_path;
use crate::problem::Problem;
use crate::record_address::id_in;
use crate::wording::{nameless, ranked_by};

/// The page.
#[component]
pub fn WhyPage() -> impl IntoView {
    let address = Address::here();
    let pathname = use_location().pathname;
    // While navigating away, the address of the next page names no record; keep the last one.
    let asked = Memo::new(move |before: Option<&Question>| {
        // The router decodes its parameters, some of them twice.
        let id = id_in(&pathname.read(), "/why/");
        match before {
            Some(before) if id.is_empty() => before.clone(),
            _ => Question {
                collection: address.collection.get(),
                state: address.state.get().explaining(Some(&id)),
                attempt: 0,
            },
        }
    });
    let found = resource(
        move || asked.get(),
        |asked| async move {
            let explained = ExplainRequest {
                id: asked.state.explain.clone().unwrap_or_default(),
                search: request(&asked.state),
            };
            let found = why(asked.collection.clone(), explained).await;
            (asked, found)
        },
    );
    let drawn = move || found.get().map(|(asked, found)| page(asked, found));
    view! {
        <div class="why-page">
            // The old explanation stays until the new one is there.
            <Transition>{live(drawn)}</Transition>
        </div>
    }
}

fn page(asked: Question, found: Result<ExplainedRecord, Problem>) -> AnyView {
    let path = asked.path();
    let back = asked.state.href(&path);
    let id = asked.state.explain.clone().unwrap_or_default();
    let own_path = why_path(asked.collection.as_deref(), &id);
    let state = asked.state.explaining(None);
    let (name, explanation) = match found {
        Ok(found) => (found.title, Ok(found.explanation)),
        Err(problem) => (None, Err(problem)),
    };
    let name = name.unwrap_or_else(|| nameless(&id));
    let title = ["Why this rank: ", &name, " · Parallax"].concat();
    let how = match ranked_by(&state) {
        Some(Mode::Neural) => ", by meaning",
        Some(Mode::Text) => ", by words",
        Some(Mode::Hybrid) => ", by both",
        None => "",
    };
    let q = state.q.clone();
    let search = (!q.trim().is_empty()).then(|| {
        view! { <h2 class="why-for">"For \u{201c}" <bdi>{q}</bdi> "\u{201d}" {how}</h2> }
    });
    let shown = Shown {
        state,
        path,
        own_path,
        id,
        alone: true,
    };
    view! {
        <TabTitle text=title />
        <p>
            <a class="record-back" href=back>
                "Back to the list"
            </a>
            " "
            <CopyLink />
        </p>
        <h1>"Why this rank: " <bdi>{name}</bdi></h1>
        {search}
        <WhyPanel explanation shown />
    }
    .into_any()
}
