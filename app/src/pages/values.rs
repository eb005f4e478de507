//! All values of a facet, for when there are too many for its panel, with how many of the records
//! that pass the other filters have each. A link adds its value to those chosen, or removes it.
//! Everything is a link or a plain form, so that it works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::limits::MAX_FACET_VALUES;
use parallax::vocabulary::{FacetCounts, ValuesRequest};

use crate::address::Address;
use crate::components::live::live;
use crate::components::tab_title::TabTitle;
use crate::functions::values;
use crate::json::resource;
use crate::numbers::{counted, label, thousands};
use crate::paths::values_path;
use crate::problem::Problem;
use crate::state::SearchState;

/// The most values listed; beyond that, only their number is shown.
const LISTED: u32 = MAX_FACET_VALUES as u32;

/// The requested values.
#[derive(Clone, PartialEq, Default)]
struct Asked {
    field: String,
    prefix: String,
}

impl Asked {
    fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            match &*name {
                "field" => asked.field = value.into_owned(),
                "prefix" => asked.prefix = value.trim().to_owned(),
                _ => {}
            }
        }
        asked
    }
}

/// The page.
#[component]
pub fn ValuesPage() -> impl IntoView {
    let address = Address::here();
    let query = use_location().search;
    // While navigating away, the address of the next page has no facet; keep the last one.
    let asked = Memo::new(move |before: Option<&Asked>| {
        let asked = Asked::read(&query.read());
        let left = asked.field.is_empty();
        before.filter(|_| left).cloned().unwrap_or(asked)
    });
    let found = resource(
        move || (address.collection.get(), asked.get(), address.state.get()),
        |(collection, asked, state)| {
            let request = ValuesRequest {
                field: asked.field,
                prefix: asked.prefix,
                filter: state.filters,
                limit: LISTED,
            };
            values(collection, request)
        },
    );
    let name = move || label(&asked.read().field);
    let back = move || address.state.read().href(&address.path());
    let list = move || {
        found.get().map(|found| match found {
            Ok(found) => listed(&found, &address.state.read(), &address.path()).into_any(),
            Err(problem) => refused(problem).into_any(),
        })
    };
    let title = move || format!("{} · Parallax", name());
    view! {
        <TabTitle text=title />
        <div class="values-page">
            <h1>{live(name)}</h1>
            <p>
                <a href=back>"Back to the search"</a>
            </p>
            {live(move || view! { <PrefixForm address asked=asked.get() /> })}
            <Suspense>{live(list)}</Suspense>
        </div>
    }
}

#[component]
fn PrefixForm(address: Address, asked: Asked) -> impl IntoView {
    let action = values_path(address.collection.read_untracked().as_deref());
    let kept = address.state.read_untracked().parameters();
    let kept = kept.into_iter().map(|(name, value)| {
        view! { <input type="hidden" name=name value=value /> }
    });
    view! {
        <form class="values-form" method="get" action=action>
            <input type="hidden" name="field" value=asked.field />
            {kept.collect_view()}
            <label for="prefix">"Values that begin with"</label>
            <input id="prefix" name="prefix" type="search" value=asked.prefix autocomplete="off" />
            <button type="submit" class="button-quiet">
                "Find"
            </button>
        </form>
    }
}

fn listed(found: &FacetCounts, state: &SearchState, path: &str) -> impl IntoView + use<> {
    let links = found.values.iter().map(|value| {
        let chosen = state.chooses(&found.field, &value.value);
        let href = state.toggled(&found.field, &value.value).href(path);
        let text = format!("{} ({})", value.value, thousands(value.count));
        view! {
            <li>
                <a class="chip" href=href aria-current=chosen.then_some("true") dir="auto">
                    {text}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    let said = match (found.values.len(), found.more) {
        (0, _) => "No value begins like this.".to_owned(),
        (_, 0) => counted(found.values.len() as u32, "value"),
        (_, more) => format!(
            "There are {} more: type more letters to narrow them down.",
            thousands(more)
        ),
    };
    view! {
        <ul class="values-list" aria-label="Values">
            {links}
        </ul>
        <p class="values-said" role="status">
            {said}
        </p>
    }
}

fn refused(problem: Problem) -> impl IntoView {
    view! {
        <div class="notice notice-problem" role="alert">
            <p class="notice-message">{problem.message}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_and_prefix_are_read_as_they_were_typed() {
        let asked = Asked::read("?field=dc%3Atype&prefix=+S%C3%A3o+&q=x");
        assert_eq!(
            (asked.field, asked.prefix),
            ("dc:type".into(), "São".into())
        );
    }
}
