//! The names of a file's columns.

use std::collections::{HashMap, HashSet};

use crate::record::import::line::MAX_FIELDS;
use crate::record::import::notes::Notes;

/// Makes unique column names from the header's fields. Unnamed and duplicate columns get generated
/// names.
pub fn names<'a>(
    fields: impl Iterator<Item = &'a [u8]>,
    notes: &Notes,
) -> Result<Vec<String>, String> {
    let mut given: Vec<String> = Vec::new();
    for field in fields {
        if given.len() == MAX_FIELDS {
            return Err(format!("it names more than {MAX_FIELDS} columns"));
        }
        let name = std::str::from_utf8(field)
            .map_err(|_| format!("the name of column {} is no UTF-8", given.len() + 1))?;
        given.push(name.trim().replace('\0', ""));
    }
    if let Some(first) = given.first().filter(|name| name.parse::<f64>().is_ok()) {
        notes.say(format!(
            "The first line was read as the header, but it begins with the number {first}. If it is a record, \
             write a line with the names of the columns above it."
        ));
    }
    let mut taken: HashSet<String> = given.iter().cloned().collect();
    let mut seen: HashSet<String> = HashSet::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (at, name) in given.iter_mut().enumerate() {
        if !name.is_empty() && seen.insert(name.clone()) {
            continue;
        }
        let was = std::mem::take(name);
        let (stem, first) = match was.as_str() {
            "" => ("column", at + 1),
            twice => (twice, 2),
        };
        let number = numbers.entry(stem.to_owned()).or_default();
        *number = first.max(*number);
        *name = loop {
            let name = format!("{stem}_{number}");
            *number += 1;
            if taken.insert(name.clone()) {
                break name;
            }
        };
        notes.say(if was.is_empty() {
            format!("Column {} has no name and is called '{name}'.", at + 1)
        } else {
            format!("A further column named '{was}' is called '{name}'.")
        });
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &str) -> (Result<Vec<String>, String>, Vec<String>) {
        let notes = Notes::default();
        let names = names(header.split(',').map(str::as_bytes), &notes);
        (names, notes.sentences())
    }

    #[test]
    fn each_column_has_a_name_of_its_own() {
        let (names, notes) = named("a, b ,a,,a_2,a,");
        let expected = ["a", "b", "a_3", "column_4", "a_2", "a_4", "column_7"];
        assert_eq!(names.unwrap(), expected);
        assert_eq!(notes.len(), 4, "{notes:?}");
        assert!(notes[0].contains("'a' is called 'a_3'"), "{notes:?}");
        let (names, notes) = named("a,b");
        assert_eq!((names.unwrap().len(), notes.len()), (2, 0));
    }

    #[test]
    fn a_header_that_may_be_a_record_is_told() {
        let (names, notes) = named("17,Mill,Oslo");
        assert_eq!(names.unwrap(), ["17", "Mill", "Oslo"]);
        assert!(notes[0].contains("number 17"), "{notes:?}");
        assert!(named("country,1990,2000").1.is_empty());
    }

    #[test]
    fn many_columns_of_one_name_are_named_in_linear_time() {
        let (names, _) = named(&["x"; MAX_FIELDS].join(","));
        let names: HashSet<String> = names.unwrap().into_iter().collect();
        assert_eq!(names.len(), MAX_FIELDS);
    }

    #[test]
    fn a_header_of_too_many_columns_is_refused() {
        let error = named(&",".repeat(2_000_000)).0.unwrap_err();
        assert!(error.contains("more than"), "{error}");
    }
}
