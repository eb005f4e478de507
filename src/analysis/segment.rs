//! Splits runs of scripts without spaces into words, using the dictionaries and models of ICU4X.
//! Only queries are split this way: records are indexed by n-grams, so that a word is found
//! wherever its characters are adjacent, whether or not a dictionary has it.

use std::ops::Range;
use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

/// The words of a run, as byte ranges.
pub fn words(run: &str) -> Vec<Range<usize>> {
    static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
        LazyLock::new(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()));
    let mut start = 0;
    let borders = SEGMENTER.segment_str(run).filter(|&at| at > 0);
    let words = borders.map(|end| {
        let word = start..end;
        start = end;
        word
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_scripts_without_spaces_are_told() {
        for (run, expected) in [
            ("東京タワー", &["東京", "タワー"][..]),
            ("在服务器上", &["在", "服务", "器", "上"]),
            ("กินข้าว", &["กิน", "ข้าว"]),
        ] {
            let words: Vec<&str> = words(run).into_iter().map(|word| &run[word]).collect();
            assert_eq!(words.concat(), expected.concat());
            assert!(words.len() > 1, "{words:?}");
        }
    }
}
