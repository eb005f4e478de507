//! Questions and the answers the page shows for them. The first question is answered while the
//! page is rendered, and its answer is sent with the page; the browser asks later ones. A newer
//! question cancels the older one's request, so a late answer never replaces a newer one. Until
//! the newer answer arrives, the older one stays on the page, marked as outdated.
//!
//! What is being typed is answered twice: by words at each key, and in the chosen mode once the
//! typing rests. If the reader is in the list by then, the second answer waits until they leave.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use parallax::vocabulary::{
    Answer, Comparison, Counted, ExplainRequest, Explanation, Mode, Relation, SearchRequest,
    SimilarRequest,
};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::browser::pause;
use crate::functions::{compare, explain, search, similar};
use crate::json::{Resource, resource};
use crate::lazy;
use crate::navigation::Navigation;
use crate::numbers::real;
use crate::paths::path_of;
use crate::problem::Problem;
use crate::state::{COMPARE, PAGE, SearchState};
use crate::wording::ranked_by;

/// How long the typing must rest, in milliseconds, until meaning is asked: longer than between the
/// keys of somebody who types.
const REST: i32 = 150;

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The collection asked; `None` is the default one.
    pub collection: Option<String>,
    /// The search.
    pub state: SearchState,
    /// How many times it was retried after a problem.
    pub attempt: u32,
}

impl Question {
    /// The base path for the links in its answer.
    pub fn path(&self) -> String {
        path_of(self.collection.as_deref())
    }
}

/// A question and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredQuestion {
    /// The question.
    pub question: Question,
    /// What to show for it.
    pub outcome: Outcome,
}

/// What to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing was asked yet.
    Idle,
    /// The engine answered, possibly with no hits.
    Found {
        /// Its answer.
        response: Box<Answer>,
        /// For similar records, the title of the record they are similar to.
        like: Option<String>,
        /// The explanation of one hit's rank, if requested.
        explained: Option<Box<Explained>>,
    },
    /// The engine compared the rankings.
    Compared(Box<Comparison>),
    /// The engine did not answer.
    Failed(Problem),
}

/// The explanation of a hit's rank, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The hit's record.
    pub id: String,
    /// The explanation.
    pub explanation: Result<Explanation, Problem>,
}

/// An answer from the engine, with or without hits.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The question.
    pub question: Question,
    /// The answer.
    pub response: Answer,
    /// For similar records, the title of the record they are similar to.
    pub like: Option<String>,
    /// The explanation of one hit's rank, if requested.
    pub explained: Option<Box<Explained>>,
}

impl Found {
    /// The search that was requested.
    pub fn state(&self) -> &SearchState {
        &self.question.state
    }
}

/// The rankings of a question side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The question.
    pub question: Question,
    /// The comparison.
    pub comparison: Comparison,
}

/// The answers of a search page.
#[derive(Clone, Copy)]
pub struct Answers {
    question: Memo<Question>,
    first: Resource<AnsweredQuestion>,
    later: RwSignal<Option<AnsweredQuestion>>,
    attempt: RwSignal<u32>,
    again: RwSignal<u32>,
    /// The search in the form while it is being typed, until it is in the address.
    typed: RwSignal<Option<SearchState>>,
    /// Whether the reader points into the list.
    pointed: RwSignal<bool>,
    /// Whether the focus is in the list.
    focused: RwSignal<bool>,
    /// A newer answer that would move what the reader is pointing at.
    kept: RwSignal<Option<AnsweredQuestion>>,
}

impl Answers {
    /// The answers to the searches in the address, and to those being typed.
    pub fn of(address: Address, navigation: Navigation) -> Self {
        let (attempt, again) = (RwSignal::new(0), RwSignal::new(0));
        let typed = RwSignal::new(None::<SearchState>);
        let question = Memo::new(move |_| Question {
            collection: address.collection.get(),
            state: typed.get().unwrap_or_else(|| address.state.get()),
            attempt: attempt.get() + again.get(),
        });
        let first = resource(|| (), move |()| ask(question.get_untracked()));
        let answers = Self {
            question,
            first,
            later: RwSignal::new(None),
            attempt,
            again,
            typed,
            pointed: RwSignal::new(false),
            focused: RwSignal::new(false),
            kept: RwSignal::new(None),
        };
        let asked_first = question.get_untracked();
        Effect::new(move |ran_before: Option<()>| {
            let question = question.get();
            if ran_before.is_none() && question == asked_first {
                return;
            }
            answers.kept.set(None);
            // Tasks are cancelled when this effect runs again, which aborts their requests.
            if typed.read_untracked().is_some() {
                answers.ask_at_once(question.clone());
                answers.ask_at_rest(question, navigation);
            } else {
                spawn_local_scoped_with_cancellation(async move {
                    answers.later.set(Some(ask_and_load(question).await));
                });
            }
        });
        // Whoever goes elsewhere is no longer typing here.
        Effect::new(move |ran_before: Option<()>| {
            address.collection.track();
            address.state.track();
            if ran_before.is_some() {
                typed.set(None);
            }
        });
        Effect::new(move || {
            if !answers.pointed.get() && !answers.focused.get() {
                answers.show_kept();
            }
        });
        answers
    }

