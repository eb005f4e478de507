//! A panel's range of numbers or dates: two boxes, and with JavaScript two sliders on one track
//! below the histogram. The sliders move from interval to interval and fill in the boxes; only the
//! boxes are part of the form.

use leptos::prelude::*;
use parallax::vocabulary::{Bucket, FacetCounts, FacetKind};

use super::histogram::Histogram;
use super::locale::Locale;
use crate::address::Address;
use crate::components::live::live;
use crate::numbers::{label, real};
use crate::state::{LEAST, MOST_OF};

type Input = NodeRef<leptos::html::Input>;

/// The range.
#[component]
pub fn Range(
    /// The current address.
    address: Address,
    /// The facet's field.
    field: String,
    /// What its values are.
    kind: FacetKind,
    /// Its newest counts.
    counts: Memo<Option<FacetCounts>>,
    /// How numbers and dates are written.
    locale: Locale,
    /// Called when the range is changed.
    on_change: Callback<()>,
) -> impl IntoView {
    let buckets = Memo::new(move |_| {
        let counts = counts.read();
        counts
            .as_ref()
            .map(|counts| counts.histogram.clone())
            .unwrap_or_default()
    });
    let range = {
        let field = field.clone();
        Memo::new(move |_| address.state.read().range(&field))
    };
    let (low, high) = (RwSignal::new(0), RwSignal::new(usize::MAX));
    let [low_box, high_box, low_slider, high_slider]: [Input; 4] =
        std::array::from_fn(|_| NodeRef::new());

    let place = move |keep_boxes: bool| {
        let (least, most) = range.get();
        let (first, last) = places(&buckets.read(), kind, &least, &most);
        low.set(first);
        high.set(last);
        let fill = |input: Input, value: &str| {
            if let Some(input) = input.get_untracked() {
                input.set_value(value);
            }
        };
        fill(low_slider, &first.to_string());
        fill(high_slider, &last.to_string());
        if !keep_boxes {
            fill(low_box, &least);
            fill(high_box, &most);
        }
    };
    Effect::new(move |ran_before: Option<()>| {
        place(ran_before.is_none());
        if ran_before.is_none() {
            let (least, most) = range.get_untracked();
            let is_new = |input: Input, value: &str| {
                let typed = input.get_untracked().map(|input| input.value());
                typed.is_some_and(|typed| !typed.is_empty() && typed != value)
            };
            // Something was typed before the page came to life.
            if is_new(low_box, &least) || is_new(high_box, &most) {
                on_change.run(());
            }
        }
    });
    untrack(|| place(true));

    let slid = move |is_low: bool| {
        let (own, other) = if is_low {
            (low_slider, high)
        } else {
            (high_slider, low)
        };
        let (Some(slider), Some(typed)) = (
            own.get_untracked(),
            (if is_low { low_box } else { high_box }).get_untracked(),
        ) else {
            return;
        };
        let at: usize = slider.value().parse().unwrap_or(0);
        let other = other.get_untracked();
        // The sliders do not pass each other.
        let at = if is_low { at.min(other) } else { at.max(other) };
        slider.set_value(&at.to_string());
        (if is_low { low } else { high }).set(at);
        typed.set_value(&bound(&buckets.read_untracked(), at, is_low));
    };
    let name = label(&field);
    let slider = {
        let name = name.clone();
        move |is_low: bool| {
            let (node, at) = if is_low {
                (low_slider, low)
            } else {
                (high_slider, high)
            };
            let (initial, what) = (at.get_untracked(), if is_low { "from" } else { "to" });
            let told = move || {
                let buckets = buckets.read();
                let value = if is_low {
                    least_from(&buckets, at.get())
                } else {
                    most_up_to(&buckets, at.get())
                };
                value.map(|value| locale.value(value, kind))
            };
            view! {
                <input
                    node_ref=node
                    type="range"
                    min="0"
                    max=move || buckets.read().len().saturating_sub(1)
                    step="1"
                    value=initial
                    autocomplete="off"
                    aria-label=format!("{name}, {what}")
                    aria-valuetext=told
                    on:input=move |_| slid(is_low)
                    on:change=move |_| on_change.run(())
                />
            }
        }
    };
    let sliders = move || {
        (buckets.read().len() > 1).then(|| {
            view! { <div class="range-sliders with-js">{slider(true)} {slider(false)}</div> }
        })
    };
    let nothing = move || {
        let nothing = buckets.read().is_empty();
        nothing.then(|| view! { <p class="facet-note">"None of these records has a value."</p> })
    };
    let input = move |is_low: bool, name: String| {
        let (node, text) = if is_low {
            (low_box, "From")
        } else {
            (high_box, "To")
        };
        let own = move || {
            let (least, most) = range.get();
            if is_low { least } else { most }
        };
        let initial = untrack(own);
        let placeholder = move || {
            let buckets = buckets.read();
            let end = if is_low {
                least_from(&buckets, 0)
            } else {
                most_up_to(&buckets, usize::MAX)
            };
            end.map(str::to_owned)
        };
        view! {
            <label>
                {text}
                <input
                    node_ref=node
                    type=move || box_type(kind, &own())
                    name=name
                    value=initial
                    step="any"
                    autocomplete="off"
                    placeholder=placeholder
                    on:change=move |_| on_change.run(())
                />
            </label>
        }
    };
    let boxes = view! {
        <div class="range-boxes">
            {input(true, format!("{LEAST}{field}"))} {input(false, format!("{MOST_OF}{field}"))}
        </div>
    };
    let chosen = Signal::derive(move || (low.get(), high.get()));
    view! {
        <div class="range">
            <Histogram name kind buckets chosen locale />
            {live(sliders)}
            {live(nothing)}
            {boxes}
        </div>
    }
    .into_any()
}

