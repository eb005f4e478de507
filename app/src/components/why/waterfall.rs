//! A score as a waterfall: each part begins where the one before it ended, and the last line is the
//! score.

use leptos::prelude::*;

use super::digits;

/// Which engine a part comes from, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Meaning.
    Meaning,
    /// Words.
    Words,
    /// Neither, such as similar records and the marks of the model.
    Other,
}

/// A part of a score.
pub struct Part {
    /// What it is.
    pub what: String,
    /// More about it, in small print.
    pub note: Option<String>,
    /// What it adds; `None` for a word that is missing, which is struck out.
    pub adds: Option<f32>,
    /// Where it comes from.
    pub kind: Kind,
}

impl Part {
    /// A part without a note.
    pub fn new(what: impl Into<String>, adds: f32, kind: Kind) -> Self {
        Self {
            what: what.into(),
            note: None,
            adds: Some(adds),
            kind,
        }
    }

    /// The same part with a note.
    pub fn noted(self, note: String) -> Self {
        Self {
            note: Some(note),
            ..self
        }
    }
}

/// The list of parts and, below them, their sum. Bars only repeat the numbers next to them.
pub fn waterfall(parts: Vec<Part>, sum: (&'static str, f32), decimals: usize) -> AnyView {
    let (least, most) = bounds(&parts);
    let mut reached = 0.0f32;
    let rows = parts.into_iter().map(|part| {
        let Part {
            what,
            note,
            adds,
            kind,
        } = part;
        let bar = adds.map(|adds| {
            let from = reached;
            reached += adds;
            bar((from, reached), (least, most), class(kind, adds))
        });
        let note = note.map(|note| view! { <span class="why-note">{note}</span> });
        let what = match adds {
            Some(_) => view! { <span class="why-what" dir="auto">{what}</span> }.into_any(),
            None => view! { <s class="why-what" dir="auto">{what}</s> }.into_any(),
        };
        let number = adds.map_or_else(|| "\u{2013}".to_owned(), |adds| digits(adds, decimals));
        view! {
            <li class="why-row">
                <span class="why-label">{what} {note}</span>
                {bar}
                <span class="why-adds">{number}</span>
            </li>
        }
        .into_any()
    });
    let rows: Vec<AnyView> = rows.collect();
    let (what, score) = sum;
    let label = ["Parts of it: ", what].concat();
    view! {
        <ul class="why-parts" aria-label=label>
            {rows}
            <li class="why-row why-sum">
                <span class="why-label">{what}</span>
                <span class="why-adds">{digits(score, decimals)}</span>
            </li>
        </ul>
    }
    .into_any()
}

/// The smallest and the largest sum on the way.
fn bounds(parts: &[Part]) -> (f32, f32) {
    let mut reached = 0.0f32;
    let mut bounds = (0.0f32, 0.0f32);
    for adds in parts.iter().filter_map(|part| part.adds) {
        reached += adds;
        bounds = (bounds.0.min(reached), bounds.1.max(reached));
    }
    bounds
}

fn class(kind: Kind, adds: f32) -> &'static str {
    match kind {
        _ if adds < 0.0 => "why-bar why-bar-below",
        Kind::Meaning => "why-bar why-bar-meaning",
        Kind::Words => "why-bar why-bar-words",
        Kind::Other => "why-bar",
    }
}

/// It is an SVG because its length needs no inline style, which the page's content security policy
/// forbids.
fn bar(ends: (f32, f32), (least, most): (f32, f32), class: &'static str) -> AnyView {
    let place = |at: f32| match most > least {
        true => (at - least) / (most - least) * 100.0,
        false => 0.0,
    };
    let (start, end) = (place(ends.0.min(ends.1)), place(ends.0.max(ends.1)));
    let percent = |share: f32| [&digits(share, 1), "%"].concat();
    view! {
        <svg class=class aria-hidden="true">
            <rect x=percent(start) width=percent((end - start).max(0.5)) height="100%" rx="2" />
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waterfall_is_as_wide_as_its_way() {
        let part = |adds| Part::new("word", adds, Kind::Words);
        assert_eq!(bounds(&[part(2.0), part(-0.5), part(1.0)]), (0.0, 2.5));
        assert_eq!(bounds(&[part(-1.0), part(3.0)]), (-1.0, 2.0));
        assert_eq!(bounds(&[]), (0.0, 0.0));
    }
}
