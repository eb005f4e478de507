//! The bar: a button for each facet, which opens its panel, and the order. Conditions that no
//! panel represents are kept in hidden fields, so that none is lost.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, FacetCounts};

use super::counts::Counts;
use super::locale::Locale;
use super::panel::{Facet, Panel};
use super::sort::SortMenu;
use super::values::All;
use crate::address::Address;
use crate::answers::Answers;
use crate::components::live::live;
use crate::components::outside::close_outside;
use crate::json::Resource;
use crate::problem::Problem;
use crate::state::{SearchState, ends};

/// The panel that is open.
const OPEN: &str = "details.facet[open]";

/// The bar.
#[component]
pub fn FacetBar(
    /// The current address.
    address: Address,
    /// The answers: a search that fails has no counts.
    answers: Answers,
    /// The collection.
    info: Resource<Result<CollectionInfo, Problem>>,
    /// Called when a value, a range or an order is chosen.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(None);
    let counts = Counts::of(address, answers, info, open);
    close_outside(OPEN);
    view! {
        <Transition fallback=move || {
            move || hidden(&address.state.read(), &[])
        }>
            <Bar address info counts open on_change />
        </Transition>
    }
    .into_any()
}

#[component]
fn Bar(
    address: Address,
    info: Resource<Result<CollectionInfo, Problem>>,
    counts: Counts,
    open: RwSignal<Option<String>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let locale = Locale::of_reader();
    let known = Memo::new(move |_| counts.get());
    let facets = Memo::new(move |_| {
        let known = known.read();
        known.iter().map(Facet::of).collect::<Vec<Facet>>()
    });
    let fields = Signal::derive(move || {
        let facets = facets.read();
        facets.iter().map(|facet| facet.field.clone()).collect()
    });
    let panel = move |facet: Facet| {
        let all = {
            let field = facet.field.clone();
            Memo::new(move |_| All::of(info.read().as_ref(), &field))
        };
        let field = facet.field.clone();
        let counts = Memo::new(move |before: Option<&Option<FacetCounts>>| {
            let known = known.read();
            let own = known.iter().find(|counts| counts.field == field).cloned();
            // While another collection replaces this one, the panel is still there.
            own.or_else(|| before.cloned().flatten())
        });
        view! { <Panel address facet counts all open locale on_change /> }
    };
    view! {
        <div class="facets">
            <For each=move || facets.get() key=Facet::clone children=panel />
            <SortMenu address fields on_change />
        </div>
        {live(move || hidden(&address.state.read(), &facets.read()))}
    }
    .into_any()
}

/// Hidden fields for the conditions that none of these facets' panels shows.
fn hidden(state: &SearchState, facets: &[Facet]) -> AnyView {
    let shown = facets.iter().filter_map(|facet| {
        let (at, values) = state.selection(&facet.field)?;
        let shown = match &*values {
            [value] if facet.kind.has_ranges() => ends(value).is_some(),
            _ => !facet.kind.has_ranges(),
        };
        shown.then_some(at)
    });
    let shown: Vec<usize> = shown.collect();
    let filters = state.filters.iter().enumerate();
    let hidden = filters.filter(|(at, _)| !shown.contains(at));
    let hidden = hidden.map(|(_, filter)| {
        view! { <input type="hidden" name="filter" value=filter.clone() /> }
    });
    hidden.collect_view().into_any()
}
