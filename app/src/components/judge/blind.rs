//! The blind comparison. All that is asked is in the address. The tally is in this browser's storage,
//! where there is JavaScript and storage is allowed, otherwise in the address.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use parallax::vocabulary::{CollectionInfo, Interleaved, Revealed, Standing, Tally};
use serde::{Deserialize, Serialize};
use web_sys::HtmlFormElement;

use super::asked::Asked;
use super::form::AskForm;
use super::list::BlindList;
use super::revealed::RevealedList;
use super::tally::TallyPanel;
use super::wording::{Names, verdict};
use crate::browser;
use crate::functions::{
    CollectionNames, collection as info_of, interleave, names, reveal, standing_of,
};
use crate::json::resource;
use crate::paths::path_of;
use crate::problem::Problem;

/// The heading of what was asked last, which gets the focus.
const OUTCOME: &str = "judge-outcome";

/// What the address leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Drawn {
    Nothing,
    List(Interleaved),
    Revealed(Revealed),
}

/// What is drawn, and how the tally in the address stands with it, if there is one.
async fn draw(
    collection: Option<String>,
    asked: &Asked,
) -> Result<(Drawn, Option<Standing>), Problem> {
    if let Some(request) = asked.reveal().filter(|_| !asked.grade) {
        let revealed = reveal(collection, request).await?;
        let stands = Some(revealed.standing);
        return Ok((Drawn::Revealed(revealed), stands));
    }
    let stands = match asked.before {
        none if none == Tally::default() => None,
        some => Some(standing_of(some).await?),
    };
    if asked.grade || asked.q.is_empty() {
        return Ok((Drawn::Nothing, stands));
    }
    let list = interleave(collection, asked.interleave()).await?;
    Ok((Drawn::List(list), stands))
}

/// The comparison.
#[component]
pub fn Blind(
    /// What is asked.
    asked: Memo<Asked>,
    /// The collection; `None` is the default one.
    collection: Memo<Option<String>>,
    /// The page's path.
    path: Memo<String>,
) -> impl IntoView {
    let drawn = resource(
        move || (collection.get(), asked.get()),
        |(collection, asked)| async move {
            let drawn = draw(collection.clone(), &asked).await;
            (collection, asked, drawn)
        },
    );
    let about = resource(
        move || collection.get(),
        |collection| async move {
            (
                names().await.unwrap_or_default(),
                info_of(collection).await.ok(),
            )
        },
    );
    let kept = Kept {
        tally: RwSignal::new(None),
        stands: RwSignal::new(None),
    };
    let moved = StoredValue::new(false);
    Effect::new(move || {
        let Some((collection, asked, drawn)) = drawn.get() else {
            return;
        };
        if let Ok((drawn, stands)) = drawn {
            kept.follow(&pair(collection.as_deref(), &asked), &asked, &drawn, stands);
        }
        if moved.get_value() {
            moved.set_value(false);
            request_animation_frame(focus_outcome);
        }
    });
    let navigate = use_navigate();
    let go = Callback::new(move |form: HtmlFormElement| {
        if let Some(query) = browser::query_of(&form) {
            moved.set_value(true);
            let href = [&*path.read_untracked(), "?", &query].concat();
            navigate(&href, NavigateOptions::default());
        }
    });
    let page = move || {
        let (collection, asked, drawn) = drawn.get()?;
        let (names, info) = about.get()?;
        let (drawn, stands) = match drawn {
            Ok((drawn, stands)) => (Ok(drawn), stands),
            Err(problem) => (Err(problem), None),
        };
        let after = stands.map_or(asked.before, |stands| stands.tally);
        let tally = Signal::derive(move || kept.tally.get().unwrap_or(after));
        let path = path.get_untracked();
        let search_path = path_of(collection.as_deref());
        // Changes by itself, without drawing the list anew, in which records may be picked.
        let panel = {
            let (asked, path) = (asked.clone(), path.clone());
            move || {
                let stands = kept.stands.get().or(stands)?;
                let some = stands.tally != Tally::default();
                some.then(|| panel(collection.as_deref(), asked.clone(), stands, kept, &path))
            }
        };
        let form = {
            let (asked, path) = (asked.clone(), path.clone());
            let keeps_query = !matches!(drawn, Ok(Drawn::Revealed(_)));
            let others = others(names, info.as_ref());
            let examples = info.map(|info| info.examples).unwrap_or_default();
            view! { <AskForm asked path others examples tally keeps_query go /> }
        };
        let (first, last) = outcome(asked, drawn, path, search_path, tally, go);
        Some(view! { {first} {form} {panel} {last} })
    };
    view! {
        <div class="judge-blind">
            <Transition>{page}</Transition>
        </div>
    }
    .into_any()
}

