//! A panel's values to choose from: several may be chosen, and any of them is enough. A field
//! finds those that are not listed.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use leptos::wasm_bindgen::JsCast;
use parallax::vocabulary::{CollectionInfo, Condition, Counted, FacetCounts};
use web_sys::HtmlInputElement;

use super::counts::{LISTED, counting};
use super::locale::Locale;
use crate::address::Address;
use crate::components::live::live;
use crate::functions::facets;
use crate::numbers::label;
use crate::paths::values_path;
use crate::problem::Problem;
use crate::state::PICK;

/// How many found values are listed.
const FOUND: u32 = 50;

/// A facet's values in the whole collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct All {
    /// The most frequent ones.
    values: Vec<String>,
    /// How many there are.
    number: u32,
}

impl All {
    /// Those of a field, as far as they are known.
    pub fn of(info: Option<&Result<CollectionInfo, Problem>>, field: &str) -> Self {
        let facets = info
            .and_then(|info| info.as_ref().ok())
            .map(|info| &info.facets);
        let mut facets = facets.into_iter().flatten();
        let Some(facet) = facets.find(|facet| facet.field == field) else {
            return Self::default();
        };
        let values = facet.values.iter().map(|value| value.value.clone());
        Self {
            values: values.collect(),
            number: facet.values.len() as u32 + facet.more,
        }
    }
}

/// The values.
#[component]
pub fn Values(
    /// The current address.
    address: Address,
    /// The facet's field.
    field: String,
    /// Its newest counts.
    counts: Memo<Option<FacetCounts>>,
    /// Its values in the whole collection.
    all: Memo<All>,
    /// How counts are written.
    locale: Locale,
    /// Called when a value is chosen or no longer chosen.
    on_change: Callback<()>,
) -> impl IntoView {
    let field = StoredValue::new(field);
    let prefix = RwSignal::new(String::new());
    let found = found(address, field, prefix);
    let shown = Memo::new(move |_| {
        let (found, counts) = (found.read(), counts.read());
        let listed = found.as_ref().or(counts.as_ref());
        let mut values = listed.map(|listed| with_others(listed, &all.read(), &prefix.read()));
        let values = values.get_or_insert_default();
        // No choice is lost.
        for chosen in address.state.read().selected(&field.read_value()) {
            if !values.contains(&chosen) {
                values.push(chosen);
            }
        }
        std::mem::take(values)
    });
    let count = move |value: &str| {
        let of = |counts: &Option<FacetCounts>| {
            let counts = counts.as_ref()?;
            let own = counts.values.iter().find(|own| own.value == value);
            own.map(|own| own.count)
        };
        let listed = found.with(of).or_else(|| counts.with(of));
        // If all are listed, the others have none.
        let complete = counts
            .read()
            .as_ref()
            .is_some_and(|counts| counts.more == 0);
        listed.or(complete.then_some(0))
    };
    let row = move |value: String| {
        let filter = Condition::equals(field.get_value(), &*value).to_string();
        let chosen = address
            .state
            .read_untracked()
            .chooses(&field.read_value(), &value);
        let text = value.clone();
        view! {
            <li>
                <label class="facet-value">
                    <input
                        type="checkbox"
                        name=PICK
                        value=filter
                        checked=chosen
                        on:change=move |_| on_change.run(())
                    />
                    <bdi class="facet-text">{text}</bdi>
                    <span class="facet-count">{live(move || count(&value).map(|n| locale.count(n)))}</span>
                </label>
            </li>
        }
    };
    let list = NodeRef::<leptos::html::Ul>::new();
    Effect::new(move |ran_before: Option<()>| {
        let chosen: Vec<String> = {
            let state = address.state.read();
            let field = field.read_value();
            let values = state.selected(&field).into_iter();
            values
                .map(|value| Condition::equals(&**field, value).to_string())
                .collect()
        };
        let Some(list) = list.get_untracked() else {
            return;
        };
        if ran_before.is_some() {
            choose(&list, &chosen);
        } else if boxes(&list)
            .iter()
            .any(|input| input.checked() != chosen.contains(&input.value()))
        {
            // Something was chosen before the page came to life.
            on_change.run(());
        }
    });
    // Neither depends on what is typed into the field.
    let number = Memo::new(move |_| all.read().number);
    let is_long = Memo::new(move |_| number.get() > LISTED);
    let none = move || {
        let nothing = shown.read().is_empty();
        nothing.then(|| {
            let said = if prefix.read().is_empty() {
                "None of these records has a value."
            } else {
                "No value in these records begins like this."
            };
            view! { <p class="facet-note" role="status">{said}</p> }
        })
    };
    let search = move || {
        is_long.get().then(|| {
            let name = label(&field.read_value());
            view! {
                <input
                    type="search"
                    class="facet-find with-js"
                    autocomplete="off"
                    aria-label=format!("Find a value of {name}")
                    placeholder="Find: begins with\u{2026}"
                    on:keydown=keep_in_field
                    on:input:target=move |event| prefix.set(event.target().value())
                />
            }
        })
    };
    let rest = move || {
        is_long.get().then(|| {
            let name = label(&field.read_value());
            let number = move || locale.count(number.get());
            view! {
                <a
                    class="facet-more"
                    href=move || values_of(address, &field.read_value())
                    aria-label=move || format!("All {} values of {name}", number())
                >
                    {live(move || format!("All {} values", number()))}
                </a>
            }
        })
    };
    view! {
        {live(search)}
        <ul node_ref=list class="facet-values">
            <For each=move || shown.get() key=String::clone children=row />
        </ul>
        {live(none)}
        {live(rest)}
    }
    .into_any()
}

