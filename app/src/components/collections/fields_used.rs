//! Which field of a collection has which role.

use leptos::prelude::*;
use parallax::vocabulary::FieldRoles;

/// The roles, folded. Field names are shown as they are written in the records.
#[component]
pub fn FieldsUsed(
    /// The roles.
    fields: FieldRoles,
) -> impl IntoView {
    let lines = lines(&fields);
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines.into_iter().map(|(role, fields)| {
        view! {
            <div>
                <dt>{role}</dt>
                <dd dir="auto">{fields}</dd>
            </div>
        }
    });
    let lines = lines.collect_view();
    view! {
        <details class="collection-fields">
            <summary>"Fields"</summary>
            <dl>{lines}</dl>
        </details>
    }
    .into_any()
}

/// Each role that a field has, with its fields.
fn lines(fields: &FieldRoles) -> Vec<(&'static str, String)> {
    let one = |field: &Option<String>| field.clone().unwrap_or_default();
    let roles = [
        ("Title", one(&fields.title)),
        ("Text", fields.texts.join(", ")),
        ("Link", one(&fields.url)),
        ("Picture", one(&fields.image)),
        ("Id", one(&fields.id)),
        ("Filters", fields.facets.join(", ")),
        ("Weights", fields.weights.join(", ")),
    ];
    let used = roles.into_iter().filter(|(_, fields)| !fields.is_empty());
    used.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_that_a_field_has_are_shown() {
        let fields = FieldRoles {
            title: Some("name".into()),
            texts: vec!["about".into(), "story".into()],
            facets: vec!["year:number".into()],
            ..FieldRoles::default()
        };
        let shown = lines(&fields);
        assert_eq!(
            shown,
            [
                ("Title", "name".to_owned()),
                ("Text", "about, story".to_owned()),
                ("Filters", "year:number".to_owned())
            ]
        );
    }
}
