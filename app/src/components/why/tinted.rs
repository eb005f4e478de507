//! Two texts tinted word by word with what each word adds. Pointing at a word, or moving to it with
//! the arrow keys, tints the other text with what the two share.
//!
//! Without JavaScript the tints stand, with each number in a tooltip and in the table.

use std::ops::Range;
use std::sync::Arc;

use leptos::ev::{Event, FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

use super::{digits, largest};

/// A word of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its place in the text.
    pub at: Range<usize>,
    /// What it adds.
    pub share: f32,
    /// Its index in the table of partners; `None` if it has none.
    pub partner: Option<usize>,
}

/// A text and its words, in order.
pub struct Text {
    /// What it is, such as "Your query".
    pub label: &'static str,
    /// The text.
    pub text: String,
    /// Its words. Those that are not in the text are left out.
    pub words: Vec<Word>,
    /// The names of the words in the table of partners.
    pub names: Vec<String>,
}

/// What is pointed at: the index of the text, and that of the word in the table.
type Pointed = RwSignal<Option<(usize, usize)>>;

/// What the words of two texts share: a row for each of the first.
type Table = Arc<Vec<Vec<f32>>>;

/// How many partners are named.
const NAMED: usize = 4;

/// The two texts, with the line that says what is pointed at.
#[component]
pub fn Tinted(
    /// The query and the record's text.
    texts: [Text; 2],
    /// What each word of the query shares with each word of the record.
    table: Vec<Vec<f32>>,
) -> impl IntoView {
    let pointed: Pointed = RwSignal::new(None);
    // Set by a click or by the keyboard; then the pointer may leave.
    let held = RwSignal::new(false);
    let table: Table = Arc::new(table);
    let names = Arc::new([texts[0].names.clone(), texts[1].names.clone()]);
    let said = {
        let (names, table) = (Arc::clone(&names), Arc::clone(&table));
        move || {
            let (side, word) = pointed.get()?;
            said(&names, &table, side, word)
        }
    };
    let over = move |event: Event| {
        if !held.get_untracked() {
            pointed.set(word_of(&event));
        }
    };
    let click = move |event: Event| {
        let word = word_of(&event);
        let again = word == pointed.get_untracked() && held.get_untracked();
        held.set(word.is_some() && !again);
        pointed.set(word.filter(|_| !again));
    };
    let drawn = texts.into_iter().enumerate();
    let drawn = drawn.map(|(side, text)| one(side, text, &table, pointed, held));
    let drawn: Vec<AnyView> = drawn.collect();
    view! {
        <div
            class="why-texts"
            on:pointerover=move |event| over(event.into())
            on:pointerleave=move |_| {
                if !held.get_untracked() {
                    pointed.set(None);
                }
            }
            on:click=move |event| click(event.into())
        >
            {drawn}
        </div>
        <p class="why-said with-js" aria-live="polite">
            {move || {
                said()
                    .unwrap_or_else(|| {
                        "Point at a word, or move to a text and use the arrow keys, to see what it \
                         shares with the other text."
                            .into()
                    })
            }}
        </p>
    }
    .into_any()
}

fn one(side: usize, text: Text, table: &Table, pointed: Pointed, held: RwSignal<bool>) -> AnyView {
    let Text {
        label, text, words, ..
    } = text;
    let sizes = words.iter().map(|word| word.share.abs());
    let most = sizes.fold(0.0, f32::max);
    let mut drawn: Vec<AnyView> = Vec::with_capacity(2 * words.len() + 1);
    let mut order: Vec<usize> = Vec::new();
    let mut strongest = (f32::MIN, None);
    let mut reached = 0;
    for word in words {
        let (Some(between), Some(spelled)) =
            (text.get(reached..word.at.start), text.get(word.at.clone()))
        else {
            continue;
        };
        // An empty string would be rendered as a space.
        if spelled.is_empty() {
            continue;
        }
        if !between.is_empty() {
            drawn.push(between.to_owned().into_any());
        }
        reached = word.at.end;
        if let Some(partner) = word.partner {
            if order.last() != Some(&partner) {
                order.push(partner);
            }
            if word.share > strongest.0 {
                strongest = (word.share, Some(partner));
            }
        }
        drawn.push(span(side, &word, spelled.to_owned(), most, table, pointed));
    }
    let after = text.get(reached..).filter(|after| !after.is_empty());
    drawn.push(after.map(str::to_owned).into_any());

    let focused = move |event: FocusEvent| {
        // A click focuses the text too, but points at a word itself.
        if let Some(partner) = strongest.1
            && is_focused_by_key(&event)
        {
            held.set(true);
            pointed.set(Some((side, partner)));
        }
    };
    let left = move || {
        held.set(false);
        pointed.set(None);
    };
    let at = RwSignal::new(0usize);
    let pressed = move |event: KeyboardEvent| {
        let last = order.len().saturating_sub(1);
        let now = at.get_untracked().min(last);
        let current = pointed.get_untracked().filter(|of| of.0 == side);
        // The pointer may have gone elsewhere.
        let now = match current {
            Some((_, word)) if order.get(now) != Some(&word) => {
                order.iter().position(|&of| of == word).unwrap_or(now)
            }
            _ => now,
        };
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (now + 1).min(last),
            "ArrowLeft" | "ArrowUp" => now.saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                left();
                return;
            }
            _ => return,
        };
        event.prevent_default();
        at.set(next);
        if let Some(&word) = order.get(next) {
            held.set(true);
            pointed.set(Some((side, word)));
        }
    };
    // A stop for the keyboard only where keys do something.
    let alive = RwSignal::new(false);
    Effect::new(move || alive.set(true));
    let scale = ["strongest tint: ", &digits(most, 3)].concat();
    view! {
        <div class="why-side">
            <p class="why-side-label">
                {label} " " <span class="why-scale">{scale}</span>
            </p>
            <p
                class="why-text"
                dir="auto"
                role="group"
                aria-label=label
                tabindex=move || alive.get().then_some("0")
                on:focus=focused
                on:blur=move |_| left()
                on:keydown=pressed
            >
                {drawn}
            </p>
        </div>
    }
    .into_any()
}

