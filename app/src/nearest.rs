//! Which sentence of each hit is nearest to the query. Finding it takes the server longer than
//! finding the hits, so the page draws the hits first and marks the sentences later.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;
use parallax::vocabulary::{Mode, SearchRequest};

use crate::answers::{Found, Question, request};
use crate::functions;
use crate::state::{PAGE, SearchState};
use crate::wording::ranked_by;

/// The sentences found so far, by record id, as byte ranges of the record's text.
#[derive(Clone, Default)]
struct Sentences {
    /// The question they belong to, as asked for its first page.
    question: Option<Question>,
    /// How many hits, counted from the first, have been searched.
    done: u32,
    places: HashMap<String, Range<usize>>,
}

/// The nearest sentence of each hit, once it is known.
#[derive(Clone, Copy)]
pub struct Nearest(RwSignal<Sentences>);

impl Nearest {
    /// The sentences of the hits. They are requested page by page, only in the browser; requests
    /// that a newer answer does not need are cancelled.
    pub fn of(found: Memo<Option<Found>>) -> Self {
        let sentences = RwSignal::new(Sentences::default());
        Effect::new(move || {
            let Some(question) = found.read().as_ref().and_then(asked) else {
                sentences.set(Sentences::default());
                return;
            };
            if sentences.read_untracked().question.as_ref() != Some(&question) {
                sentences.set(Sentences {
                    question: Some(question.clone()),
                    ..Sentences::default()
                });
            }
            let shown = found.read().as_ref().map_or(0, |f| f.response.hits.len());
            spawn_local_scoped_with_cancellation(async move {
                while (sentences.read_untracked().done as usize) < shown {
                    let offset = question.state.from - 1 + sentences.read_untracked().done;
                    let request = SearchRequest {
                        limit: PAGE,
                        offset,
                        ..request(&question.state)
                    };
                    // On failure the page simply stays without marked sentences.
                    let places = functions::sentences(question.collection.clone(), request).await;
                    let Ok(places) = places else {
                        return;
                    };
                    sentences.update(|sentences| {
                        let places = places.into_iter();
                        let places = places.map(|(id, (start, end))| (id, start..end));
                        sentences.places.extend(places);
                        sentences.done += PAGE;
                    });
                }
            });
        });
        Self(sentences)
    }

    /// The byte range of a record's nearest sentence.
    pub fn sentence(self, id: &str) -> Option<Range<usize>> {
        self.0.read().places.get(id).cloned()
    }
}

/// The question as asked for its first page, if it is a search by meaning.
fn asked(found: &Found) -> Option<Question> {
    let state = found.state();
    let by_meaning =
        state.like.is_none() && !state.lists() && ranked_by(state) == Some(Mode::Neural);
    by_meaning.then(|| Question {
        state: SearchState {
            limit: PAGE,
            explain: None,
            ..state.clone()
        },
        ..found.question.clone()
    })
}
