//! A small histogram of a facet's numbers or dates; the bars outside the chosen range are paler.

use leptos::prelude::*;
use parallax::vocabulary::{Bucket, FacetKind};

use super::locale::Locale;
use crate::components::live::live;

/// The height of the tallest bar.
const HEIGHT: u64 = 40;
/// The distance from bar to bar, and the width of a bar.
const STEP: usize = 8;
const WIDTH: usize = 7;

/// The histogram.
#[component]
pub fn Histogram(
    /// The facet's name.
    name: String,
    /// The kind of its values.
    kind: FacetKind,
    /// Its intervals.
    buckets: Memo<Vec<Bucket>>,
    /// The first and the last chosen interval.
    chosen: Signal<(usize, usize)>,
    /// How numbers and dates are written.
    locale: Locale,
) -> impl IntoView {
    let bars = move || {
        let buckets = buckets.read();
        let most = buckets
            .iter()
            .map(|bucket| bucket.count)
            .max()
            .unwrap_or(0)
            .max(1);
        let bars = buckets.iter().enumerate().map(|(at, bucket)| {
            let share = u64::from(bucket.count) * HEIGHT / u64::from(most);
            // A single record is visible, too.
            let height = if bucket.count > 0 { share.max(2) } else { 0 };
            let outside = move || {
                let (first, last) = chosen.get();
                at < first || at > last
            };
            view! {
                <rect
                    class="histogram-bar"
                    class:is-outside=outside
                    x=at * STEP
                    y=HEIGHT - height
                    width=WIDTH
                    height=height
                />
            }
        });
        bars.collect_view()
    };
    let told = move || {
        let buckets = buckets.read();
        let told = buckets.iter().filter_map(|bucket| {
            let (least, most) = bucket.between.as_ref()?;
            let (least, most) = (locale.value(least, kind), locale.value(most, kind));
            let count = locale.count(bucket.count);
            Some(if least == most {
                format!("{least}: {count}")
            } else {
                format!("{least} to {most}: {count}")
            })
        });
        let told: Vec<String> = told.collect();
        format!("Records by {name}. {}", told.join("; "))
    };
    view! {
        <svg
            class="histogram"
            role="img"
            aria-label=told
            viewBox=move || format!("0 0 {} {HEIGHT}", buckets.read().len().max(1) * STEP - 1)
            preserveAspectRatio="none"
        >
            {live(bars)}
        </svg>
    }
    .into_any()
}