fn span(
    side: usize,
    word: &Word,
    spelled: String,
    most: f32,
    table: &Table,
    pointed: Pointed,
) -> AnyView {
    let own = tint(word.share, most);
    let title = digits(word.share, 4);
    let Some(partner) = word.partner else {
        return view! {
            <span class=own title=title>
                {spelled}
            </span>
        }
        .into_any();
    };
    let table = Arc::clone(table);
    let class = move || match pointed.get() {
        None => own.clone(),
        Some((of, word)) if of == side && word == partner => [&own, " is-pointed"].concat(),
        Some((of, _)) if of == side => tint(0.0, 1.0),
        Some((of, word)) => {
            let share = |partner| shared(&table, of, word, partner);
            let count = if of == 0 { width(&table) } else { table.len() };
            let most = (0..count).map(|at| share(at).abs()).fold(0.0, f32::max);
            tint(share(partner), most)
        }
    };
    let mark = [side, partner].map(|number| number.to_string()).join("-");
    view! {
        <span class=class title=title data-word=mark>
            {spelled}
        </span>
    }
    .into_any()
}

/// The class of a word that adds this much, where the strongest adds `most`.
fn tint(share: f32, most: f32) -> String {
    const TINTS: [&str; 10] = [
        "why-word",
        "why-word share-1",
        "why-word share-2",
        "why-word share-3",
        "why-word share-4",
        "why-word share-5",
        "why-word share-6",
        "why-word share-7",
        "why-word share-8",
        "why-word share-9",
    ];
    let level = match most > 0.0 {
        true => (share.abs() / most * 9.0).round().clamp(0.0, 9.0) as usize,
        false => 0,
    };
    let class = TINTS.get(level).copied().unwrap_or_default();
    match share < 0.0 && level > 0 {
        true => [class, " is-below"].concat(),
        false => class.to_owned(),
    }
}

/// What a word of one text shares with a word of the other.
fn shared(table: &[Vec<f32>], side: usize, word: usize, other: usize) -> f32 {
    let (row, at) = if side == 0 {
        (word, other)
    } else {
        (other, word)
    };
    let share = table.get(row).and_then(|row| row.get(at));
    share.copied().unwrap_or(0.0)
}

fn width(table: &[Vec<f32>]) -> usize {
    table.first().map_or(0, Vec::len)
}

/// What the line below the texts says about a word.
fn said(names: &[Vec<String>; 2], table: &[Vec<f32>], side: usize, word: usize) -> Option<String> {
    let (own, others) = match side {
        0 => (&names[0], &names[1]),
        _ => (&names[1], &names[0]),
    };
    let name = own.get(word)?;
    let shares = (0..others.len()).map(|at| shared(table, side, word, at));
    let shares: Vec<f32> = shares.collect();
    let sum = shares.iter().sum();
    let most = largest(&shares, NAMED).into_iter().filter_map(|at| {
        let share = shares.get(at).filter(|share| **share > 0.0)?;
        Some([others.get(at)?, " ", &digits(*share, 3)].concat())
    });
    let most: Vec<String> = most.collect();
    let most = match most.is_empty() {
        true => String::new(),
        false => [", most with ", &most.join(", ")].concat(),
    };
    let sum = digits(sum, 3);
    Some(["\u{201c}", name, "\u{201d} adds ", &sum, &most].concat())
}

fn is_focused_by_key(event: &FocusEvent) -> bool {
    let target = event.target().map(JsCast::dyn_into::<Element>);
    let element = target.and_then(Result::ok);
    element.is_some_and(|element| element.matches(":focus-visible").unwrap_or(true))
}

/// The word that an event happened on.
fn word_of(event: &Event) -> Option<(usize, usize)> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let mark = element.closest("[data-word]").ok()??;
    let mark = mark.get_attribute("data-word")?;
    let (side, word) = mark.split_once('-')?;
    Some((side.parse().ok()?, word.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tints_grow_with_the_share_and_say_its_sign() {
        assert_eq!(tint(0.0, 0.5), "why-word");
        assert_eq!(tint(0.5, 0.5), "why-word share-9");
        assert_eq!(tint(-0.25, 0.5), "why-word share-5 is-below");
        assert_eq!(tint(0.1, 0.0), "why-word");
        assert_eq!(tint(f32::NAN, 1.0), "why-word");
    }

    #[test]
    fn a_word_is_told_with_its_partners_in_either_text() {
        let names = [vec!["goat".to_owned()], vec!["milk".into(), "of".into()]];
        let table = vec![vec![0.25, -0.125]];
        let query = said(&names, &table, 0, 0).unwrap();
        assert_eq!(
            query,
            "\u{201c}goat\u{201d} adds 0.125, most with milk 0.250"
        );
        let record = said(&names, &table, 1, 1).unwrap();
        assert_eq!(record, "\u{201c}of\u{201d} adds \u{2212}0.125");
        assert_eq!(said(&names, &table, 1, 9), None);
    }
}
