//! The page of one record: all its fields, what the model read of it, and what is similar. Everything
//! is in the page that the server renders.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::RecordView;

use crate::address::Address;
use crate::components::live::live;
use crate::components::logo::Logo;
use crate::components::recommend::gathered::Gathered;
use crate::components::recommend::like_buttons::LikeButtons;
use crate::components::recommend::wanted::Wanted;
use crate::components::record::copy_link::CopyLink;
use crate::components::record::fields::RecordFields;
use crate::components::record::passages::RecordPassages;
use crate::components::record::similar::RecordSimilar;
use crate::components::result_card::away;
use crate::components::tab_title::TabTitle;
use crate::functions::record;
use crate::json::resource;
use crate::paths::{page_path, path_of};
use crate::problem::Problem;
use crate::record_address::{api_path, id_in};
use crate::state::SearchState;
use crate::wording::name_of;

/// The page of the record in the path, in the collection in the path or the default one.
#[component]
pub fn RecordPage() -> impl IntoView {
    let address = Address::here();
    let pathname = use_location().pathname;
    // While navigating away, the address of the next page has no record; keep the last one.
    let id = Memo::new(move |before: Option<&String>| {
        let id = id_in(&pathname.read(), "/record/");
        let left = id.is_empty();
        before.filter(|_| left).cloned().unwrap_or(id)
    });
    let path = path_of(address.collection.get_untracked().as_deref());
    let state = address.state.get_untracked();
    let collection = address.collection.get_untracked();
    let found = resource(move || id.get(), move |id| record(collection.clone(), id));
    let drawn = move || {
        found.get().map(|found| match found {
            Ok(record) => whole(record, &state, &path).into_any(),
            Err(problem) => refused(problem, &state.href(&path)).into_any(),
        })
    };
    view! { <Suspense>{live(drawn)}</Suspense> }
}

fn whole(record: RecordView, state: &SearchState, path: &str) -> impl IntoView + use<> {
    let name = name_of(&record.title, &record.id);
    let back = if state.is_idle() {
        "Search this collection"
    } else {
        "Back to the results"
    };
    let similar = state.similar_to(&record.id).href(path);
    let recommended = Wanted::default().with(&record.id, true);
    let recommended = recommended.href(&page_path(Some(&record.collection), "recommend"));
    let likes = view! { <LikeButtons id=record.id.clone() title=name.clone() /> };
    let gathered = Gathered::here();
    let collection = record.collection.clone();
    Effect::new(move || gathered.show(&collection));
    let json = api_path(&record.collection, &record.id);
    view! {
        <TabTitle text=format!("{name} · Parallax") />
        <article class="record">
            <p>
                <a class="record-back" href=state.href(path)>
                    {back}
                </a>
            </p>
            <header class="record-head">
                <Logo name=name.clone() image=record.image />
                <h1 dir="auto">{name}</h1>
            </header>
            <p class="record-ways">
                {record.url.map(away)}
                <a class="card-link" href=similar>
                    "All similar records"
                </a>
                <a class="card-link" href=recommended>
                    "Recommendations"
                </a>
                {likes}
                <a class="card-link" href=json rel="external">
                    "JSON"
                </a>
                <CopyLink />
            </p>
            <RecordFields rows=record.fields cut=record.fields_cut />
            <RecordPassages
                passages=record.passages
                more=record.more_passages
                in_part=record.read_in_part
                own_vector=record.own_vector
            />
            <RecordSimilar similar=record.similar state=state.clone() path=path.to_owned() />
        </article>
    }
}

fn refused(problem: Problem, back: &str) -> impl IntoView + use<> {
    let unknown = problem.code == "not_found";
    let heading = if unknown {
        "There is no such record"
    } else {
        "This record cannot be shown"
    };
    let advice = unknown.then_some("It may have been removed since the link was made.");
    view! {
        <TabTitle text=format!("{heading} · Parallax") />
        <section class="notice notice-problem" role="alert">
            <h1 class="notice-title">{heading}</h1>
            <p class="notice-message">{problem.message}</p>
            <p>{advice}</p>
            <p class="notice-ways">
                <a class="button" href=back.to_owned()>
                    "Go to the search"
                </a>
            </p>
        </section>
    }
}
