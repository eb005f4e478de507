//! One collection in the list.

use leptos::prelude::*;
use parallax::vocabulary::{CollectionInfo, GraphState, Reencoding};

use super::fields_used::FieldsUsed;
use crate::browser;
use crate::components::live::live;
use crate::languages::language_name;
use crate::numbers::{counted, size, thousands};
use crate::paths::path_of;
use crate::writing::{Offer, Writing};

/// What a visitor wants to do with a collection.
#[derive(Clone, PartialEq)]
pub enum Ask {
    /// Rename it.
    Rename(CollectionInfo),
    /// Change its settings.
    Settings(CollectionInfo),
    /// Delete it.
    Delete(CollectionInfo),
    /// Download its snapshot with the API key.
    Snapshot(String),
}

/// Its name with a link to its search page, some facts about it, the roles of its fields, and what
/// can be done with it.
#[component]
pub fn CollectionRow(
    /// The collection, as it was first listed. Its name and id stay the same.
    first: CollectionInfo,
    /// All collections, as last fetched.
    all: Memo<Vec<CollectionInfo>>,
    /// Whether the visitor may change it.
    writing: Writing,
    /// Called with what the visitor wants to do.
    on_ask: Callback<Ask>,
) -> impl IntoView {
    let name = first.name.clone();
    let info = Memo::new(move |last: Option<&CollectionInfo>| {
        let all = all.read();
        let now = all
            .iter()
            .find(|now| now.id == first.id && now.name == first.name);
        now.or(last).unwrap_or(&first).clone()
    });
    let default = move || {
        info.read().default.then(|| {
            view! {
                <span class="collection-default" title="Used when no collection is named">
                    "default"
                </span>
            }
        })
    };
    let facts = move || {
        let facts = facts(&info.read()).into_iter();
        facts.map(|fact| view! { <li>{fact}</li> }).collect_view()
    };
    let encoding = move || encoding_again(&info.read());
    let fields = Memo::new(move |_| info.read().fields.clone());
    view! {
        <li class="collection">
            <div class="collection-about">
                <a class="collection-name" href=path_of(Some(&name))>
                    {name.clone()}
                </a>
                {live(default)}
                <ul class="collection-facts" aria-label=format!("About {name}")>
                    {live(facts)}
                </ul>
                {live(encoding)}
                {live(move || view! { <FieldsUsed fields=fields.get() /> })}
            </div>
            <Actions name info writing on_ask />
        </li>
    }
    .into_any()
}

/// The classes of a button, and of one that is not shown if the collection is on a cluster.
const ACTION: &str = "collection-action with-js";
const IN_FOLDER: &str = "collection-action with-js in-folder";

#[component]
fn Actions(
    name: String,
    info: Memo<CollectionInfo>,
    writing: Writing,
    on_ask: Callback<Ask>,
) -> impl IntoView {
    let offer = Memo::new(move |_| writing.offer());
    move || {
        let Offer::Changes { with_key } = offer.get() else {
            return ().into_any();
        };
        let label = format!("Download a snapshot of {name}");
        let snapshot = if with_key {
            let name = name.clone();
            view! {
                <button
                    type="button"
                    class="collection-action in-folder"
                    aria-label=label
                    on:click=move |_| on_ask.run(Ask::Snapshot(name.clone()))
                >
                    "Snapshot"
                </button>
            }
            .into_any()
        } else {
            view! {
                <a
                    class="collection-action in-folder"
                    aria-label=label
                    href=browser::snapshot_address(&name)
                    download
                    rel="external"
                >
                    "Snapshot"
                </a>
            }
            .into_any()
        };
        let way = |text: &'static str, class, label: String, ask: fn(CollectionInfo) -> Ask| {
            view! {
                <button
                    type="button"
                    class=class
                    aria-label=label
                    on:click=move |_| on_ask.run(ask(info.get_untracked()))
                >
                    {text}
                </button>
            }
        };
        view! {
            <div class="collection-actions">
                {snapshot}
                {way("Rename", IN_FOLDER, format!("Rename {name}"), Ask::Rename)}
                {way("Settings", IN_FOLDER, format!("Settings of {name}"), Ask::Settings)}
                {way("Delete", ACTION, format!("Delete {name}"), Ask::Delete)}
            </div>
        }
        .into_any()
    }
}

/// Records, size, index, language and model, as far as each is known.
fn facts(info: &CollectionInfo) -> Vec<String> {
    let index = match info.graph {
        GraphState::Ready => "index ready",
        GraphState::Failed => "scanned in full, index failed",
        GraphState::NotNeeded => "scanned in full",
        // The exact scan answers until then.
        GraphState::Building => "searchable, index being built",
    };
    let mut facts = vec![counted(info.records, "record")];
    // That of a collection on a cluster is not known.
    facts.extend((info.bytes > 0).then(|| size(info.bytes)));
    facts.push(index.to_owned());
    if let Some(code) = &info.fields.language {
        facts.push(language_name(code).to_owned());
    }
    if !info.model.is_empty() {
        facts.push(info.model.clone());
    }
    facts
}

/// How far the encoding by another model or the change of settings is, or why it failed; nothing
/// once it is done.
fn encoding_again(info: &CollectionInfo) -> AnyView {
    let Some(Reencoding {
        model,
        done,
        of,
        over,
        failed,
    }) = &info.reencoding
    else {
        return ().into_any();
    };
    // A change of settings keeps the model.
    let what = if *model == info.model {
        "Its settings are being changed".to_owned()
    } else {
        format!("Being re-encoded with {model}")
    };
    if let Some(why) = failed {
        let text = format!("The change failed: {why}. The collection is as it was before.");
        return view! { <p class="collection-failed">{text}</p> }.into_any();
    }
    if *over {
        return ().into_any();
    }
    let text = if *of > 0 {
        let (done, of) = (thousands(*done), thousands(*of));
        format!("{what}: {done} of {of} records. It can still be searched.")
    } else {
        format!("{what}. It can still be searched.")
    };
    view! { <p class="collection-encoding">{text}</p> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_the_collections_own() {
        let info: CollectionInfo = serde_json::from_str(
            r#"{"name":"notes","id":7,"records":340,"bytes":1200000,"graph":"none","facets":[],
                "examples":[],"model":"small-model","fields":{"title":"a","language":"de"}}"#,
        )
        .unwrap();
        assert_eq!(
            facts(&info),
            [
                "340 records",
                "1.2 MB",
                "scanned in full",
                "German",
                "small-model"
            ]
        );
    }
}
