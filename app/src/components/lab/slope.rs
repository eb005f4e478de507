//! A ranking before and after a change: two lists, and a line for each record from its place in one to
//! that in the other. Rows have a fixed height, so that the lines meet them without being measured.

use std::collections::HashMap;

use leptos::prelude::*;
use parallax::vocabulary::Named;

use crate::components::compare::line::{WIDTH, curve};
use crate::wording::name_of;

/// How many records of each ranking are drawn.
const SHOWN: usize = 10;

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slope {
    /// The names of the first records before.
    before: Vec<String>,
    /// The names of the first records after, each with what became of it.
    after: Vec<(String, String)>,
    /// The lines, from a place before to a place after; the end that is not among the first is absent.
    lines: Vec<(Option<u32>, Option<u32>)>,
}

impl Slope {
    /// What is drawn of two rankings.
    pub fn of(before: &[String], after: &[String], records: &[Named]) -> Self {
        let names: HashMap<&str, &str> = records
            .iter()
            .map(|record| (record.id.as_str(), record.title.as_str()))
            .collect();
        let name = |id: &String| name_of(names.get(id.as_str()).copied().unwrap_or(""), id);
        let place = |list: &[String], id: &String| {
            let at = list.iter().position(|other| other == id)?;
            Some(at as u32 + 1)
        };
        let first =
            |list: &[String], id: &String| place(list, id).filter(|place| *place as usize <= SHOWN);
        let (shown, now) = (before.iter().take(SHOWN), (1..).zip(after).take(SHOWN));
        let joined = shown
            .clone()
            .map(|id| (first(before, id), first(after, id)));
        let new = now.clone().filter(|(_, id)| first(before, id).is_none());
        let new = new.map(|(place, _)| (None, Some(place)));
        Self {
            lines: joined.chain(new).collect(),
            before: shown.map(name).collect(),
            after: now
                .map(|(now, id)| (name(id), fate(place(before, id), now)))
                .collect(),
        }
    }

    /// How many rows the longer list has.
    fn longest(&self) -> usize {
        self.before.len().max(self.after.len()).max(1)
    }
}

/// What became of a record that is in a place now.
fn fate(before: Option<u32>, now: u32) -> String {
    match before {
        None => "new".into(),
        Some(before) if before > now => format!("up {}", before - now),
        Some(before) if before < now => format!("down {}", now - before),
        Some(_) => String::new(),
    }
}

/// The drawing.
pub fn slope(slope: &Slope) -> AnyView {
    if slope.before.is_empty() && slope.after.is_empty() {
        return view! { <p class="lab-told">"No record has a place here."</p> }.into_any();
    }
    let before = slope
        .before
        .iter()
        .cloned()
        .map(|name| row(name, String::new()));
    let after = slope
        .after
        .iter()
        .cloned()
        .map(|(name, fate)| row(name, fate));
    let lines = slope.lines.iter().map(|&(before, after)| {
        let class = match (before, after) {
            (Some(before), Some(after)) if before == after => "lab-line",
            (Some(_), Some(_)) => "lab-line lab-line-moved",
            _ => "lab-line lab-line-end",
        };
        view! { <path class=class d=curve(before, after) vector-effect="non-scaling-stroke" /> }
    });
    let view_box = format!("0 0 {WIDTH} {}", slope.longest());
    view! {
        <div class="lab-lists">
            <ol class="lab-list" aria-label="Before">
                {before.collect_view()}
            </ol>
            <div class="lab-lines">
                <svg viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                    {lines.collect_view()}
                </svg>
            </div>
            <ol class="lab-list" aria-label="After">
                {after.collect_view()}
            </ol>
        </div>
    }
    .into_any()
}

fn row(name: String, fate: String) -> AnyView {
    let fate = (!fate.is_empty()).then(|| view! { <span class="lab-fate">{fate}</span> });
    view! {
        <li>
            <bdi class="lab-name">{name}</bdi>
            {fate}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn each_record_has_one_line_and_a_fate() {
        let records = [Named {
            id: "a".into(),
            title: "Alpha".into(),
        }];
        let slope = Slope::of(&ids(&["a", "b", "c"]), &ids(&["b", "a", "d"]), &records);
        assert_eq!(slope.before, ["Alpha", "Record b", "Record c"]);
        let fates: Vec<_> = slope.after.iter().map(|(_, fate)| fate.as_str()).collect();
        assert_eq!(fates, ["up 1", "down 1", "new"]);
        let lines = [
            (Some(1), Some(2)),
            (Some(2), Some(1)),
            (Some(3), None),
            (None, Some(3)),
        ];
        assert_eq!(slope.lines, lines);
        assert_eq!(Slope::of(&[], &[], &[]).longest(), 1);
    }

    #[test]
    fn a_record_from_further_down_comes_up() {
        let before: Vec<String> = (0..15).map(|id| id.to_string()).collect();
        let slope = Slope::of(&before, &ids(&["14"]), &[]);
        assert_eq!(slope.after, [("Record 14".to_owned(), "up 14".to_owned())]);
        assert_eq!(slope.lines.len(), 11);
        assert_eq!(slope.lines.last(), Some(&(None, Some(1))));
    }
}