    /// Answers what is being typed with what takes no time: words, or a list.
    fn ask_at_once(self, question: Question) {
        let by_words_first = question.state.can_show_words_first();
        if question.state.asks_for_meaning() && !by_words_first {
            return;
        }
        let asked = if by_words_first {
            Question {
                state: question.state.by_words_first(),
                ..question.clone()
            }
        } else {
            question.clone()
        };
        spawn_local_scoped_with_cancellation(async move {
            let rest = pause(REST);
            let answer = ask(asked).await;
            match &answer.outcome {
                Outcome::Found { response, .. } if by_words_first && response.hits.is_empty() => {
                    return;
                }
                Outcome::Failed(_) if by_words_first => return,
                // What is half typed may be wrong without being meant so.
                Outcome::Failed(_) => rest.await,
                _ => {}
            }
            let newer = self.later.read_untracked();
            let is_late = newer
                .as_ref()
                .is_some_and(|newer| newer.question == question);
            drop(newer);
            if !is_late {
                self.later.set(Some(answer));
            }
        });
    }

    /// Once the typing rests, makes what was typed the address, and answers it by meaning too.
    fn ask_at_rest(self, question: Question, navigation: Navigation) {
        spawn_local_scoped_with_cancellation(async move {
            pause(REST).await;
            if navigation.is_leaving() {
                return;
            }
            navigation.type_on(&question.state);
            self.stop_typing();
            if !question.state.asks_for_meaning() {
                return;
            }
            let answer = ask_and_load(question).await;
            let in_list = self.pointed.get_untracked() || self.focused.get_untracked();
            if in_list && self.shows_words_of(&answer) {
                self.kept.set(Some(answer));
            } else {
                self.later.set(Some(answer));
            }
        });
    }

    /// Whether the list shows the same search by words alone.
    fn shows_words_of(self, answer: &AnsweredQuestion) -> bool {
        let shown = self.later.read_untracked();
        let shown = shown.as_ref().map(|shown| &shown.question.state);
        shown.is_some_and(|shown| shown.words_first && shown.whole() == answer.question.state)
    }

    /// Asks what is being typed: by words at once, by meaning when the typing rests.
    pub fn type_on(self, state: SearchState) {
        self.kept.set(None);
        self.pointed.set(false);
        self.typed.set(Some(state));
    }

    /// Ends the typing: the search in the address is what is asked.
    pub fn stop_typing(self) {
        self.typed.set(None);
    }

    /// Says whether the reader points into the list. While they do, nothing in it moves by itself.
    pub fn point(self, is_in: bool) {
        if self.pointed.get_untracked() != is_in {
            self.pointed.set(is_in);
        }
    }

    /// The same for the focus.
    pub fn focus(self, is_in: bool) {
        self.focused.set(is_in);
    }

    /// The mode of an answer that waits until the reader leaves the list.
    pub fn kept_mode(self) -> Option<Mode> {
        ranked_by(&self.kept.read().as_ref()?.question.state)
    }

    /// Shows the answer that waits.
    pub fn show_kept(self) {
        let kept = self.kept.get_untracked();
        if kept.is_some() {
            self.kept.set(None);
            self.later.set(kept);
        }
    }

    /// The newest answer so far. Read it under a `Suspense`, which waits for the first one.
    pub fn latest(&self) -> Option<AnsweredQuestion> {
        self.later.get().or_else(|| self.first.get())
    }

    /// Whether the newest answer is a problem.
    pub fn is_problem(&self) -> bool {
        let answer = self.latest();
        answer.is_some_and(|answer| matches!(answer.outcome, Outcome::Failed(_)))
    }

    /// Whether a better answer than the newest one is on its way.
    pub fn is_waiting(&self) -> bool {
        let question = self.question.read();
        let is_whole = self
            .latest()
            .is_some_and(|answer| answer.question == *question);
        !is_whole && self.kept.read().is_none()
    }

    /// Whether the newest answer belongs to an older question.
    pub fn is_outdated(&self) -> bool {
        let question = self.question.read();
        self.latest().is_none_or(|answer| {
            let shown = answer.question;
            (shown.state.whole(), shown.collection, shown.attempt)
                != (
                    question.state.clone(),
                    question.collection.clone(),
                    question.attempt,
                )
        })
    }

    /// Whether nothing is asked, not even in the field.
    pub fn is_idle(&self) -> bool {
        self.question.read().state.is_idle()
    }

    /// Asks again after a problem.
    pub fn retry(&self) {
        self.attempt.update(|attempt| *attempt += 1);
    }

