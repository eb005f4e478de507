//! From the choices in the form for a collection's settings to the roles of its fields, and what
//! the change costs, in words: pure functions.

use form_urlencoded::parse;
use parallax::vocabulary::{FieldRoles, SettingsCost};

use crate::numbers::{counted, time_left};

/// What the names of the fields for weights begin with; the rest is the weighted field.
pub const WEIGHT: &str = "weight.";

/// The roles that a form gives, by its fields as a browser would send them. The names of fields are
/// kept as they are: a file's may begin with a space.
pub fn roles_of(form: &str) -> FieldRoles {
    let mut roles = FieldRoles::default();
    let given = parse(form.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
    for (parameter, value) in given {
        let value = value.into_owned();
        match &*parameter {
            "id" => roles.id = Some(value),
            "title" => roles.title = Some(value),
            // The first text may also be ticked under the additional ones.
            "text" if !roles.texts.contains(&value) => roles.texts.push(value),
            "url" => roles.url = Some(value),
            "image" => roles.image = Some(value),
            "facet" => roles.facets.push(value),
            "language" => roles.language = Some(value.trim().to_owned()),
            parameter => {
                if let Some(field) = parameter.strip_prefix(WEIGHT) {
                    roles.weights.push(format!("{field}={}", value.trim()));
                }
            }
        }
    }
    roles
}

/// The kind with which a field is a facet; `None` if it is none.
pub fn facet_kind<'a>(field: &str, roles: &'a FieldRoles) -> Option<&'a str> {
    let kind = |facet: &'a String| facet.strip_prefix(field)?.strip_prefix(':');
    roles.facets.iter().find_map(kind)
}

/// The weight given to a field; empty if it has its default.
pub fn weight_of<'a>(field: &str, roles: &'a FieldRoles) -> &'a str {
    let weight = |weight: &'a String| weight.strip_prefix(field)?.strip_prefix('=');
    roles.weights.iter().find_map(weight).unwrap_or_default()
}

/// What a change costs.
pub fn cost(cost: SettingsCost) -> String {
    if !cost.changes {
        return "These are its settings now.".into();
    }
    if cost.encodes == 0 {
        return "Only builds the indexes again. The collection can still be searched.".into();
    }
    let records = counted(cost.encodes, "record");
    let time = time_left(cost.seconds);
    let time = time.trim_end_matches(" left");
    format!("Encodes {records} again, in {time}. The collection can still be searched.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_what_is_asked_for() {
        let form = "title=head&text=body&text=story&text=body&url=&image=&language=de\
                    &facet=year%3Anumber&facet=&weight.head=5&weight.body=";
        let roles = roles_of(form);
        assert_eq!(roles.title.as_deref(), Some("head"));
        assert_eq!(roles.texts, ["body", "story"]);
        assert_eq!(roles.facets, ["year:number"]);
        assert_eq!(roles.weights, ["head=5"]);
        assert_eq!(roles.language.as_deref(), Some("de"));
        assert_eq!((roles.url, roles.image), (None, None));
    }

    #[test]
    fn the_form_starts_with_what_is_set() {
        let roles = FieldRoles {
            facets: vec!["a:b:text".into(), "year:number".into()],
            weights: vec!["head=5".into()],
            ..FieldRoles::default()
        };
        assert_eq!(facet_kind("a:b", &roles), Some("text"));
        assert_eq!(facet_kind("year", &roles), Some("number"));
        assert_eq!(facet_kind("ye", &roles), None);
        assert_eq!(weight_of("head", &roles), "5");
        assert_eq!(weight_of("body", &roles), "");
    }

    #[test]
    fn a_change_says_what_it_costs() {
        let told = |changes, encodes, seconds| {
            cost(SettingsCost {
                changes,
                encodes,
                seconds,
            })
        };
        assert!(told(false, 0, 0.0).starts_with("These are"));
        assert!(told(true, 0, 0.0).starts_with("Only builds the indexes again"));
        assert!(
            told(true, 40_474, 190.0)
                .starts_with("Encodes 40,474 records again, in about 3 minutes.")
        );
    }
}
