//! The lines between the places of the same record by meaning and by words. They are drawn in units
//! of one row, and stretched to the height of the lists.

use leptos::prelude::*;

use super::rows::{Line, Shown};
use crate::components::live::live;

/// How wide the drawing is, in its own units.
pub const WIDTH: f32 = 10.0;
/// How far from its list the dot of a record is that is not among the first of the other ranking.
const APART: f32 = 0.9;

/// The lines. The lists say the same in words, so the drawing is hidden from screen readers.
#[component]
pub fn Lines(
    /// What is shown.
    shown: Memo<Shown>,
) -> impl IntoView {
    let drawn = Memo::new(move |_| {
        let shown = shown.read();
        (shown.lines.clone(), shown.longest())
    });
    let view_box = move || format!("0 0 {WIDTH} {}", drawn.read().1.max(1));
    let lines = move || {
        let drawn = drawn.read();
        let lines = drawn.0.iter().map(|line| {
            view! { <path class=class_of(line) d=path(line) vector-effect="non-scaling-stroke" /> }
        });
        lines.collect_view()
    };
    view! {
        <div class="compare-lines">
            <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                {live(lines)}
            </svg>
        </div>
    }
    .into_any()
}

fn class_of(line: &Line) -> String {
    let kind = match (line.meaning, line.words) {
        (Some(_), Some(_)) => "compare-line compare-line-both",
        (Some(_), None) => "compare-line compare-line-meaning",
        _ => "compare-line compare-line-words",
    };
    match line.twin {
        Some(twin) => format!("{kind} twin-{twin}"),
        None => kind.into(),
    }
}

fn path(line: &Line) -> String {
    curve(line.meaning, line.words)
}

/// The path of a line between two places, in a drawing that is [`WIDTH`] wide and one high for each
/// place: a curve from one list to the other, or next to one of them a line without length, which is
/// drawn as a dot.
pub fn curve(left: Option<u32>, right: Option<u32>) -> String {
    let middle = |place: u32| place as f32 - 0.5;
    match (left.map(middle), right.map(middle)) {
        (Some(left), Some(right)) => {
            let half = WIDTH / 2.0;
            format!("M0 {left} C{half} {left} {half} {right} {WIDTH} {right}")
        }
        (Some(left), None) => format!("M{APART} {left} h0"),
        (None, Some(right)) => format!("M{} {right} h0", WIDTH - APART),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_the_middle_of_a_row_to_the_middle_of_another() {
        let of = |meaning, words| {
            path(&Line {
                meaning,
                words,
                twin: None,
            })
        };
        assert_eq!(of(Some(1), Some(3)), "M0 0.5 C5 0.5 5 2.5 10 2.5");
        assert_eq!(of(Some(2), None), "M0.9 1.5 h0");
        assert_eq!(of(None, Some(10)), "M9.1 9.5 h0");
    }
}
