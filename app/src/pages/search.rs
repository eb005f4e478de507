//! The search page: the form, and below it the results for its URL.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::address::Address;
use crate::answers::Answers;
use crate::components::hero::Hero;
use crate::components::results::Results;
use crate::components::search_form::SearchForm;
use crate::components::skeleton::Skeleton;
use crate::functions::collection;
use crate::navigation::Navigation;
use crate::state::SearchState;

/// The search page for the collection in its path, or the default one.
#[component]
pub fn SearchPage() -> impl IntoView {
    let address = Address::here();
    let navigation = Navigation::from(address);
    let answers = Answers::of(address, navigation);
    let info = Resource::new(
        move || (address.collection.get(), answers.attempt()),
        |(name, _)| collection(name),
    );
    // The server writes the title after the page, when the address may be gone.
    let first = title(&address.state.read_untracked());
    let tab = move || match cfg!(feature = "ssr") {
        true => first.clone(),
        false => title(&address.state.read()),
    };
    view! {
        <Title text=tab />
        <Hero answers />
        <SearchForm address answers navigation info />
        <Suspense fallback=Skeleton>
            <Results address answers info />
        </Suspense>
    }
}

/// The title of the browser tab. On the server it is written into the page verbatim, so it is
/// escaped here; in the browser it is set as text.
fn title(state: &SearchState) -> String {
    let title = match &state.like {
        Some(id) => format!("Similar to record {id} · Parallax"),
        None if state.is_idle() => "Parallax: neural search you can see through".into(),
        None if state.lists() => "Records · Parallax".into(),
        None => format!("{} · Parallax", state.q),
    };
    if cfg!(feature = "ssr") {
        title.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        title
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn no_query_gets_markup_into_the_title() {
        let hostile = "</title><script>alert('&')</script>";
        let search = SearchState::default().searching(hostile);
        for state in [search.clone(), search.similar_to(hostile)] {
            let title = title(&state);
            assert!(!title.contains('<'), "{title}");
            assert!(title.contains("alert('&amp;')"), "{title}");
        }
    }
}
