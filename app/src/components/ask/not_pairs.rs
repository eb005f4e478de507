//! A collection that cannot be asked: what one that can needs, and which ones there are.

use leptos::prelude::*;
use parallax::vocabulary::CollectionInfo;

use crate::paths::page_path;

/// The explanation.
#[component]
pub fn NotPairs(
    /// The collection.
    name: String,
    /// All collections.
    others: Vec<CollectionInfo>,
) -> impl IntoView {
    let others = others.into_iter().filter(|other| other.pairs);
    let links = others.map(|other| {
        let href = page_path(Some(&other.name), "ask");
        view! {
            <li>
                <a class="example" href=href dir="auto">
                    {other.name}
                </a>
            </li>
        }
    });
    let links = links.collect_view();
    let links = (!links.is_empty()).then(|| {
        view! {
            <h3 class="idle-title">"Collections that can be asked"</h3>
            <ul class="example-list">{links}</ul>
        }
    });
    view! {
        <section class="notice" aria-labelledby="not-pairs-title">
            <h2 id="not-pairs-title" class="notice-title">
                "This collection has no questions and answers"
            </h2>
            <p>
                "The records of “" <bdi>{name}</bdi>
                "” can be searched, but not asked. For that, each record needs a question and its \
                 answer: a file with the fields " <code>"question"</code> " and "
                <code>"answer"</code>
                " is recognised when it is imported. If they have other names, name them in the API and \
                 on the command line as " <code>"question"</code> " and " <code>"answer"</code>
                ", for example " <code>"--question title --answer body"</code> "."
            </p>
            {links}
            <p class="notice-ways">
                <a class="button" href="/collections">
                    "Import questions and answers"
                </a>
            </p>
        </section>
    }
    .into_any()
}