/// The values to list. By meaning, further records follow those that match well, so there are also
/// values that none of these have; they come last, if there is room.
fn with_others(listed: &FacetCounts, all: &All, prefix: &str) -> Vec<String> {
    let mut values: Vec<String> = listed
        .values
        .iter()
        .map(|value| value.value.clone())
        .collect();
    let by_meaning = matches!(listed.counted, Counted::Answers | Counted::AtLeast);
    if listed.more > 0 || !by_meaning {
        return values;
    }
    let prefix = prefix.trim().to_lowercase();
    let others = all
        .values
        .iter()
        .filter(|value| value.to_lowercase().starts_with(&prefix));
    for other in others {
        if values.len() >= LISTED as usize {
            break;
        }
        if !values.contains(other) {
            values.push(other.clone());
        }
    }
    values
}

/// The values that begin with what is typed; `None` if nothing is. A newer request cancels the
/// older one.
fn found(
    address: Address,
    field: StoredValue<String>,
    prefix: RwSignal<String>,
) -> RwSignal<Option<FacetCounts>> {
    let found = RwSignal::new(None);
    Effect::new(move || {
        let typed = prefix.get();
        let typed = typed.trim();
        if typed.is_empty() {
            found.set(None);
            return;
        }
        let request = counting(&address.state.read(), &field.read_value(), typed, FOUND, 0);
        let collection = address.collection.get();
        spawn_local_scoped_with_cancellation(async move {
            // On failure, the values stay as they are.
            if let Ok(counts) = facets(collection, request).await {
                found.set(counts.into_iter().next());
            }
        });
    });
    found
}

/// Checks the boxes of the chosen values, and no others.
fn choose(list: &web_sys::Element, chosen: &[String]) {
    for input in boxes(list) {
        input.set_checked(chosen.contains(&input.value()));
    }
}

fn boxes(list: &web_sys::Element) -> Vec<HtmlInputElement> {
    let Ok(found) = list.query_selector_all("input") else {
        return Vec::new();
    };
    let found = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok());
    found.collect()
}

/// Enter would send the search form.
fn keep_in_field(event: KeyboardEvent) {
    if event.key() == "Enter" {
        event.prevent_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::{FacetCount, FacetKind};

    fn listed(counted: Counted, more: u32) -> FacetCounts {
        let value = |value: &str| FacetCount {
            value: value.into(),
            count: 1,
        };
        FacetCounts {
            field: "city".into(),
            kind: FacetKind::Text,
            counted,
            values: Vec::from([value("Oslo")]),
            more,
            histogram: Vec::new(),
        }
    }

    #[test]
    fn by_meaning_values_without_a_good_match_come_last() {
        let all = All {
            values: ["Berlin", "Oslo", "Bergen", "Lima"]
                .map(str::to_owned)
                .into(),
            number: 4,
        };
        let of = |counted, more, prefix| with_others(&listed(counted, more), &all, prefix);
        assert_eq!(
            of(Counted::Answers, 0, ""),
            ["Oslo", "Berlin", "Bergen", "Lima"]
        );
        assert_eq!(of(Counted::AtLeast, 0, " be"), ["Oslo", "Berlin", "Bergen"]);
        // Further values may have matches, and by words, the others have none.
        assert_eq!(of(Counted::Answers, 1, ""), ["Oslo"]);
        assert_eq!(of(Counted::Matching, 0, ""), ["Oslo"]);
    }
}
