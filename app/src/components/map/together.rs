//! The hits of both engines as one list, in which a record stands once.

use parallax::vocabulary::MapHits;

/// A record that at least one engine found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place in map order.
    pub index: u32,
    /// Where it is.
    pub x: u16,
    /// The same, downwards.
    pub y: u16,
    /// Its rank by meaning.
    pub meaning: Option<u32>,
    /// Its rank by words.
    pub words: Option<u32>,
}

impl Hit {
    /// The name of the engine or engines that found it, as the stylesheet has it.
    pub fn kind(&self) -> &'static str {
        match (self.meaning, self.words) {
            (Some(_), Some(_)) => "both",
            (Some(_), None) => "meaning",
            _ => "words",
        }
    }

    /// Its ranks in words.
    pub fn told(&self) -> String {
        match (self.meaning, self.words) {
            (Some(meaning), Some(words)) => format!("#{meaning} by meaning, #{words} by words"),
            (Some(meaning), None) => format!("#{meaning} by meaning"),
            (None, Some(words)) => format!("#{words} by words"),
            (None, None) => String::new(),
        }
    }
}

/// All hits: those by words first, so that those by meaning, and then those by both, are drawn over
/// them.
pub fn together(hits: &MapHits) -> Vec<Hit> {
    let mut all: Vec<Hit> = hits
        .words
        .iter()
        .map(|hit| Hit {
            index: hit.index,
            x: hit.x,
            y: hit.y,
            meaning: None,
            words: Some(hit.rank),
        })
        .collect();
    for hit in &hits.meaning {
        match all.iter_mut().find(|other| other.index == hit.index) {
            Some(other) => other.meaning = Some(hit.rank),
            None => all.push(Hit {
                index: hit.index,
                x: hit.x,
                y: hit.y,
                meaning: Some(hit.rank),
                words: None,
            }),
        }
    }
    all.sort_by_key(|hit| (hit.meaning.is_some(), hit.words.is_some()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax::vocabulary::MapHit;

    #[test]
    fn a_record_that_both_engines_find_stands_once() {
        let hit = |rank, index| MapHit {
            rank,
            index,
            id: index.to_string(),
            title: String::new(),
            x: 1,
            y: 2,
        };
        let all = together(&MapHits {
            query: None,
            meaning: vec![hit(1, 7), hit(2, 8)],
            words: vec![hit(1, 9), hit(3, 7)],
        });
        let kinds: Vec<(u32, &str)> = all.iter().map(|hit| (hit.index, hit.kind())).collect();
        assert_eq!(kinds, [(9, "words"), (8, "meaning"), (7, "both")]);
        assert_eq!(all[2].told(), "#1 by meaning, #3 by words");
        assert!(together(&MapHits::default()).is_empty());
    }
}
