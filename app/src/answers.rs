//! What the page shows of what was asked. The first question is answered while the page is
//! rendered and travels with it; the browser asks the later ones. A newer question ends the
//! older one's request, so an answer that is late never stands in a newer one's place; until
//! the newer answer is there the older stays, marked as such.

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::functions::{explain, search, similar};
use crate::state::{SearchState, path_of};
use crate::wire::{
    ExplainRequest, Explanation, Problem, SearchRequest, SearchResponse, SimilarRequest,
};

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The collection asked; `None` is the default one.
    pub collection: Option<String>,
    /// What was asked.
    pub state: SearchState,
    /// Counts the times it was asked again after a problem.
    pub attempt: u32,
}

impl Question {
    /// The path its answer's links lead on from.
    pub fn path(&self) -> String {
        path_of(self.collection.as_deref())
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// What is to be shown for it.
    pub outcome: Outcome,
}

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing was asked yet.
    Idle,
    /// The engine answered, be it with no hits.
    Found {
        /// Its answer.
        response: Box<SearchResponse>,
        /// What the record is called whose like these are.
        like: Option<String>,
        /// Why one of the hits is where it is, where that was asked.
        explained: Option<Box<Explained>>,
    },
    /// It did not.
    Failed(Problem),
}

/// Why a hit is where it is, or why that cannot be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The hit's record.
    pub id: String,
    /// What there is to say.
    pub explanation: Result<Explanation, Problem>,
}

/// An answer with hits, or without.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What was asked.
    pub question: Question,
    /// What was answered.
    pub response: SearchResponse,
    /// What the record is called whose like these are.
    pub like: Option<String>,
    /// Why one of the hits is where it is, where that was asked.
    pub explained: Option<Box<Explained>>,
}

impl Found {
    /// The search that was asked for.
    pub fn state(&self) -> &SearchState {
        &self.question.state
    }
}

/// The answers of a search page.
#[derive(Clone, Copy)]
pub struct Answers {
    question: Memo<Question>,
    first: Resource<Answer>,
    later: RwSignal<Option<Answer>>,
    attempt: RwSignal<u32>,
}

impl Answers {
    /// Answers to whatever the address asks.
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
                // Cancelled when this effect runs again: that is what ends an older request.
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

    /// The newest answer there is. To be read under a `Suspense`, which waits for the first.
    pub fn latest(&self) -> Option<Answer> {
        self.later.get().or_else(|| self.first.get())
    }

    /// Whether the newest answer is to an older question.
    pub fn is_waiting(&self) -> bool {
        let question = self.question.read();
        self.latest()
            .is_none_or(|answer| answer.question != *question)
    }

    /// Asks once more.
    pub fn retry(&self) {
        self.attempt.update(|attempt| *attempt += 1);
    }

    /// The newest answer, where the engine gave one.
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

    /// How often it was asked once more: for what else should then be fetched again.
    pub fn attempt(&self) -> u32 {
        self.attempt.get()
    }
}

async fn ask(question: Question) -> Answer {
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
            offset: 0,
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
    Answer {
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

/// The search that a state asks for. A balance that is no number is none the engine takes.
pub fn request(state: &SearchState) -> SearchRequest {
    let balance = state.balance.as_ref();
    SearchRequest {
        mode: state.mode.clone(),
        filter: state.filters.clone(),
        sort: state.sort.clone(),
        limit: state.limit,
        correct: !state.as_typed,
        balance: balance.map(|typed| typed.parse().unwrap_or(f32::NAN)),
        ..SearchRequest::new(&state.q)
    }
}

/// Explains the hit that was asked about; none where it is no hit of this answer.
async fn explained(
    collection: Option<String>,
    asked: Option<ExplainRequest>,
    response: &SearchResponse,
) -> Option<Box<Explained>> {
    let request = asked.filter(|asked| response.hits.iter().any(|hit| hit.id == asked.id))?;
    Some(Box::new(Explained {
        id: request.id.clone(),
        explanation: explain(collection, request).await,
    }))
}
