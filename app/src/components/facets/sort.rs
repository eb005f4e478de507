//! The order of listed records, or of records that match words: a menu in the search form.

use leptos::prelude::*;

use crate::address::Address;
use crate::numbers::label;

/// The menu; nothing if the records are ranked by meaning.
#[component]
pub fn SortMenu(
    /// The current address.
    address: Address,
    /// The fields of the collection's facets.
    fields: Signal<Vec<String>>,
    /// Called when an order is chosen.
    on_change: Callback<()>,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let state = address.state.read();
        !state.is_idle() && state.can_be_sorted()
    });
    let lists = Memo::new(move |_| address.state.read().lists());
    let fields = Memo::new(move |_| fields.get());
    let menu = move || {
        let fields = fields.get();
        let some = shown.get() && !fields.is_empty();
        some.then(|| view! { <Menu address fields lists=lists.get() on_change /> })
    };
    view! { {menu} }.into_any()
}

#[component]
fn Menu(
    address: Address,
    fields: Vec<String>,
    lists: bool,
    on_change: Callback<()>,
) -> impl IntoView {
    let select = NodeRef::<leptos::html::Select>::new();
    Effect::new(move || {
        let chosen = address.state.read().sort.clone().unwrap_or_default();
        if let Some(select) = select.get() {
            select.set_value(&chosen);
        }
    });
    let current = address.state.read_untracked().sort.clone();
    let option = |value: String, text: String| {
        let selected = current.as_ref() == Some(&value);
        view! { <option value=value selected=selected>{text}</option> }
    };
    let options = fields.into_iter().map(|field| {
        let name = label(&field);
        // The engine's syntax for a name that begins with a hyphen.
        let rising = match field.starts_with('-') {
            true => format!("\\{field}"),
            false => field,
        };
        let falling = format!("-{rising}");
        (
            option(rising, format!("{name}, ascending")),
            option(falling, format!("{name}, descending")),
        )
    });
    let options = options.collect_view();
    let usual = if lists {
        "Original order"
    } else {
        "Best match"
    };
    view! {
        <div class="order">
            <label for="sort">"Order"</label>
            <select
                node_ref=select
                id="sort"
                name="sort"
                on:change=move |_| on_change.run(())
            >
                <option value="">{usual}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}
