//! From text to terms, in every language.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax::analysis::{detect, fold};
use parallax::{Analyzer, Language};

fuzz_target!(|data: &[u8]| {
    let Some((&language, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let language = Language::ALL[usize::from(language) % Language::ALL.len()];
    let mut last = 0;
    for token in Analyzer::new(language).tokens(text) {
        assert!(text.get(token.range.clone()).is_some(), "{token:?}");
        assert!(!token.term.is_empty(), "{token:?}");
        assert!(token.position >= last, "{token:?}");
        last = token.position;
    }
    let _ = fold(text);
    let _ = detect([text]);
});
