//! The form that maps a file's fields to roles, shown with the file's first records. The
//! proposed roles are preselected.
//!
//! The form fields are uncontrolled; their values are read when the import starts.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use parallax::vocabulary::Preview;

use super::collection_list::{Collections, is_taken};
use super::fields_told::FieldsTold;
use super::import_notes::ImportNotes;
use super::name_field::NameField;
use super::preview_table::PreviewTable;
use super::skipped_lines::SkippedLines;
use crate::browser::query_of;
use crate::importing::Importing;
use crate::mapping::{Role, collection_name, facet_choice, import_order, roles};
use crate::numbers::counted;

/// The first records and the form.
#[component]
pub fn MappingForm(
    /// The import it starts.
    importing: Importing,
    /// The file's name.
    file: String,
    /// How it would be read.
    preview: Preview,
    /// The existing collections. A file imported under one of their names is added to it.
    collections: Collections,
) -> impl IntoView {
    let Preview {
        format,
        fields,
        cut,
        rows,
        proposed,
        told,
        skipped,
        notes,
    } = preview;
    let form = NodeRef::<leptos::html::Form>::new();
    let name = RwSignal::new(collection_name(&file));
    let missing = RwSignal::new(None::<&str>);
    let more = if cut { "more than " } else { "" };
    let summary = format!(
        "{file}: {format} with {more}{}. These are its first records.",
        counted(fields.len() as u64, "field")
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(chosen) = form.get_untracked().and_then(|form| query_of(&form)) else {
            return;
        };
        match import_order(&file, &chosen) {
            Ok(order) => {
                missing.set(None);
                importing.start(order);
            }
            Err(message) => missing.set(Some(message)),
        }
    };
    let exists = is_taken(collections, name);
    let selects = roles(&proposed).map(|role| view! { <RoleSelect role fields=fields.clone() /> });
    let language = proposed.language.clone();
    let facets = fields.iter().map(|field| {
        let facet = facet_choice(field, &proposed);
        let kind = facet.kind.map(|kind| view! { <small>{kind}</small> });
        view! {
            <label class="check">
                <input type="checkbox" name="facet" value=field.clone() checked=facet.proposed />
                <span>{field.clone()}</span>
                {kind}
            </label>
        }
    });
    let facets = facets.collect_view();
    let further = fields.iter().map(|field| {
        let chosen = proposed.texts.iter().skip(1).any(|text| text == field);
        view! {
            <label class="check">
                <input type="checkbox" name="text" value=field.clone() checked=chosen />
                <span>{field.clone()}</span>
            </label>
        }
    });
    let further = further.collect_view();
    view! {
        <p class="import-note" role="status">
            {summary}
        </p>
        <ImportNotes notes />
        <PreviewTable fields rows />
        <SkippedLines total=skipped.len() as u64 listed=skipped />
        <FieldsTold told />
        <form node_ref=form class="mapping" aria-label="New collection" autocomplete="off" on:submit=submit>
            <div class="field">
                <NameField id="import-name" label="Name of the collection" name />
                <Show when=move || exists.get()>
                    <label class="check check-warning">
                        <input
                            type="checkbox"
                            name="replace"
                            value="true"
                            aria-describedby="import-replace-hint"
                        />
                        <span>"Replace the existing collection"</span>
                    </label>
                    <p id="import-replace-hint" class="hint">
                        "There is a collection with that name. Unless it is replaced, the file’s \
                         records are added to it, using the fields it was created with."
                    </p>
                </Show>
            </div>
            <fieldset class="roles">
                <legend>"What each field contains"</legend>
                {selects.into_iter().collect_view()}
            </fieldset>
            <details class="further">
                <summary>"More text fields"</summary>
                <p class="hint">"Each is shown when a record lacks the text fields before it."</p>
                <fieldset class="checks">
                    <legend>"More text fields"</legend>
                    {further}
                </fieldset>
            </details>
            <div class="field">
                <label for="import-language">"Language"</label>
                <input
                    id="import-language"
                    name="language"
                    type="text"
                    maxlength="4"
                    aria-describedby="import-language-hint"
                    spellcheck="false"
                    autocapitalize="off"
                    value=language
                />
                <p id="import-language-hint" class="hint">
                    "Decides which word endings are ignored and which words are skipped: a code \
                     such as “en” or “de”, or “none”."
                </p>
            </div>
            <fieldset class="checks">
                <legend>"Fields to filter by"</legend>
                {facets}
            </fieldset>
            <p class="import-missing" role="alert">
                {missing}
            </p>
            <button type="submit" class="button">
                "Import"
            </button>
        </form>
    }
}

#[component]
fn RoleSelect(role: Role, fields: Vec<String>) -> impl IntoView {
    let Role {
        parameter,
        label,
        hint,
        proposed,
    } = role;
    let id = format!("import-{parameter}");
    let hint_id = format!("{id}-hint");
    let options = fields.into_iter().map(|field| {
        let selected = proposed.as_ref() == Some(&field);
        view! {
            <option value=field.clone() selected=selected>
                {field.clone()}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=parameter aria-describedby=hint_id.clone()>
                <option value="">"none"</option>
                {options}
            </select>
            <p id=hint_id class="hint">
                {hint}
            </p>
        </div>
    }
}
