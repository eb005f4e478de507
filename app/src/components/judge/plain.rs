//! A record as it is shown to be judged: nothing tells how it was found.

use leptos::prelude::*;
use parallax::vocabulary::PlainRecord;

use crate::numbers::label;
use crate::record_address::record_path;
use crate::wording::name_of;

/// What a record is called.
pub fn called(record: &PlainRecord) -> String {
    match &record.id {
        Some(id) => name_of(&record.title, id),
        None if record.title.trim().is_empty() => "A record without a title".into(),
        None => record.title.clone(),
    }
}

/// Its title, the beginning of its text and some of its facets. The title has the id `name_id`, for
/// the label of what judges it.
pub fn plain(record: &PlainRecord, name_id: String) -> AnyView {
    let facets = record.facets.iter().map(|facet| {
        let what = format!("{}: ", label(&facet.field));
        view! {
            <span class="judge-facet">
                <span class="sr-only">{what}</span>
                <bdi>{facet.value.clone()}</bdi>
            </span>
        }
    });
    let facets = facets.collect_view();
    let text = match record.cut {
        true => [&record.text, "\u{2026}"].concat(),
        false => record.text.clone(),
    };
    view! {
        <span class="judge-name" id=name_id dir="auto">
            {called(record)}
        </span>
        <span class="judge-text" dir="auto">
            {text}
        </span>
        <span class="judge-facets">{facets}</span>
    }
    .into_any()
}

/// A link to all of the record, in a new tab, so that the list stays as it is.
pub fn whole(record: &PlainRecord, search_path: &str) -> Option<AnyView> {
    let href = record_path(search_path, record.id.as_deref()?);
    let what = format!("All of {} (opens in a new tab)", called(record));
    Some(
        view! {
            <a class="judge-open" href=href target="_blank" rel="external noopener" aria-label=what>
                "Open"
            </a>
        }
        .into_any(),
    )
}
