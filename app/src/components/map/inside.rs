//! The records inside the shape that was drawn, page by page; the best of them for a query
//! come first.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use parallax::vocabulary::{Inside, InsideRequest};
use web_sys::FocusOptions;

use super::chart::Chart;
use super::entry::entry;
use crate::browser::map_inside;
use crate::numbers::{counted, thousands};
use crate::problem::Problem;

/// How many records are listed at once.
const PAGE: u32 = 20;
/// The last record that can be listed.
const DEEPEST: u32 = parallax::vocabulary::limits::MAX_DEPTH as u32;

/// The list; nothing while there is no shape.
#[component]
pub fn InsideList(
    /// The map.
    chart: Chart,
) -> impl IntoView {
    let q = RwSignal::new(String::new());
    let offset = RwSignal::new(0u32);
    let question = Memo::new(move |_| InsideRequest {
        polygon: chart.shape.get(),
        q: q.get(),
        limit: PAGE,
        offset: offset.get(),
    });
    let found = RwSignal::new(None::<Result<Inside, Problem>>);
    let heading = NodeRef::<leptos::html::H2>::new();
    let asked = StoredValue::new(0u32);
    Effect::new(move || {
        // Another shape is listed from its beginning.
        if chart.shape.read().is_empty() {
            q.set(String::new());
        }
        offset.set(0);
    });
    Effect::new(move || {
        let request = question.get();
        asked.update_value(|asked| *asked += 1);
        if request.polygon.is_empty() {
            found.set(None);
            return;
        }
        let own = asked.get_value();
        leptos::task::spawn_local(async move {
            let collection = chart.collection.get_value();
            let answer = map_inside(&collection, &request).await;
            // A newer question may have been asked, or the page left.
            if asked.try_get_value() == Some(own) {
                found.set(Some(answer));
            }
        });
    });
    let open = Memo::new(move |_| !chart.shape.read().is_empty());
    // From a button far away, the list is the next thing to read.
    Effect::new(move || {
        if let (true, Some(heading)) = (open.get(), heading.get()) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = heading.focus_with_options(&options);
        }
    });
    let title = move || match &*found.read() {
        None => "Searching the area\u{2026}".to_owned(),
        Some(Err(_)) => "The area could not be read".to_owned(),
        Some(Ok(inside)) => format!("{} inside", counted(inside.total, "record")),
    };
    let body = move || {
        let found = found.get()?;
        Some(match found {
            Err(problem) => view! { <p class="map-note">{problem.message}</p> }.into_any(),
            Ok(inside) => listed(chart, inside, offset).into_any(),
        })
    };
    let first = move || {
        let q = q.get();
        let told = view! {
            <p class="map-note">"The best hits for \u{201c}" <bdi>{q.clone()}</bdi> "\u{201d} come first."</p>
        };
        (!q.is_empty()).then_some(told)
    };
    let field = NodeRef::<leptos::html::Input>::new();
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            offset.set(0);
            q.set(field.value().trim().to_owned());
        }
    };
    let part = move || {
        open.get().then(|| {
            view! {
                <section class="map-part map-inside" aria-labelledby="map-inside">
                    <div class="map-part-head">
                        <h2 id="map-inside" tabindex="-1" node_ref=heading>
                            {title}
                        </h2>
                        <p class="sr-only" role="status">
                            {title}
                        </p>
                        <button
                            type="button"
                            class="map-link"
                            on:click=move |_| chart.shape.set(Vec::new())
                        >
                            "Clear the area"
                        </button>
                    </div>
                    <form class="map-within" role="search" aria-label="Inside the area" on:submit=search>
                        <label for="map-within" class="sr-only">
                            "Search among them"
                        </label>
                        <input
                            node_ref=field
                            id="map-within"
                            type="search"
                            placeholder="Search among them"
                            autocomplete="off"
                        />
                        <button type="submit" class="button-quiet">
                            "Find"
                        </button>
                    </form>
                    {first}
                    {body}
                </section>
            }
        })
    };
    view! { {part} }.into_any()
}

fn listed(chart: Chart, inside: Inside, offset: RwSignal<u32>) -> impl IntoView {
    let first = offset.get_untracked();
    let last = first + inside.records.len() as u32;
    let entries = inside
        .records
        .iter()
        .map(|record| entry(chart, None, record.index, &record.id, &record.title));
    let entries = entries.collect_view();
    let more = last < inside.total.min(DEEPEST) && last > first;
    let pages = (more || first > 0).then(|| {
        let range = format!(
            "{}\u{2013}{} of {}",
            first + 1,
            last,
            thousands(inside.total)
        );
        view! {
            <p class="map-pages">
                <button
                    type="button"
                    class="map-link"
                    disabled=first == 0
                    on:click=move |_| offset.set(first.saturating_sub(PAGE))
                >
                    "Previous"
                </button>
                <span>{range}</span>
                <button
                    type="button"
                    class="map-link"
                    disabled=!more
                    on:click=move |_| offset.set(first + PAGE)
                >
                    "Next"
                </button>
            </p>
        }
    });
    view! {
        <ol class="map-list" start=first + 1>
            {entries}
        </ol>
        {pages}
    }
}
