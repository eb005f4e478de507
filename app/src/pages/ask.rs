//! A question, answered from a collection of questions and answers, or not at all. The question is in
//! the address, so everything works without JavaScript.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parallax::vocabulary::{ANYTHING, Answer, CollectionInfo, Reply, SearchRequest};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::components::ask::ask_form::AskForm;
use crate::components::ask::not_pairs::NotPairs;
use crate::components::ask::reply::{ReplyPanel, told};
use crate::components::ask::to_try::ToTry;
use crate::components::refusal::refusal;
use crate::components::tab_title::TabTitle;
use crate::functions::recommend::ask;
use crate::functions::{collection, collections, search};
use crate::json::resource;
use crate::paths::{page_path, path_of};
use crate::problem::Problem;

/// How many of the collection's questions are offered.
const TO_TRY: u32 = 6;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shown {
    /// The collection cannot be asked: its name, and all collections.
    NotPairs(String, Vec<CollectionInfo>),
    /// Nothing was asked yet: the first pairs, and how many there are.
    First(Answer, u32),
    /// The reply.
    Reply(Box<Reply>),
}

impl Shown {
    async fn of(name: Option<String>, question: String) -> Result<Self, Problem> {
        let info = collection(name.clone()).await?;
        if !info.pairs {
            // Without the others, the page is still of use.
            let others = collections().await.unwrap_or_default();
            return Ok(Self::NotPairs(info.name, others));
        }
        if question.is_empty() {
            let request = SearchRequest {
                limit: TO_TRY,
                ..SearchRequest::new(ANYTHING)
            };
            let first = search(name, request).await?;
            return Ok(Self::First(first, info.records));
        }
        let reply = ask(name, question).await?;
        Ok(Self::Reply(Box::new(reply)))
    }

    /// What a screen reader is told.
    fn said(&self) -> String {
        match self {
            Self::Reply(reply) => match &reply.answer {
                Some(answer) => ["Answer: ", answer].concat(),
                None => ["The answer is not known here. ", &told(reply)].concat(),
            },
            _ => String::new(),
        }
    }
}

/// The page.
#[component]
pub fn AskPage() -> impl IntoView {
    let address = Address::here();
    let location = use_location();
    // While navigating away, the address is that of the next page; keep the last one.
    let question = Memo::new(move |before: Option<&String>| {
        let left = !location.pathname.read().ends_with("/ask");
        let before = before.filter(|_| left).cloned();
        before.unwrap_or_else(|| asked(&location.search.read()))
    });
    let found = resource(
        move || (address.collection.get(), question.get()),
        |(collection, question)| async move {
            let shown = Shown::of(collection.clone(), question).await;
            (collection, shown)
        },
    );
    let said = RwSignal::new(String::new());
    Effect::new(move || {
        if let Some((_, Ok(shown))) = &*found.read() {
            said.set(shown.said());
        }
    });
    let drawn = move || {
        let (collection, shown) = found.get()?;
        let path = page_path(collection.as_deref(), "ask");
        let search_path = path_of(collection.as_deref());
        Some(match shown {
            Ok(Shown::NotPairs(name, others)) => view! { <NotPairs name others /> }.into_any(),
            Ok(Shown::First(first, pairs)) => view! { <ToTry first pairs path /> }.into_any(),
            Ok(Shown::Reply(reply)) => {
                view! { <ReplyPanel reply=*reply path search_path /> }.into_any()
            }
            Err(problem) => refusal("This cannot be answered", problem, search_path),
        })
    };
    let title = move || match question.read().as_str() {
        "" => "Ask · Parallax".to_owned(),
        question => format!("{question} · Parallax"),
    };
    let back = move || address.path();
    view! {
        <TabTitle text=title />
        <div class="ask-page">
            <p>
                <a class="record-back" href=back>
                    "Search this collection"
                </a>
            </p>
            <h1>"Ask"</h1>
            <p class="ask-lead">
                "Ask in your own words. If somebody wrote down the answer to a question with the same \
                 meaning, the page shows it. Otherwise it says that the answer is not known; it \
                 invents nothing."
            </p>
            <p class="sr-only" role="status">
                {said}
            </p>
            // It keeps the focus while replies change. The stylesheet hides it where nothing can be
            // asked.
            <AskForm address question />
            // The old reply stays until the new one is there.
            <Transition>{drawn}</Transition>
        </div>
    }
}

/// The question in a URL's query.
fn asked(query: &str) -> String {
    let query = query.trim_start_matches('?').as_bytes();
    let mut parts = form_urlencoded::parse(query);
    let q = parts.find(|(name, _)| name == "q");
    q.map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_it_was_typed() {
        assert_eq!(asked("?q=+What+is+5%25%3F+"), "What is 5%?");
        assert_eq!(asked(""), "");
    }
}
