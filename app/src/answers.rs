//! Questions and the answers the page shows for them. The first question is answered while the
//! page is rendered, and its answer is sent with the page; the browser asks later ones. A newer
//! question cancels the older one's request, so a late answer never replaces a newer one. Until
//! the newer answer arrives, the older one stays on the page, marked as outdated.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use parallax::vocabulary::{Answer, ExplainRequest, Explanation, SearchRequest, SimilarRequest};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::functions::{explain, search, similar};
use crate::problem::Problem;
use crate::state::{SearchState, path_of};

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

/// The answers of a search page.
#[derive(Clone, Copy)]
pub struct Answers {
    question: Memo<Question>,
    first: Resource<AnsweredQuestion>,
    later: RwSignal<Option<AnsweredQuestion>>,
    attempt: RwSignal<u32>,
}

impl Answers {
    /// The answers to the searches in the address.
    pub fn of(address: Address) -> Self {
        let attempt = RwSignal::new(0);
        let question = Memo::new(move |_| Question {
            collection: address.collection.get(),
            state: address.state.get(),
            attempt: attempt.get(),
        });
        let first = Resource::new(|| (), move |()| ask(question.get_untracked()));
        let later = RwSignal::new(None);
        let asked_first = question.get_untracked();
        Effect::new(move |ran_before: Option<()>| {
            let question = question.get();
            if ran_before.is_some() || question != asked_first {
                // Cancelled when this effect runs again, which aborts the older request.
                spawn_local_scoped_with_cancellation(async move {
                    later.set(Some(ask(question).await));
                });
            }
        });
        Self {
            question,
            first,
            later,
            attempt,
        }
    }

    /// The newest answer so far. Read it under a `Suspense`, which waits for the first one.
    pub fn latest(&self) -> Option<AnsweredQuestion> {
        self.later.get().or_else(|| self.first.get())
    }

    /// Whether the newest answer belongs to an older question.
    pub fn is_waiting(&self) -> bool {
        let question = self.question.read();
        self.latest()
            .is_none_or(|answer| answer.question != *question)
    }

    /// Asks again.
    pub fn retry(&self) {
        self.attempt.update(|attempt| *attempt += 1);
    }

    /// The newest answer, if the engine gave one.
    pub fn found(&self) -> Option<Found> {
        let answer = self.latest()?;
        let Outcome::Found {
            response,
            like,
            explained,
        } = answer.outcome
        else {
            return None;
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

/// The request for a state. A balance that is not a number becomes NaN, which the engine rejects.
pub fn request(state: &SearchState) -> SearchRequest {
    let balance = state.balance.as_ref();
    SearchRequest {
        mode: state.mode.clone(),
        filter: state.filters.clone(),
        sort: state.sort.clone(),
        limit: state.limit,
        offset: state.from - 1,
        correct: !state.as_typed,
        balance: balance.map(|typed| typed.parse().unwrap_or(f32::NAN)),
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
