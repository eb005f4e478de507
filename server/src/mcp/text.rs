//! The text beside the structured content of a result, for assistants that only read text: one
//! short paragraph per record.

use std::fmt::Write;

use parallax_app::numbers::counted;

use super::results::{Collections, Fields, Found, FoundRecord, Replied};

/// How much of a hit's text is repeated.
const MAX_CHARS: usize = 300;

/// A result that can be told as text.
pub trait Told {
    fn told(&self) -> String;
}

impl Told for Found {
    fn told(&self) -> String {
        let least = if self.at_least { "at least " } else { "" };
        let mut text = format!(
            "{} of {least}{} found in '{}'.\n",
            counted(self.hits.len() as u64, "hit"),
            counted(self.total, "record"),
            self.collection
        );
        for note in &self.notes {
            add(&mut text, note);
        }
        hits(&mut text, &self.hits);
        text
    }
}

impl Told for Replied {
    fn told(&self) -> String {
        let mut text = match &self.answer {
            Some(answer) => format!("{answer}\n"),
            None => format!(
                "The collection '{}' does not have the answer. The nearest questions:\n",
                self.collection
            ),
        };
        hits(&mut text, &self.nearest);
        text
    }
}

impl Told for Collections {
    fn told(&self) -> String {
        if self.collections.is_empty() {
            return "There is no collection that may be read.\n".to_owned();
        }
        let mut text = String::new();
        for listed in &self.collections {
            let default = if listed.default { ", the default" } else { "" };
            let pairs = if listed.answers_questions {
                ", questions and answers"
            } else {
                ""
            };
            let facets = match listed.facets.as_slice() {
                [] => String::new(),
                facets => format!("; filter by {}", facets.join(", ")),
            };
            add(
                &mut text,
                &format!(
                    "{}: {} records{default}{pairs}{facets}",
                    listed.name, listed.records
                ),
            );
        }
        text
    }
}

impl Told for Fields {
    fn told(&self) -> String {
        let mut text = format!(
            "'{}' has {} records with the fields {}.\n",
            self.collection,
            self.records,
            self.fields.join(", ")
        );
        for facet in &self.facets {
            let values = facet.values.iter();
            let values = values.map(|value| format!("{} ({})", value.value, value.count));
            let mut values: Vec<String> = values.collect();
            if facet.more > 0 {
                values.push(format!("{} more", facet.more));
            }
            add(
                &mut text,
                &format!(
                    "Filter by {}, a {}: {}",
                    facet.field,
                    facet.kind,
                    values.join(", ")
                ),
            );
        }
        text
    }
}

fn hits(text: &mut String, hits: &[FoundRecord]) {
    for (rank, hit) in (1..).zip(hits) {
        add(text, &format!("{rank}. {} [id {}]", hit.title, hit.id));
        let mut beginning: String = hit.text.chars().take(MAX_CHARS).collect();
        if beginning.len() < hit.text.len() {
            beginning.push('…');
        }
        if !beginning.is_empty() {
            add(text, &format!("   {beginning}"));
        }
        add(text, &format!("   {}", hit.why));
    }
}

/// Adds a line.
fn add(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", line.replace('\n', " ").trim_end());
}
