//! Finds the name that was probably meant by a misspelt one.

/// The name that is nearest to the given one, unless all are very different from it.
pub fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|name| (edits(given, name), name));
    let (edits, name) = near.min_by_key(|&(edits, _)| edits)?;
    (edits <= given.len().div_ceil(3)).then_some(name)
}

/// How many letters to insert, delete or replace to turn one text into the other (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
