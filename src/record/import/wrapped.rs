//! Finds the list of records in a single JSON object, such as `{"total": 3, "products": […]}`, a
//! common form of API response. The object may contain other lists if they are much shorter.

use super::brackets::length_of_value;

/// How deeply the list may be nested in objects: `{"data": {"products": {"edges": […]}}}`.
const MAX_DEPTH: usize = 4;

/// A list nested deeper than this may belong to a record, unless it is a large part of the file.
const MAX_SURE_DEPTH: usize = 2;

/// The list in the object.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// Its path, with dots if it is nested.
    pub path: String,
    /// How many bytes precede its `[`.
    pub before: usize,
}

/// Looks for the list in a file's beginning, which is the entire file if `whole` is set. An object
/// with an id and a name of its own is a record, whatever lists it contains.
pub fn look(beginning: &[u8], whole: bool) -> Option<Wrapped> {
    let start = beginning
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())?;
    let mut search = Search {
        bytes: beginning,
        lists: Vec::new(),
        names: Vec::new(),
    };
    let end = search.object(start, &mut Vec::new());
    let has = |names: [&str; 2]| {
        names
            .iter()
            .any(|&name| search.names.iter().any(|n| n == name))
    };
    if has(["id", "_id"]) && has(["title", "name"]) {
        return None;
    }
    if let Some(end) = end {
        let rest = &beginning[end..];
        let alone = whole && rest.iter().all(u8::is_ascii_whitespace);
        if !alone {
            return None;
        }
    }
    let list = search.longest_list()?;
    let size = end.unwrap_or(beginning.len()) - start;
    let is_meant = list.depth <= MAX_SURE_DEPTH || 3 * list.length >= size;
    is_meant.then(|| Wrapped {
        path: list.path.clone(),
        before: list.before,
    })
}

struct List {
    path: String,
    depth: usize,
    before: usize,
    /// Its length in bytes, as far as it was seen.
    length: usize,
}

struct Search<'a> {
    bytes: &'a [u8],
    /// The lists of objects found so far.
    lists: Vec<List>,
    /// The names of plain values in the outermost object.
    names: Vec<String>,
}