    /// Asks the same question again.
    pub fn ask_again(&self) {
        self.again.update(|again| *again += 1);
    }

    /// The newest comparison, if the rankings were compared.
    pub fn compared(&self) -> Option<Compared> {
        let answer = self.latest()?;
        let Outcome::Compared(comparison) = answer.outcome else {
            return None;
        };
        Some(Compared {
            question: answer.question,
            comparison: *comparison,
        })
    }

    /// The newest answer, if the engine gave one. That of a comparison has no hits.
    pub fn found(&self) -> Option<Found> {
        let answer = self.latest()?;
        let (response, like, explained) = match answer.outcome {
            Outcome::Found {
                response,
                like,
                explained,
            } => (response, like, explained),
            Outcome::Compared(comparison) => (Box::new(without_hits(*comparison)), None, None),
            Outcome::Idle | Outcome::Failed(_) => return None,
        };
        Some(Found {
            question: answer.question,
            response: *response,
            like,
            explained,
        })
    }

    /// How many times the question was retried. Other data is refetched when this changes.
    pub fn attempt(&self) -> u32 {
        self.attempt.get()
    }
}

/// Answers a question in the browser, and loads the code that draws the answer, so that the answer
/// before it stays until this one can be drawn.
async fn ask_and_load(question: Question) -> AnsweredQuestion {
    let Some(part) = lazy::part_of(&question.state) else {
        return ask(question).await;
    };
    lazy::load_ahead(part);
    let answer = ask(question).await;
    // Without its code, the part says so.
    let _ = lazy::load(part).await;
    answer
}

async fn ask(question: Question) -> AnsweredQuestion {
    let Question {
        collection, state, ..
    } = question.clone();
    let outcome = if state.is_idle() {
        Ok(Outcome::Idle)
    } else if let Some(id) = state.like {
        let request = SimilarRequest {
            id,
            filter: state.filters,
            limit: state.limit,
            offset: state.from - 1,
            fields: Vec::new(),
        };
        similar(collection, request)
            .await
            .map(|similar| Outcome::Found {
                response: Box::new(similar.response),
                like: similar.title,
                explained: None,
            })
    } else if state.compares() {
        let request = SearchRequest {
            limit: PAGE,
            offset: 0,
            ..request(&state)
        };
        let compared = compare(collection, request).await;
        compared.map(|compared| Outcome::Compared(Box::new(compared)))
    } else {
        found(collection, state).await
    };
    AnsweredQuestion {
        question,
        outcome: outcome.unwrap_or_else(Outcome::Failed),
    }
}

async fn found(collection: Option<String>, state: SearchState) -> Result<Outcome, Problem> {
    let request = request(&state);
    let asked = state.explain.map(|id| ExplainRequest {
        id,
        search: request.clone(),
    });
    let response = search(collection.clone(), request).await?;
    Ok(Outcome::Found {
        explained: explained(collection, asked, &response).await,
        response: Box::new(response),
        like: None,
    })
}

/// What a comparison says about the answer as a whole.
fn without_hits(comparison: Comparison) -> Answer {
    Answer {
        collection: comparison.collection,
        total: comparison.searched,
        total_relation: Relation::Equal,
        counted: Counted::All,
        route: None,
        hits: Vec::new(),
        facets: comparison.facets,
        fits: comparison.fits,
        best: None,
        corrections: comparison.corrections,
        unread: comparison.unread,
        fallback: None,
        ranked_by: Vec::new(),
        timings: comparison.timings,
    }
}

/// The request for a state. What should be a number and is none becomes NaN, which the engine
/// rejects.
pub fn request(state: &SearchState) -> SearchRequest {
    let number = |typed: &Option<String>| {
        Some(real(typed.as_ref()?).map_or(f32::NAN, |number| number as f32))
    };
    let mode = match state.mode.as_str() {
        _ if state.words_first => Mode::Text.name().into(),
        // Where nothing can be compared, records are listed.
        COMPARE => Mode::Hybrid.name().into(),
        mode => mode.into(),
    };
    SearchRequest {
        mode,
        prefix: state.unfinished,
        filter: state.filters.clone(),
        sort: state.sort.clone(),
        limit: state.limit,
        offset: state.from - 1,
        correct: !state.as_typed,
        balance: number(&state.balance),
        k1: number(&state.k1),
        b: number(&state.b),
        ..SearchRequest::new(&state.q)
    }
}

/// Explains the requested hit; `None` if it is not among the hits of this answer.
async fn explained(
    collection: Option<String>,
    asked: Option<ExplainRequest>,
    response: &Answer,
) -> Option<Box<Explained>> {
    let request = asked.filter(|asked| response.hits.iter().any(|hit| hit.id == asked.id))?;
    Some(Box::new(Explained {
        id: request.id.clone(),
        explanation: explain(collection, request).await,
    }))
}
