//! The page of recommendations before anything is liked: how to begin, and a few records to begin
//! with.

use leptos::prelude::*;
use parallax::vocabulary::Answer;

use super::gathered::Gathered;
use super::recommendation::add;
use super::wanted::Wanted;
use crate::components::logo::Logo;
use crate::numbers::counted;
use crate::record_address::record_path;
use crate::wording::name_of;

/// The explanation and the records.
#[component]
pub fn Start(
    /// The first records of the collection.
    first: Answer,
    /// The path of the page.
    path: String,
    /// The path of the search page.
    search_path: String,
) -> impl IntoView {
    let gathered = Gathered::here();
    let own = move || {
        let count = gathered.kept.read().len() as u32;
        (count > 0).then(|| {
            let text = ["Recommend from the ", &counted(count, "gathered record")].concat();
            view! {
                <p>
                    <a class="button" href=gathered.href()>
                        {text}
                    </a>
                </p>
            }
        })
    };
    if first.hits.is_empty() {
        return view! {
            <div class="notice">
                <h2 class="notice-title">"There is nothing to recommend"</h2>
                <p>"The collection " <bdi>{first.collection}</bdi> " has no records."</p>
                <p class="notice-ways">
                    <a class="button-quiet" href="/collections">
                        "Collections"
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let wanted = Wanted::default();
    let items = first.hits.into_iter().map(|hit| {
        let name = name_of(&hit.title, &hit.id);
        let add = add(&hit.id, &name, true, &wanted, &path);
        view! {
            <li>
                <Logo name=name.clone() image=hit.image />
                <div class="similar-text">
                    <a href=record_path(&search_path, &hit.id) rel="external" dir="auto">
                        {name}
                    </a>
                    <p class="start-add">{add}</p>
                </div>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <p class="recommend-lead">
            "Choose records that you like, and this page finds others that are similar to them in \
             meaning and different from those that you do not like. Each recommendation comes with \
             its reason."
        </p>
        {own}
        <section class="record-part" aria-labelledby="start-title">
            <h2 id="start-title">"Begin with one of these"</h2>
            <p class="record-note">
                "Or " <a href=search_path>"search"</a>
                ", and press the thumbs beside the results: the records are gathered at the \
                 bottom of the page."
            </p>
            <ul class="similar">{items}</ul>
        </section>
    }
    .into_any()
}