/// What this browser keeps; none before the page is alive, or if storage is forbidden.
#[derive(Clone, Copy)]
struct Kept {
    tally: RwSignal<Option<Tally>>,
    stands: RwSignal<Option<Standing>>,
}

impl Kept {
    /// Keeps what came out, and reads what is kept.
    fn follow(self, pair: &str, asked: &Asked, drawn: &Drawn, stands: Option<Standing>) {
        match (drawn, &asked.judged) {
            // A link: its tally is that of whoever made it.
            (Drawn::Revealed(_), Some((seed, _))) if !browser::is_judging(*seed) => {
                self.put_away();
                return;
            }
            (Drawn::Revealed(revealed), _) => {
                browser::keep_winner(pair, &asked.q, revealed.winner);
            }
            (Drawn::List(list), _) => browser::keep_judging(list.seed),
            (Drawn::Nothing, _) => {}
        }
        self.read_again(pair, stands);
    }

    /// Uses what the address says instead.
    fn put_away(self) {
        self.tally.set(None);
        self.stands.set(None);
    }

    /// Reads the tally again, and asks what follows from it unless that is known.
    fn read_again(self, pair: &str, known: Option<Standing>) {
        let tally = browser::kept_tally(pair);
        self.tally.set(tally);
        let Some(tally) = tally else { return };
        let nothing = Standing {
            tally: Tally::default(),
            p: 1.0,
            needed: None,
        };
        let known = [Some(nothing), known].into_iter().flatten();
        let known = known.into_iter().find(|known| known.tally == tally);
        self.stands.set(known);
        if known.is_some() {
            return;
        }
        spawn_local(async move {
            // Without it, the tally of the address stays, if there is one.
            if let Ok(stands) = standing_of(tally).await
                && self.tally.try_get_untracked().flatten() == Some(tally)
            {
                self.stands.try_set(Some(stands));
            }
        });
    }
}

/// What a tally is kept under.
fn pair(collection: Option<&str>, asked: &Asked) -> String {
    [collection.unwrap_or_default(), " ", &asked.pair()].concat()
}

/// The names of the other collections.
fn others(names: CollectionNames, info: Option<&CollectionInfo>) -> Vec<String> {
    let here = info.map(|info| info.name.clone());
    let others = names.all.into_iter();
    others.filter(|name| Some(name) != here.as_ref()).collect()
}

fn panel(
    collection: Option<&str>,
    asked: Asked,
    standing: Standing,
    kept: Kept,
    path: &str,
) -> AnyView {
    let emptied = asked.asking(path, "", Tally::default());
    let pair = pair(collection, &asked);
    let on_forget = Callback::new(move |()| {
        browser::forget_tally(&pair);
        kept.read_again(&pair, None);
    });
    view! { <TallyPanel asked standing emptied on_forget /> }.into_any()
}

/// What comes before the form, and what comes after it.
fn outcome(
    asked: Asked,
    drawn: Result<Drawn, Problem>,
    path: String,
    search_path: String,
    tally: Signal<Tally>,
    go: Callback<HtmlFormElement>,
) -> (AnyView, AnyView) {
    let q = asked.q.clone();
    match drawn {
        Ok(Drawn::Nothing) => (().into_any(), ().into_any()),
        Ok(Drawn::List(interleaved)) => {
            let list = view! {
                <h2 id=OUTCOME class="judge-heading" tabindex="-1">
                    "For \u{201c}"
                    <bdi>{q}</bdi>
                    "\u{201d}"
                </h2>
                <BlindList asked path search_path interleaved tally go />
            };
            (().into_any(), list.into_any())
        }
        Ok(Drawn::Revealed(revealed)) => {
            let names = Names::of_both(&asked);
            let won = verdict(&names, revealed.winner, revealed.picks);
            let heading = view! {
                <div class="judge-verdict" role="status">
                    <h2 id=OUTCOME class="judge-won" tabindex="-1">
                        {won}
                    </h2>
                    <p class="judge-for">"For \u{201c}" <bdi>{q}</bdi> "\u{201d}."</p>
                </div>
            };
            let list = view! { <RevealedList asked search_path revealed /> };
            (heading.into_any(), list.into_any())
        }
        Err(problem) => {
            let notice = view! {
                <div class="notice notice-problem" role="alert">
                    <p id=OUTCOME class="notice-message" tabindex="-1">
                        {problem.message}
                    </p>
                </div>
            };
            (().into_any(), notice.into_any())
        }
    }
}

/// Moves the focus to what is new, so that it is read out and the keyboard goes on from there.
fn focus_outcome() {
    use leptos::wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    let element = document().get_element_by_id(OUTCOME);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
