//! What a search for the best matches read of the postings, and what it left out.

use super::list::List;

/// What a search read, over all parts of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// The lists of postings of the query's terms, of each part.
    pub lists: Vec<ListRead>,
    /// How many records could get among the best and were examined.
    pub candidates: u32,
    /// How many of them were scored exactly.
    pub scored: u32,
}

/// What was read of a list of postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListRead {
    /// Index of the query's word.
    pub word: usize,
    /// Index among the word's alternatives.
    pub way: usize,
    /// How many postings it has.
    pub postings: u32,
    /// How many of them were added up.
    pub added: u32,
    /// How many blocks it has.
    pub blocks: u32,
    /// How many of them were decoded.
    pub read: u32,
}

impl ListRead {
    /// What has been read of a list so far.
    pub fn of(list: &List<'_>) -> Self {
        let (blocks, read) = list.cursor.blocks_and_read();
        Self {
            word: list.word,
            way: list.way,
            postings: list.cursor.count() as u32,
            added: list.added,
            blocks,
            read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{index, part, plain};
    use super::super::{BLOCK, WordSearch};
    use super::*;

    /// Many records with a common word; a few, far apart, also have a rare one.
    fn texts() -> Vec<String> {
        let text = |at: usize| match at % 2_000 {
            7 => "milk goat".to_owned(),
            _ => "milk wood".to_owned(),
        };
        (0..20_000).map(text).collect()
    }

    #[test]
    fn watching_changes_nothing_and_tells_what_was_left_out() {
        let index = index(&texts());
        let parts = [part(&index)];
        let query = plain(&parts, "milk goat");
        let search = WordSearch::new(&parts, &query);
        let mut watched = Watched::default();
        let found = search.search_watched(5, None, &mut watched);
        assert_eq!(found, search.search(5));
        for list in &watched.lists {
            assert_eq!(list.blocks, list.postings.div_ceil(BLOCK as u32));
            assert!(list.read <= list.blocks && list.added <= list.postings);
        }
        let list = |word: usize| {
            let mut of_word = watched.lists.iter().filter(|list| list.word == word);
            of_word.next().copied().unwrap()
        };
        let (milk, goat) = (list(0), list(1));
        assert_eq!((milk.postings, goat.postings), (20_000, 10));
        assert_eq!((goat.blocks, goat.read), (1, 1));
        assert!(milk.read < milk.blocks / 2, "{milk:?}");
        assert!(watched.scored <= watched.candidates && watched.scored >= 5);
    }

    #[test]
    fn a_single_common_word_is_read_until_nothing_better_can_come() {
        let index = index(&texts());
        let parts = [part(&index)];
        let query = plain(&parts, "wood");
        let mut watched = Watched::default();
        let search = WordSearch::new(&parts, &query);
        search.search_watched(20_000, None, &mut watched);
        let [list] = watched.lists[..] else {
            panic!("{watched:?}");
        };
        assert_eq!((list.read, list.added), (list.blocks, list.postings));
    }
}
