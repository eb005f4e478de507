//! A link from an answer to the query lab.

use leptos::prelude::*;

use crate::answers::Question;
use crate::paths::page_path;
use crate::state::SearchState;

/// The link; nothing if there is no query to change.
pub fn lab_link(question: &Question) -> Option<AnyView> {
    let state = &question.state;
    let has_query = !state.lists() && state.like.is_none();
    has_query.then(|| {
        let href = lab_path(question.collection.as_deref(), &state.q);
        view! {
            <a class="lab-link" href=href>
                "Try changes" <span class="lab-link-more">" to this query"</span>
            </a>
        }
        .into_any()
    })
}

/// The address of the lab for a query.
pub fn lab_path(collection: Option<&str>, q: &str) -> String {
    SearchState::default()
        .searching(q)
        .href(&page_path(collection, "lab"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(search: &str) -> bool {
        lab_link(&Question {
            collection: Some("b".into()),
            state: SearchState::read(search),
            attempt: 0,
        })
        .is_some()
    }

    #[test]
    fn only_a_query_can_be_changed() {
        assert_eq!(
            lab_path(Some("b"), "goat & milk"),
            "/c/b/lab?q=goat+%26+milk"
        );
        assert_eq!(lab_path(None, "milk"), "/lab?q=milk");
        assert!(link("q=milk&mode=text"));
        assert!(!link("") && !link("q=*") && !link("q=milk&like=7"));
    }
}