/// The type of a box: a field for days cannot show a month, a year or a time.
fn box_type(kind: FacetKind, value: &str) -> &'static str {
    match kind {
        FacetKind::Date if value.is_empty() || value.len() == "2024-05-01".len() => "date",
        FacetKind::Date => "text",
        _ => "number",
    }
}

/// The first and the last interval with values in a range.
fn places(buckets: &[Bucket], kind: FacetKind, least: &str, most: &str) -> (usize, usize) {
    let last = buckets.len().saturating_sub(1);
    let reaches = |bucket: &Bucket| {
        let between = bucket.between.as_ref();
        between.is_some_and(|(_, greatest)| !is_less(kind, greatest, least))
    };
    let begins = |bucket: &Bucket| {
        let between = bucket.between.as_ref();
        between.is_some_and(|(first, _)| !is_less(kind, most, first))
    };
    let first = match least {
        "" => Some(0),
        _ => buckets.iter().position(reaches),
    };
    let end = match most {
        "" => Some(last),
        _ => buckets.iter().rposition(begins),
    };
    let first = first.unwrap_or(last);
    (first, end.unwrap_or(0).max(first))
}

/// Whether a value is less than another, both as texts. Of dates, only as much is compared as both
/// have: a month contains its days.
fn is_less(kind: FacetKind, one: &str, other: &str) -> bool {
    if kind == FacetKind::Date {
        let both = one.len().min(other.len());
        return one.get(..both) < other.get(..both);
    }
    let number = |text: &str| real(text).unwrap_or(f64::NAN);
    number(one) < number(other)
}

/// What a slider at an interval means for its box: nothing at its end of the track.
fn bound(buckets: &[Bucket], at: usize, is_low: bool) -> String {
    let value = match is_low {
        true if at == 0 => None,
        true => least_from(buckets, at),
        false if at + 1 >= buckets.len() => None,
        false => most_up_to(buckets, at),
    };
    value.unwrap_or_default().to_owned()
}

/// The least value in an interval or a later one.
fn least_from(buckets: &[Bucket], at: usize) -> Option<&str> {
    let mut from = buckets.iter().skip(at);
    from.find_map(|bucket| bucket.between.as_ref().map(|(least, _)| least.as_str()))
}

/// The greatest value in an interval or an earlier one.
fn most_up_to(buckets: &[Bucket], at: usize) -> Option<&str> {
    let mut to = buckets.iter().take(at.saturating_add(1)).rev();
    to.find_map(|bucket| bucket.between.as_ref().map(|(_, most)| most.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(between: Option<(&str, &str)>) -> Bucket {
        Bucket {
            count: u32::from(between.is_some()),
            between: between.map(|(least, most)| (least.into(), most.into())),
        }
    }

    fn years() -> Vec<Bucket> {
        let between = [
            Some(("990", "999")),
            None,
            Some(("1010", "1018")),
            Some(("1020", "1020")),
        ];
        between.map(bucket).into()
    }

    #[test]
    fn a_range_is_placed_on_the_track() {
        let placed = |least, most| places(&years(), FacetKind::Number, least, most);
        for (least, most, at) in [
            ("", "", (0, 3)),
            ("1000", "", (2, 3)),
            ("", "1015.5", (0, 2)),
            ("995", "1020", (0, 3)),
            ("1100", "", (3, 3)),
            ("", "3", (0, 0)),
        ] {
            assert_eq!(placed(least, most), at, "{least}..{most}");
        }
        assert_eq!(places(&[], FacetKind::Number, "1", "2"), (0, 0));
        let days = [("2023-01-05", "2023-12-30"), ("2024-01-01", "2024-06-01")];
        let days = days.map(|between| bucket(Some(between)));
        let placed = |least, most| places(&days, FacetKind::Date, least, most);
        assert_eq!(placed("2023-12-31", ""), (1, 1));
        assert_eq!(placed("2023", "2024"), (0, 1));
        assert_eq!(placed("", "2023-12"), (0, 0));
    }

    #[test]
    fn a_slider_means_values_that_there_are() {
        let years = years();
        let low: Vec<String> = (0..4).map(|at| bound(&years, at, true)).collect();
        assert_eq!(low, ["", "1010", "1010", "1020"]);
        let high: Vec<String> = (0..4).map(|at| bound(&years, at, false)).collect();
        assert_eq!(high, ["999", "999", "1018", ""]);
    }
}
