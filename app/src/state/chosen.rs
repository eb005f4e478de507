//! What the fields of a form choose of facets, as conditions in the syntax of the API.

use parallax::vocabulary::{Alternative, Condition};

use super::{LEAST, MOST_OF};

/// What a form chooses of facets, in the order of its fields.
#[derive(Default)]
pub(super) struct Chosen(Vec<(String, Choice)>);

#[derive(Default)]
struct Choice {
    values: Vec<String>,
    least: String,
    most: String,
}

impl Chosen {
    fn of(&mut self, field: &str) -> Option<&mut Choice> {
        if !self.0.iter().any(|(known, _)| known == field) {
            self.0.push((field.to_owned(), Choice::default()));
        }
        let mut known = self.0.iter_mut().filter(|(known, _)| known == field);
        known.next().map(|(_, choice)| choice)
    }

    pub fn pick(&mut self, filter: &str) {
        let condition = filter.parse::<Condition>().ok();
        let values = condition.map(|condition| (condition.field.clone(), values_in(condition)));
        if let Some((field, Some(values))) = values
            && let Some(choice) = self.of(&field)
        {
            let new = values
                .into_iter()
                .filter(|value| !choice.values.contains(value));
            let new: Vec<String> = new.collect();
            choice.values.extend(new);
        }
    }

    pub fn bound(&mut self, name: &str, value: &str) {
        if let Some(field) = name.strip_prefix(LEAST)
            && let Some(choice) = self.of(field)
        {
            choice.least = value.to_owned();
        } else if let Some(field) = name.strip_prefix(MOST_OF)
            && let Some(choice) = self.of(field)
        {
            choice.most = value.to_owned();
        }
    }

    pub fn filters(self) -> impl Iterator<Item = String> {
        self.0.into_iter().filter_map(|(field, mut choice)| {
            if !choice.least.is_empty() || !choice.most.is_empty() {
                choice
                    .values
                    .push(format!("{}..{}", choice.least, choice.most));
            }
            any_of(&field, choice.values)
        })
    }
}

/// The condition that a field has any of some values; `None` for no value.
pub(super) fn any_of(field: &str, values: Vec<String>) -> Option<String> {
    if field.is_empty() || values.is_empty() {
        return None;
    }
    let condition = Condition {
        field: field.to_owned(),
        negated: false,
        alternatives: values.into_iter().map(Alternative::Value).collect(),
    };
    Some(condition.to_string())
}

/// The values that a condition selects; `None` if it excludes values or selects any at all.
fn values_in(condition: Condition) -> Option<Vec<String>> {
    if condition.negated {
        return None;
    }
    let values = condition.alternatives.into_iter();
    values
        .map(|alternative| match alternative {
            Alternative::Value(value) => Some(value),
            Alternative::Exists => None,
        })
        .collect()
}

/// The values of a field that a filter selects, if it does.
pub(super) fn values_of(filter: &str, field: &str) -> Option<Vec<String>> {
    let condition = filter.parse::<Condition>().ok()?;
    (condition.field == field)
        .then_some(condition)
        .and_then(values_in)
}

/// The ends of a range of numbers or dates with both ends included, as typed, each of which may
/// be empty; a value alone is a range, too.
pub fn ends(value: &str) -> Option<(String, String)> {
    let is_end = |end: &str| {
        end.bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.:eETZ ".contains(&byte))
            && end.bytes().any(|byte| byte.is_ascii_digit())
    };
    let (least, most) = match (value.split_once(".."), value.strip_prefix(">=")) {
        (Some((least, most)), _) => (least.trim(), most.trim()),
        (None, Some(least)) => (least.trim(), ""),
        (None, None) => match value.strip_prefix("<=") {
            Some(most) => ("", most.trim()),
            None => (value.trim(), value.trim()),
        },
    };
    let fits = |end: &str| end.is_empty() || is_end(end);
    let some = !(least.is_empty() && most.is_empty());
    (some && fits(least) && fits(most)).then(|| (least.to_owned(), most.to_owned()))
}
