//! The field in which a query is typed, with a list of what it may become: a combobox after the
//! ARIA Authoring Practices. Without JavaScript it is a plain field.
//!
//! The focus stays in the field. The arrow keys go through the list, Enter takes what is marked,
//! Escape closes the list, and Tab leaves.

pub mod options;

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use parallax::vocabulary::Suggestions;

use self::options::{Choice, Offer, offers};
use crate::address::Address;
use crate::browser::{forget_queries, recent_queries};
use crate::components::keys::focus_result;
use crate::components::live::live;
use crate::components::microphone::Microphone;
use crate::functions::suggest;
use crate::state::LONGEST;

/// The field's list of options, as signals.
#[derive(Clone, Copy)]
struct List {
    /// Whether it may be shown.
    open: RwSignal<bool>,
    /// What was typed.
    typed: RwSignal<String>,
    recent: RwSignal<Vec<String>>,
    /// The option that is marked.
    marked: RwSignal<Option<usize>>,
    offers: Memo<Vec<Offer>>,
}

impl List {
    fn new(address: Address) -> Self {
        let typed = RwSignal::new(String::new());
        let recent = RwSignal::new(Vec::new());
        // What was found, and for which text.
        let found = RwSignal::new(<(String, Suggestions)>::default());
        let open = RwSignal::new(false);
        Effect::new(move || {
            let typed = typed.get();
            if typed.trim().is_empty() {
                found.set(Default::default());
                return;
            }
            let collection = address.collection.get();
            // Cancelled when more is typed. Without an answer, what was found before stays.
            spawn_local_scoped_with_cancellation(async move {
                if let Ok(suggestions) = suggest(collection, typed.clone()).await {
                    found.set((typed, suggestions));
                }
            });
        });
        Self {
            open,
            typed,
            recent,
            marked: RwSignal::new(None),
            offers: Memo::new(move |_| offers(&typed.read(), &recent.read(), &found.read())),
        }
    }

    fn is_shown(self) -> bool {
        self.open.get() && !self.offers.read().is_empty()
    }

    /// Shows what goes on from a text.
    fn show(self, text: String) {
        self.marked.set(None);
        self.recent.set(recent_queries());
        self.typed.set(text);
        self.open.set(true);
    }

    fn close(self) {
        self.open.set(false);
        self.marked.set(None);
    }

    /// Marks the next option or the previous one. Beyond the ends, none is marked.
    fn step(self, down: bool) {
        let count = self.offers.read_untracked().len();
        let marked = match (self.marked.get_untracked(), down) {
            (None, true) => Some(0),
            (None, false) => count.checked_sub(1),
            (Some(at), true) => Some(at + 1).filter(|next| *next < count),
            (Some(at), false) => at.checked_sub(1),
        };
        self.marked.set(marked);
    }

    /// What the marked option does.
    fn marked_choice(self) -> Option<Choice> {
        let at = self.marked.get_untracked()?;
        let offers = self.offers.read_untracked();
        offers.get(at).map(|offer| offer.choice.clone())
    }
}

/// The field.
#[component]
pub fn QueryField(
    /// The current address.
    address: Address,
    /// The field's element.
    field: NodeRef<leptos::html::Input>,
    /// Called when something is typed.
    on_type: Callback<()>,
    /// Called when an option is chosen.
    on_choose: Callback<Choice>,
) -> impl IntoView {
    // Only a page that is alive has a list.
    let alive = RwSignal::new(false);
    Effect::new(move || alive.set(true));
    let list = List::new(address);
    let shown = Memo::new(move |_| list.is_shown());
    let value = move || {
        let field = field.get_untracked();
        field.map(|field| field.value()).unwrap_or_default()
    };
    let typed = move || {
        list.show(value());
        on_type.run(());
    };
    let choose = Callback::new(move |choice: Choice| {
        if choice == Choice::Forget {
            forget_queries();
        }
        list.close();
        on_choose.run(choice);
    });
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        _ if event.is_composing() => {}
        "ArrowDown" | "ArrowUp" if event.alt_key() || event.ctrl_key() || event.meta_key() => {}
        key @ ("ArrowDown" | "ArrowUp") => {
            let down = key == "ArrowDown";
            if !shown.get_untracked() && !list.open.get_untracked() {
                list.show(value());
            }
            if !list.offers.read_untracked().is_empty() {
                event.prevent_default();
                list.step(down);
            } else if down && focus_result(1) {
                event.prevent_default();
            }
        }
        "Enter" => match list.marked_choice().filter(|_| shown.get_untracked()) {
            Some(choice) => {
                event.prevent_default();
                choose.run(choice);
            }
            None => list.close(),
        },
        "Escape" if shown.get_untracked() => {
            event.prevent_default();
            list.close();
        }
        "Escape" => {
            if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    };
    let focus = move |_: FocusEvent| {
        if value().is_empty() {
            list.show(String::new());
        }
    };
    let clear = move |_| {
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            let _ = field.focus();
            typed();
        }
    };
    let option = move |(at, offer): (usize, Offer)| {
        let Offer { text, note, choice } = offer;
        let marked = move || list.marked.get() == Some(at);
        view! {
            <li
                id=option_id(at)
                class="offer"
                role="option"
                aria-selected=move || if marked() { "true" } else { "false" }
                on:click=move |_| choose.run(choice.clone())
            >
                <span class="offer-text" dir="auto">
                    {text}
                </span>
                <span class="offer-note">{note}</span>
            </li>
        }
    };
    let popup = move || {
        shown.get().then(|| {
            view! {
                <ul
                    id="offers"
                    class="offers"
                    role="listbox"
                    aria-label="Suggestions"
                    // Keeps the focus in the field.
                    on:mousedown=|event| event.prevent_default()
                >
                    {live(move || list.offers.get().into_iter().enumerate().map(option).collect_view())}
                </ul>
            }
        })
    };
    view! {
        <input
            node_ref=field
            id="q"
            name="q"
            type="text"
            inputmode="search"
            role=move || if alive.get() { "combobox" } else { "searchbox" }
            aria-autocomplete=move || alive.get().then_some("list")
            aria-expanded=move || alive.get().then(|| if shown.get() { "true" } else { "false" })
            aria-controls=move || shown.get().then_some("offers")
            aria-activedescendant=move || {
                list.marked.get().filter(|_| shown.get()).map(option_id)
            }
            dir="auto"
            maxlength=LONGEST
            value=address.state.get_untracked().q
            placeholder="What are you looking for?"
            autocomplete="off"
            autocapitalize="off"
            enterkeyhint="search"
            on:input=move |_| typed()
            on:keydown=key
            on:focus=focus
            on:blur=move |_| list.close()
        />
        // For pointers; the keyboard has its own ways to delete.
        <button
            type="button"
            class="field-clear with-js"
            tabindex="-1"
            aria-label="Clear the query"
            on:click=clear
        >
            <svg viewBox="0 0 12 12" width="14" height="14" aria-hidden="true">
                <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />
            </svg>
        </button>
        <Microphone field on_heard=on_type />
        {live(popup)}
    }
}

fn option_id(at: usize) -> String {
    format!("offer-{at}")
}
