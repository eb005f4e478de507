//! Long texts split into passages that fit the encoder, counted by the tokenizer itself. Needs
//! the real model.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use crate::common::{encoder, model_dir};
use parallax::encoder::files::TOKENIZER;
use parallax::encoder::{MAX_PASSAGES, MAX_TOKENS};
use proptest::prelude::*;
use tokenizers::Tokenizer;

/// The number of tokens in a text, without truncation.
fn tokens(text: &str) -> usize {
    static WHOLE: OnceLock<Tokenizer> = OnceLock::new();
    let tokenizer = WHOLE.get_or_init(|| {
        let mut tokenizer = Tokenizer::from_file(model_dir().join(TOKENIZER)).unwrap();
        tokenizer.with_truncation(None).unwrap();
        tokenizer.with_padding(None);
        tokenizer
    });
    tokenizer.encode_fast(text, true).unwrap().len()
}

fn passages(text: &str) -> Vec<Range<usize>> {
    encoder().passages(text).unwrap()
}

/// Checks what must hold for the passages of any text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let passages = passages(text);
    prop_assert!((1..=MAX_PASSAGES).contains(&passages.len()));
    for passage in &passages {
        let part = text.get(passage.clone());
        prop_assert!(part.is_some(), "{:?} is on no characters", passage);
        let part = part.unwrap();
        prop_assert_eq!(part, part.trim());
        prop_assert!(
            tokens(part) <= MAX_TOKENS,
            "{} tokens in {part:?}",
            tokens(part)
        );
    }
    for pair in passages.windows(2) {
        prop_assert!(pair[0].start < pair[1].start && pair[0].end < pair[1].end);
    }
    if tokens(text) <= MAX_TOKENS {
        prop_assert_eq!(passages.len(), 1);
    }
    let all = passages.len() < MAX_PASSAGES;
    let end = if all {
        text.len()
    } else {
        passages.last().unwrap().end
    };
    let outside = text.char_indices().filter(|(at, character)| {
        *at < end && !character.is_whitespace() && !passages.iter().any(|p| p.contains(at))
    });
    prop_assert_eq!(outside.collect::<Vec<_>>(), []);
    Ok(())
}

/// Sentences, headings, very long words, other scripts, control characters and noise.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        6 => "([A-Za-z]{1,9}[ ,]){1,30}[a-z]{1,8}[.!?] ",
        2 => "#{1,3} [A-Z][a-z]{2,9}\n",
        2 => proptest::sample::select(vec!["\n", "\n\n", " \r\n\r\n", "\u{85}", "\u{2029}", "\t", "\u{b}"])
            .prop_map(String::from),
        1 => "[a-z]{80,400}",
        1 => "[搜索引擎是什么。]{10,300}",
        1 => "[가-힣 ]{10,90}",
        1 => "[a-c\u{85}\u{200b}\u{301}éİ.]{1,60}",
        1 => "(\\[SEP\\]|\\[CLS\\]|\\[UNK\\]|[!?#.]){1,300}",
        1 => proptest::sample::select(vec!["👩‍👩‍👧‍👦", "≠", "ǆ", "1.5.Next", "e.g. so"])
            .prop_map(|part| part.repeat(40)),
        1 => any::<String>(),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn passages_cover_the_text_in_order_and_are_read_whole(text in text()) {
        check(&text)?;
    }
}

#[test]
fn what_fits_is_one_passage() {
    for (text, expected) in [("", 0..0), (" \n", 2..2), (" A cat.\n", 1..7)] {
        assert_eq!(passages(text), [expected]);
    }
    let fits = "word ".repeat(MAX_TOKENS - 2);
    let whole = 0..fits.trim_end().len();
    assert_eq!(passages(&fits), [whole]);
    assert_eq!(passages(&format!("{fits} word")).len(), 2);
}

/// The descriptions of thirty start-ups from the sample, joined, in two sections.
fn story() -> String {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/sample/startups.jsonl");
    let records = crate::common::json_lines(&sample);
    let texts = records
        .iter()
        .filter_map(|record| record["description"].as_str());
    let texts: Vec<String> = texts.take(30).map(|text| text.replace('\n', " ")).collect();
    let (first, second) = (texts[..15].join(" "), texts[15..].join(" "));
    format!("# Start-ups\n\n## The first\n\n{first}\n\n## The others\n\n{second}\n")
}

#[test]
fn a_story_is_split_at_its_sentences_and_sections() {
    let story = story();
    check(&story).unwrap();
    let passages = passages(&story);
    assert!(passages.len() >= 4, "{passages:?}");
    let texts: Vec<&str> = passages.iter().map(|p| &story[p.clone()]).collect();
    for text in &texts {
        assert!(text.ends_with(['.', '"', '?', '!']) || text.starts_with('#'));
    }
    let sections = texts.iter().filter(|text| text.starts_with("## "));
    assert_eq!(sections.count(), 2);
    for (pair, text) in passages.windows(2).zip(&texts[1..]) {
        // A passage within a section begins with a whole sentence from the one before.
        let shared = story.get(pair[1].start..pair[0].end);
        if text.starts_with('#') {
            assert_eq!(shared, None);
        } else {
            let shared = shared.unwrap();
            assert!(shared.ends_with(['.', '"', '!', '?']), "{shared:?}");
            assert!(
                shared.starts_with(|c: char| c == '"' || c.is_uppercase()),
                "{shared:?}"
            );
        }
    }
}

#[test]
fn a_text_of_megabytes_is_read_as_far_as_there_are_passages() {
    let text = "The river was quite full of reeds, and then the autumn came. ".repeat(70_000);
    let passages = passages(&text);
    assert_eq!(passages.len(), MAX_PASSAGES);
    assert!(tokens(&text[passages[MAX_PASSAGES - 1].clone()]) > MAX_TOKENS / 2);
    // It also terminates if neither passages nor words fill up.
    for long in [
        "a".repeat(4 << 20),
        format!("a{}b", " ".repeat(4 << 20)),
        ".a".repeat(2 << 20),
    ] {
        assert!(encoder().passages(&long).unwrap().len() <= MAX_PASSAGES);
    }
}
