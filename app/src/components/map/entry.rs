//! A record in one of the lists beside the map. Pointing at it shows where it is.

use leptos::prelude::*;

use super::chart::Chart;
use super::labels::shortened;
use crate::record_address::record_path;
use crate::wording::name_of;

/// How many letters of a title are shown.
const LETTERS: usize = 140;

/// The entry, with its number in the list; `None` for the one after that before it.
pub fn entry(
    chart: Chart,
    number: Option<u32>,
    index: u32,
    id: &str,
    title: &str,
) -> impl IntoView + use<> {
    let point = move |to: Option<u32>| chart.pointed.set(to);
    let href = chart.path.with_value(|path| record_path(path, id));
    view! {
        <li
            value=number
            on:pointerenter=move |_| point(Some(index))
            on:pointerleave=move |_| point(None)
            on:focusin=move |_| point(Some(index))
            on:focusout=move |_| point(None)
        >
            // See `record_path`.
            <a href=href rel="external" dir="auto">
                {shortened(&name_of(title, id), LETTERS)}
            </a>
        </li>
    }
}
