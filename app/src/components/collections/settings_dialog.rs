//! The dialog for a collection's settings: which field has which role, and what a change costs.

use std::collections::HashSet;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};
use parallax::vocabulary::{CollectionInfo, FieldRoles, Settings, SettingsCost};

use super::problem_notice::ProblemNotice;
use crate::browser;
use crate::components::dialog::{close, open_while};
use crate::components::live::live;
use crate::languages::LANGUAGES;
use crate::problem::Problem;
use crate::settings::{WEIGHT, cost, facet_kind, roles_of, weight_of};

/// The kinds of facets, with their names in the form.
const KINDS: [(&str, &str); 4] = [
    ("text", "text"),
    ("number", "number"),
    ("date", "date"),
    ("boolean", "yes or no"),
];

/// The dialog. It is open while `asked` holds a collection; closing it in any way clears `asked`.
#[component]
pub fn SettingsDialog(
    /// The collection to change.
    asked: RwSignal<Option<CollectionInfo>>,
    /// Called with the name once the server works on the change.
    #[prop(into)]
    on_changed: Callback<String>,
) -> impl IntoView {
    let dialog = open_while(asked);
    let settings = RwSignal::new(None::<Result<Settings, Problem>>);
    Effect::new(move || {
        let name = asked.read().as_ref().map(|info| info.name.clone());
        settings.set(None);
        let Some(name) = name else {
            return;
        };
        // Ended when another collection is asked for.
        spawn_local_scoped_with_cancellation(async move {
            settings.set(Some(browser::settings(&name).await));
        });
    });
    let title = move || {
        let asked = asked.read();
        let name = asked.as_ref().map(|info| info.name.as_str());
        format!("Settings of \u{201c}{}\u{201d}", name.unwrap_or_default())
    };
    let changed = move |name| {
        close(dialog);
        on_changed.run(name);
    };
    let retry = move || asked.update(|_| {});
    let body = move || {
        // Read before anything may return, so that this runs again when the settings arrive.
        let settings = settings.get();
        let name = asked.with_untracked(|asked| asked.as_ref().map(|info| info.name.clone()))?;
        Some(match settings {
            None => view! { <p role="status">"Reading the settings\u{2026}"</p> }.into_any(),
            Some(Err(problem)) => view! {
                <ProblemNotice
                    title="The settings cannot be read"
                    problem
                    retry=move |()| retry()
                />
            }
            .into_any(),
            Some(Ok(settings)) => {
                let on_changed = Callback::new(changed);
                view! { <SettingsForm name settings on_changed /> }.into_any()
            }
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog dialog-wide"
            aria-labelledby="settings-heading"
            on:close=move |_| asked.set(None)
        >
            <div class="dialog-head">
                <h2 id="settings-heading" class="notice-title">
                    {live(title)}
                </h2>
                <button type="button" class="collection-action" on:click=move |_| close(dialog)>
                    "Close"
                </button>
            </div>
            {live(body)}
        </dialog>
    }
    .into_any()
}

/// The form. Its fields are uncontrolled; their values are read when something changes.
#[component]
fn SettingsForm(name: String, settings: Settings, on_changed: Callback<String>) -> impl IntoView {
    let Settings { fields, known } = settings;
    let form = NodeRef::<leptos::html::Form>::new();
    let name = StoredValue::new(name);
    let told = RwSignal::new(None::<Result<SettingsCost, Problem>>);
    let changes = RwSignal::new(0_u32);
    let changing = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let chosen = move || {
        let form = form.get_untracked()?;
        Some(roles_of(&browser::query_of(&form)?))
    };
    // A newer question about the cost ends the one before.
    Effect::new(move || {
        if changes.get() == 0 {
            return;
        }
        let Some(roles) = chosen() else {
            return;
        };
        told.set(None);
        problem.set(None);
        spawn_local_scoped_with_cancellation(async move {
            told.set(Some(
                browser::settings_cost(&name.get_value(), &roles).await,
            ));
        });
    });
    let change = move || {
        let Some(roles) = chosen().filter(|_| !changing.get_untracked()) else {
            return;
        };
        changing.set(true);
        problem.set(None);
        spawn_local(async move {
            let Some(name) = name.try_get_value() else {
                return;
            };
            let refused = browser::change_settings(&name, &roles).await.err();
            // The dialog may have been closed in the meantime.
            let is_open = changing.try_set(false).is_none();
            match refused {
                None => on_changed.try_run(name).unwrap_or_default(),
                refused if is_open => problem.set(refused),
                Some(_) => {}
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        change();
    };
    let cost = move || match told.get() {
        None if changes.get() == 0 => "Change something to see how long it would take.".to_owned(),
        None => "\u{2026}".to_owned(),
        Some(Ok(told)) => cost(told),
        Some(Err(problem)) => problem.message,
    };
    let refused = move || {
        problem.get().map(|problem| {
            view! { <ProblemNotice title="The settings were not changed" problem retry=move |()| change() /> }
        })
    };
    let all = all_fields(&fields, known);
    view! {
        <form
            node_ref=form
            class="mapping"
            aria-label="Settings"
            autocomplete="off"
            on:submit=submit
            on:change=move |_| changes.update(|changes| *changes += 1)
        >
            <Roles fields=fields.clone() all=all.clone() />
            <Filters fields=fields.clone() all />
            <Weights fields=fields.clone() />
            <LanguageChoice chosen=fields.language.unwrap_or_default() />
            <p class="settings-cost" role="status">
                {live(cost)}
            </p>
            <button
                type="submit"
                class="button"
                aria-disabled=move || changing.get().then_some("true")
            >
                "Change"
            </button>
        </form>
        {live(refused)}
    }
    .into_any()
}

/// The known fields, after those that have a role already.
fn all_fields(fields: &FieldRoles, known: Vec<String>) -> Vec<String> {
    let one = [&fields.title, &fields.url, &fields.image];
    let one = one.into_iter().flatten().cloned();
    let mut all: Vec<String> = one.chain(fields.texts.iter().cloned()).collect();
    let facets = fields.facets.iter();
    all.extend(facets.filter_map(|facet| Some(facet.rsplit_once(':')?.0.to_owned())));
    all.extend(known);
    let mut seen = HashSet::new();
    all.retain(|field| seen.insert(field.clone()));
    all
}

/// Title, texts, link and picture.
#[component]
fn Roles(fields: FieldRoles, all: Vec<String>) -> impl IntoView {
    let roles = [
        ("title", "Title", fields.title.clone()),
        ("text", "Text", fields.texts.first().cloned()),
        ("url", "Link", fields.url.clone()),
        ("image", "Picture", fields.image.clone()),
    ];
    let selects = roles.map(|(parameter, label, chosen)| {
        let id = format!("settings-{parameter}");
        let options = all.iter().map(|field| {
            let selected = chosen.as_ref() == Some(field);
            view! {
                <option value=field.clone() selected=selected>
                    {field.clone()}
                </option>
            }
        });
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id name=parameter>
                    <option value="">"none"</option>
                    {options.collect_view()}
                </select>
            </div>
        }
    });
    let further = all.iter().map(|field| {
        let chosen = fields.texts.iter().skip(1).any(|text| text == field);
        view! {
            <label class="check">
                <input type="checkbox" name="text" value=field.clone() checked=chosen />
                <span>{field.clone()}</span>
            </label>
        }
    });
    view! {
        <fieldset class="roles roles-four">
            <legend>"What each field contains"</legend>
            {selects.into_iter().collect_view()}
        </fieldset>
        <details class="further">
            <summary>"More text fields"</summary>
            <fieldset class="checks">
                <legend>"More text fields"</legend>
                {further.collect_view()}
            </fieldset>
        </details>
    }
    .into_any()
}

/// Which fields to filter by, and the kind of each.
#[component]
fn Filters(fields: FieldRoles, all: Vec<String>) -> impl IntoView {
    let rows = all.into_iter().enumerate().map(|(at, field)| {
        let id = format!("settings-facet-{at}");
        let now = facet_kind(&field, &fields);
        let options = KINDS.map(|(kind, label)| {
            view! {
                <option value=format!("{field}:{kind}") selected=now == Some(kind)>
                    {label}
                </option>
            }
        });
        let options = options.into_iter().collect_view();
        view! {
            <div class="settings-row">
                <label for=id.clone() dir="auto">
                    {field}
                </label>
                <select id=id name="facet">
                    <option value="">"no filter"</option>
                    {options}
                </select>
            </div>
        }
    });
    view! {
        <fieldset class="settings-rows">
            <legend>"Fields to filter by"</legend>
            {rows.collect_view()}
        </fieldset>
    }
    .into_any()
}

/// How much a word in a field counts.
#[component]
fn Weights(fields: FieldRoles) -> impl IntoView {
    let mut weighed: Vec<String> = fields.title.iter().chain(&fields.texts).cloned().collect();
    for weight in &fields.weights {
        if let Some((field, _)) = weight.rsplit_once('=')
            && !weighed.iter().any(|known| known == field)
        {
            weighed.push(field.to_owned());
        }
    }
    let rows = weighed.into_iter().enumerate().map(|(at, field)| {
        let id = format!("settings-weight-{at}");
        let usual = if fields.title.as_ref() == Some(&field) {
            "3"
        } else {
            "1"
        };
        let now = weight_of(&field, &fields).to_owned();
        view! {
            <div class="settings-row">
                <label for=id.clone() dir="auto">
                    {field.clone()}
                </label>
                <input
                    id=id
                    name=format!("{WEIGHT}{field}")
                    type="number"
                    min="1"
                    max="20"
                    placeholder=usual
                    value=now
                />
            </div>
        }
    });
    view! {
        <fieldset class="settings-rows">
            <legend>"How much a word counts in each field, from 1 to 20"</legend>
            {rows.collect_view()}
        </fieldset>
    }
    .into_any()
}

#[component]
fn LanguageChoice(chosen: String) -> impl IntoView {
    let options = LANGUAGES.map(|(code, name)| {
        view! {
            <option value=code selected=code == chosen>
                {name}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for="settings-language">"Language"</label>
            <select id="settings-language" name="language" aria-describedby="settings-language-hint">
                {options.into_iter().collect_view()}
            </select>
            <p id="settings-language-hint" class="hint">
                "Decides which word endings are ignored and which words are skipped."
            </p>
        </div>
    }
    .into_any()
}
