//! The conditions that narrow the results, each with a link that removes it, and one that removes
//! all.

use leptos::prelude::*;
use parallax::vocabulary::Condition;

use super::locale::Locale;
use crate::answers::Found;
use crate::numbers::label;
use crate::state::{SearchState, ends};
use crate::wording::condition;

/// The conditions of the newest answer.
#[component]
pub fn Conditions(
    /// The newest answer.
    found: Memo<Option<Found>>,
) -> impl IntoView {
    let locale = Locale::of_reader();
    let chips = move || {
        let found = found.read();
        let Some(Found { question, like, .. }) = found.as_ref() else {
            return Vec::new();
        };
        let (state, path) = (&question.state, question.path());
        let like = state.like.as_ref().map(|id| Chip {
            field: "Similar to".into(),
            value: like.clone().unwrap_or_else(|| format!("record {id}")),
            drop: if state.q.is_empty() {
                "Back to the search".into()
            } else {
                "Back to the results".into()
            },
            href: state.without_like().href(&path),
        });
        let filters = state.filters.iter();
        let filters = filters.flat_map(|filter| chips(state, filter, &path, locale));
        like.into_iter().chain(filters).collect()
    };
    let clear = move || {
        let found = found.read();
        let Found { question, .. } = found.as_ref()?;
        let all: usize = question
            .state
            .filters
            .iter()
            .map(|filter| parts(filter).len())
            .sum();
        let href = question.state.without_filters().href(&question.path());
        (all > 1).then(|| {
            view! {
                <li>
                    <a class="condition-clear" href=href>
                        "Clear all"
                    </a>
                </li>
            }
        })
    };
    move || {
        let chips: Vec<Chip> = chips();
        (!chips.is_empty()).then(|| {
            view! {
                <ul class="conditions" aria-label="Narrowed to">
                    {chips.into_iter().map(chip).collect_view()}
                    {clear()}
                </ul>
            }
        })
    }
}

/// A condition, or one of the values of which any is enough.
struct Chip {
    field: String,
    value: String,
    /// What its link does.
    drop: String,
    href: String,
}

fn chip(chip: Chip) -> AnyView {
    let Chip {
        field,
        value,
        drop,
        href,
    } = chip;
    view! {
        <li class="condition">
            <span class="condition-field">{field}</span>
            " "
            <bdi class="condition-value">{value}</bdi>
            <a class="condition-drop" href=href aria-label=drop.clone() title=drop>
                <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                    <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" />
                </svg>
            </a>
        </li>
    }
    .into_any()
}

/// A filter's parts that can be removed one by one: the values of a condition that any of them
/// meets, or the whole filter.
fn parts(filter: &str) -> Vec<(String, Condition)> {
    let Ok(condition) = filter.parse::<Condition>() else {
        return Vec::from([(filter.to_owned(), Condition::exists(""))]);
    };
    if condition.negated {
        return Vec::from([(filter.to_owned(), condition)]);
    }
    let all = &condition.alternatives;
    let parts = all.iter().enumerate().map(|(at, alternative)| {
        let mut others = all.clone();
        others.remove(at);
        let rest = Condition {
            alternatives: others,
            ..condition.clone()
        };
        let own = Condition {
            alternatives: Vec::from([alternative.clone()]),
            ..condition.clone()
        };
        (own.to_string(), rest)
    });
    parts.collect()
}

fn chips(state: &SearchState, filter: &str, path: &str, locale: Locale) -> Vec<Chip> {
    let parts = parts(filter);
    let several = parts.len() > 1;
    let parts = parts.into_iter().map(|(own, rest)| {
        let without = if several {
            state.replacing(filter, &rest.to_string())
        } else {
            state.without_filter(filter)
        };
        let text = condition(&own);
        let (field, value) = told(&own, locale).unwrap_or_else(|| (String::new(), text.clone()));
        Chip {
            field,
            value,
            drop: format!("Drop the filter {text}"),
            href: without.href(path),
        }
    });
    parts.collect()
}

/// The field and the value or range of a part; `None` if it has no other form than its text.
fn told(filter: &str, locale: Locale) -> Option<(String, String)> {
    let condition: Condition = filter.parse().ok()?;
    if condition.negated {
        return None;
    }
    let field = label(&condition.field);
    let values = crate::wording::values(&condition);
    let value = match ends(&values) {
        // A single value may be a code, such as that of a town.
        Some((least, most)) if least != most => match (&*least, &*most) {
            (_, "") => format!("from {}", locale.end(&least)),
            ("", _) => format!("up to {}", locale.end(&most)),
            _ => format!("{} to {}", locale.end(&least), locale.end(&most)),
        },
        _ => values,
    };
    Some((format!("{field}:"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_a_part_with_the_others_as_rest() {
        let read = |filter: &str| -> Vec<(String, String)> {
            let parts = parts(filter).into_iter();
            parts.map(|(own, rest)| (own, rest.to_string())).collect()
        };
        assert_eq!(
            read(r"city:Berlin|a\|b"),
            [
                ("city:Berlin".to_owned(), r"city:a\|b".to_owned()),
                (r"city:a\|b".to_owned(), "city:Berlin".to_owned())
            ]
        );
        for whole in ["-city:Berlin|Oslo", "city", "city:Berlin"] {
            assert_eq!(read(whole).len(), 1, "{whole}");
        }
    }
}