impl Search<'_> {
    /// The list that is at least twice as long as any other at the same depth. Outer lists take
    /// precedence over inner ones.
    fn longest_list(&self) -> Option<&List> {
        let depth = self.lists.iter().map(|list| list.depth).min()?;
        let lists = self.lists.iter().filter(|list| list.depth == depth);
        let mut lists: Vec<&List> = lists.collect();
        lists.sort_by_key(|list| std::cmp::Reverse(list.length));
        let next = lists.get(1).map_or(0, |list| list.length);
        let longest = lists.first().copied()?;
        (longest.length >= 2 * next).then_some(longest)
    }

    /// Scans an object and returns its end, if it was reached.
    fn object(&mut self, start: usize, path: &mut Vec<String>) -> Option<usize> {
        let mut at = start + 1;
        loop {
            at = self.after_blanks(at);
            match self.bytes.get(at)? {
                b'}' => return Some(at + 1),
                b',' => at += 1,
                b'"' => at = self.member(at, path)?,
                _ => return None,
            }
        }
    }

    /// Scans a name and its value.
    fn member(&mut self, start: usize, path: &mut Vec<String>) -> Option<usize> {
        let colon = self.end_of_string(start)?;
        let name: String = serde_json::from_slice(&self.bytes[start..colon]).ok()?;
        let colon = self.after_blanks(colon);
        if self.bytes.get(colon) != Some(&b':') {
            return None;
        }
        let value = self.after_blanks(colon + 1);
        match self.bytes.get(value)? {
            b'{' if path.len() + 1 < MAX_DEPTH => {
                path.push(name);
                let end = self.object(value, path);
                path.pop();
                end
            }
            b'{' => Some(value + length_of_value(&self.bytes[value..])?),
            b'[' => {
                let length = length_of_value(&self.bytes[value..]);
                let first = self.after_blanks(value + 1);
                if self.bytes.get(first) == Some(&b'{') {
                    path.push(name);
                    self.lists.push(List {
                        path: path.join("."),
                        depth: path.len(),
                        before: value,
                        length: length.unwrap_or(self.bytes.len() - value),
                    });
                    path.pop();
                }
                Some(value + length?)
            }
            first => {
                if path.is_empty() {
                    self.names.push(name);
                }
                if *first == b'"' {
                    return self.end_of_string(value);
                }
                let rest = &self.bytes[value..];
                let length = rest.iter().position(|byte| b",}]\n".contains(byte))?;
                Some(value + length)
            }
        }
    }

    fn end_of_string(&self, start: usize) -> Option<usize> {
        let mut at = start + 1;
        loop {
            match self.bytes.get(at)? {
                b'\\' => at += 2,
                b'"' => return Some(at + 1),
                _ => at += 1,
            }
        }
    }

    fn after_blanks(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::record::import::tests::{read, records, skipped};

    fn path(text: &str) -> Option<String> {
        look(text.as_bytes(), true).map(|wrapped| wrapped.path)
    }

    #[test]
    fn the_one_list_of_objects_is_found() {
        for (text, expected) in [
            ("{\"data\":[{\"a\":1}]}", Some("data")),
            (
                " {\"n\": 3, \"s\": \"[{\", \"products\" : [ {}, {} ], \"t\": null}\n",
                Some("products"),
            ),
            (
                "{\"response\":{\"docs\":[{\"a\":1}]},\"tags\":[\"x\"]}",
                Some("response.docs"),
            ),
            ("{\"data\":[{}],\"meta\":{\"links\":[{}]}}", Some("data")),
            ("{\"title\":\"Feed\",\"items\":[{\"id\":1}]}", Some("items")),
            // Cut inside the list.
            ("{\"data\":[{\"a\":1},{\"a\"", Some("data")),
            ("{\"users\":[{}],\"posts\":[{}]}", None),
            ("{\"data\":[1,2]}", None),
            ("{\"data\":[]}", None),
            (
                "{\"id\":1,\"title\":\"Mill\",\"reviews\":[{\"by\":\"x\"}]}",
                None,
            ),
            ("{\"a\":[{}]}\n{\"a\":[{}]}", None),
            ("{\"a\":1}", None),
            ("{", None),
            ("", None),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn of_several_lists_the_one_that_is_far_longer_is_meant() {
        for (text, expected) in [
            (
                "{\"goods\":[{\"n\":\"oak\"},{\"n\":\"elm\"}],\"sorts\":[{\"n\":1}]}",
                Some("goods"),
            ),
            (
                "{\"links\":[{\"r\":1}],\"rows\":[{\"n\":\"oak\"},{\"n\":\"elm\"}]}",
                Some("rows"),
            ),
            // Two lists of similar length are two kinds of records.
            (
                "{\"trees\":[{\"n\":\"oak\"},{\"n\":\"elm\"}],\"birds\":[{\"n\":\"wren\"}]}",
                None,
            ),
            // The visible part of a truncated list counts.
            (
                "{\"sorts\":[{\"n\":1}],\"goods\":[{\"n\":\"oak\"},{\"n\":\"e",
                Some("goods"),
            ),
            // A deeper list is not compared with them.
            (
                "{\"rows\":[{\"n\":1}],\"page\":{\"links\":[{\"r\":1},{\"r\":2},{\"r\":3}]}}",
                Some("rows"),
            ),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_list_far_within_is_meant_where_it_is_a_good_part_of_the_file() {
        for (text, expected) in [
            (
                "{\"data\":{\"trees\":{\"edges\":[{\"node\":{\"n\":\"oak\"}},\
                 {\"node\":{\"n\":\"elm\"}}],\"pageInfo\":{\"more\":false}}}}",
                Some("data.trees.edges"),
            ),
            (
                "{\"a\":{\"b\":{\"c\":{\"d\":[{\"n\":\"oak\"},{\"n\":\"elm\"}]}}}}",
                Some("a.b.c.d"),
            ),
            (
                "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":[{\"n\":\"oak\"},{\"n\":\"elm\"}]}}}}}",
                None,
            ),
            // A record that contains a list.
            (
                "{\"title\":\"Oak\",\"text\":\"A tree of the beech family.\",\
                 \"map\":{\"parts\":{\"rings\":[{\"x\":1}]}}}",
                None,
            ),
        ] {
            assert_eq!(path(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn its_records_are_read_with_their_lines_and_it_is_told() {
        let text = "{\n\"total\": 2,\n\"data\": [\n{\"a\": 1},\n{\"a\": 2}\n],\n\"x\": {}\n}\n";
        let (lines, notes) = read("a.json", text.as_bytes());
        let begin: Vec<u64> = records(&lines).iter().map(|(line, _)| *line).collect();
        assert_eq!(begin, [4, 5]);
        assert!(skipped(&lines).is_empty());
        assert!(notes[0].contains("'data'"), "{notes:?}");
        // JSON Lines are read line by line, whatever they contain.
        let (lines, notes) = read("a.jsonl", b"{\"data\":[{\"a\":1},{\"a\":2}]}\n");
        assert_eq!((records(&lines).len(), notes.len()), (1, 0));
    }
}
