//! The filters of the search form: a menu for each facet. Conditions that no menu represents are
//! kept in hidden fields, so that none is lost.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, Condition, FacetValues};

use crate::address::Address;
use crate::numbers::{label, thousands};
use crate::problem::Problem;
use crate::state::{SearchState, values_path};
use crate::wording::values as named;

/// The menus.
#[component]
pub fn FacetFilter(
    /// The current address.
    address: Address,
    /// The collection.
    info: Resource<Result<CollectionInfo, Problem>>,
    /// Called when a value is chosen.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let menus = move || {
        let info = info.get()?.ok()?;
        let menu = |facet| view! { <Menu address facet on_change /> };
        Some(info.facets.into_iter().map(menu).collect_view())
    };
    let others = move || {
        let facets = info.get().and_then(Result::ok).map(|info| info.facets);
        hidden(&address.state.read(), &facets.unwrap_or_default())
    };
    // Without JavaScript, the search button would start a new search instead of filtering the
    // similar records.
    let apply = move || {
        address.state.read().like.clone().map(|id| {
            view! {
                <button type="submit" name="like" value=id class="button-quiet without-js">
                    "Filter these"
                </button>
            }
        })
    };
    view! {
        <Suspense fallback=move || move || hidden(&address.state.read(), &[])>
            <div class="facets">{menus} {apply}</div>
            {others}
        </Suspense>
    }
}

#[component]
fn Menu(address: Address, facet: FacetValues, on_change: Callback<()>) -> impl IntoView {
    let FacetValues {
        field,
        values,
        more,
    } = facet;
    let id = format!("filter-{field}");
    let select = NodeRef::<leptos::html::Select>::new();
    let chosen = {
        let field = field.clone();
        move |state: &SearchState| state.filter_on(&field).map(str::to_owned)
    };
    let current = chosen(&address.state.read_untracked());
    let known = values
        .iter()
        .map(|known| Condition::equals(&*field, &*known.value).to_string());
    let known: Vec<String> = known.collect();
    // A value in the URL is shown as selected, even if it is not in the list.
    let unlisted = {
        let field = field.clone();
        move || {
            let state = address.state.read();
            let filter = state.filter_on(&field)?.to_owned();
            if known.contains(&filter) {
                return None;
            }
            let values = named(&filter.parse().ok()?);
            Some(view! { <option value=filter selected=true>{values}</option> })
        }
    };
    Effect::new(move || {
        let chosen = chosen(&address.state.read()).unwrap_or_default();
        if let Some(select) = select.get() {
            select.set_value(&chosen);
        }
    });
    let options = values.into_iter().map(|known| {
        let filter = Condition::equals(&*field, &*known.value).to_string();
        let selected = current.as_ref() == Some(&filter);
        let text = format!("{} ({})", known.value, thousands(known.count));
        view! { <option value=filter selected=selected>{text}</option> }
    });
    let options = options.collect_view();
    let name = label(&field);
    let rest = (more > 0).then(|| {
        let (text, what) = (
            format!("{} more", thousands(more)),
            format!("{} more values of {name}", thousands(more)),
        );
        let href = move || values_of(address, &field);
        view! {
            <a class="facet-more" href=href aria-label=what>
                {text}
            </a>
        }
    });
    view! {
        <div class="facet">
            <label for=id.clone()>{name}</label>
            <select
                node_ref=select
                id=id
                name="filter"
                on:change=move |_| on_change.run(())
            >
                <option value="">"Any"</option>
                {unlisted}
                {options}
            </select>
        </div>
        {rest}
    }
}

/// The link to all values of a field.
fn values_of(address: Address, field: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("field", field);
    query.extend_pairs(address.state.read().parameters());
    let path = values_path(address.collection.read().as_deref());
    format!("{path}?{}", query.finish())
}

/// Hidden fields for the conditions that none of these facets' menus shows.
fn hidden(state: &SearchState, facets: &[FacetValues]) -> impl IntoView + use<> {
    let in_menu = |filter: &str| {
        let mut fields = facets.iter().map(|facet| facet.field.as_str());
        fields.any(|field| state.filter_on(field) == Some(filter))
    };
    let hidden = state
        .filters
        .iter()
        .filter(|filter| !in_menu(filter))
        .cloned();
    hidden
        .map(|filter| view! { <input type="hidden" name="filter" value=filter /> })
        .collect_view()
}
