//! The search page: the form, and below it the results for its URL.

use leptos::prelude::*;

use crate::address::Address;
use crate::answers::Answers;
use crate::components::hero::Hero;
use crate::components::recommend::gathered::Gathered;
use crate::components::results::Results;
use crate::components::search_form::SearchForm;
use crate::components::skeleton::Skeleton;
use crate::components::tab_title::TabTitle;
use crate::functions::collection;
use crate::json::resource;
use crate::navigation::Navigation;
use crate::state::SearchState;

/// The search page for the collection in its path, or the default one.
#[component]
pub fn SearchPage() -> impl IntoView {
    let address = Address::here();
    let navigation = Navigation::from(address);
    let answers = Answers::of(address, navigation);
    let info = resource(
        move || (address.collection.get(), answers.attempt()),
        |(name, _)| collection(name),
    );
    let gathered = Gathered::here();
    Effect::new(move || {
        if let Some(Ok(info)) = &*info.read() {
            gathered.show(&info.name);
        }
    });
    view! {
        <TabTitle text=move || title(&address.state.read()) />
        <Hero answers />
        <SearchForm address answers navigation info />
        <Suspense fallback=Skeleton>
            <Results address answers info />
        </Suspense>
    }
}

/// The title of the browser tab.
fn title(state: &SearchState) -> String {
    match &state.like {
        Some(id) => format!("Similar to record {id} · Parallax"),
        None if state.is_idle() => "Parallax: neural search you can see through".into(),
        None if state.lists() => "Records · Parallax".into(),
        None => format!("{} · Parallax", state.q),
    }
}
