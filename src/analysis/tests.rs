//! How texts are analysed, piece by piece.

use super::fold::MAX_WORD_BYTES;
use super::*;
use proptest::prelude::*;

fn terms(text: &str) -> Vec<String> {
    let tokens = Analyzer::default().tokens(text);
    tokens.map(|token| token.term).collect()
}

/// The pieces of a kind: their words and the text they cover.
fn pieces(text: &str, kind: Kind) -> Vec<(String, String)> {
    let mut pieces = Vec::new();
    Analyzer::default().each(text, |piece| {
        if piece.kind == kind {
            pieces.push((piece.word.to_owned(), text[piece.range.clone()].to_owned()));
        }
    });
    pieces
}

fn words(text: &str) -> Vec<String> {
    pieces(text, Kind::Word)
        .into_iter()
        .map(|(word, _)| word)
        .collect()
}

fn wholes(text: &str) -> Vec<String> {
    pieces(text, Kind::Whole)
        .into_iter()
        .map(|(word, _)| word)
        .collect()
}

#[test]
fn forms_of_a_word_share_a_term() {
    for (a, b) in [
        ("connections", "Connected"),
        ("Montréal", "montreal"),
        ("the bakery's", "bakery"),
        ("the bakery\u{2019}s", "BAKERY"),
        ("ﬁshing", "fish"),
        ("Cafe\u{301}", "café"),
        ("STRASSE", "Straße"),
        ("soren", "Søren"),
        ("Lodz", "ŁÓDŹ"),
        ("aeroskobing", "Ærøskøbing"),
        ("thingvellir", "Þingvellir"),
        ("ISTANBUL ılık", "İstanbul ilik"),
        ("Zusammen\u{ad}arbeit", "zusammenarbeit"),
        ("\u{200f}butter\u{200e}", "butter"),
        ("\u{feff}cheese\u{2060}", "cheese"),
    ] {
        assert_eq!(terms(a), terms(b), "{a} {b}");
    }
}

#[test]
fn ranges_are_the_words_as_written() {
    let text = "Über-fast cafés, the café's";
    let words: Vec<String> = pieces(text, Kind::Word)
        .into_iter()
        .map(|(_, at)| at)
        .collect();
    assert_eq!(words, ["Über", "fast", "cafés", "the", "café's"]);
}

#[test]
fn a_glued_word_gives_its_parts_and_its_whole() {
    for (text, parts, whole) in [
        ("Wi-Fi", &["wi", "fi"][..], &["wifi"][..]),
        ("node.js", &["node", "js"], &["nodejs"]),
        ("Msg_IDT_ZOOM", &["msg", "idt", "zoom"], &["msgidtzoom"]),
        (
            "application/json",
            &["application", "json"],
            &["applicationjson"],
        ),
        (
            "getUserById",
            &["get", "user", "by", "id"],
            &["getuserbyid"],
        ),
        ("COVID-19", &["covid", "19"], &["covid19"]),
        ("covid19", &["covid", "19"], &["covid19"]),
        ("3.5mm", &["3.5", "mm"], &["3.5mm"]),
        ("16-07", &["16", "07"], &["16.07"]),
        ("8841-77-2023", &["8841", "77", "2023"], &["8841772023"]),
        ("1,000", &["1.000"], &["1000"]),
        ("C53208", &["c53208"], &[]),
        ("U.S.A.", &["u", "s", "a"], &["usa"]),
        (
            "our mission:build",
            &["our", "mission", "build"],
            &["missionbuild"],
        ),
        ("Wi-Fi/LTE", &["wi", "fi", "lte"], &["wifi", "wifilte"]),
    ] {
        assert_eq!(words(text), parts, "{text}");
        assert_eq!(wholes(text), whole, "{text}");
    }
}

#[test]
fn an_apostrophe_parts_articles_and_nothing_else() {
    for (text, parts) in [
        ("l'été", &["ete"][..]),
        ("O’Brien", &["brien"]),
        ("dell'arte", &["arte"]),
        ("qu'elle", &["elle"]),
        ("driver's", &["driver"]),
        ("we'll", &["we'll"]),
        ("don't", &["dont"]),
        ("Qur’an", &["qur", "an"]),
        ("Ankara'da", &["ankara", "da"]),
    ] {
        assert_eq!(words(text), parts, "{text}");
    }
    assert_eq!(pieces("l'été", Kind::Elided).len(), 1);
    assert_eq!(wholes("O'Brien Qur'an"), ["obrien", "quran"]);
}

#[test]
fn signs_that_carry_meaning_stay_in_their_word() {
    for (text, parts) in [
        ("C++ and C#, C", &["c++", "and", "c#", "c"][..]),
        ("AT&T", &["at&t"]),
        ("צה\"ל \"a\"", &["צהל", "a"]),
        ("Norfolk & Norwich", &["norfolk", "norwich"]),
        ("Hitman™: x", &["hitman", "x"]),
        ("a 😀👩‍👩‍👧!", &["a", "😀", "👩‍👩‍👧"]),
        ("👍🏽 ❤️", &["👍", "❤"]),
        ("km² 10² word²", &["km2", "10", "2", "word", "2"]),
    ] {
        assert_eq!(words(text), parts, "{text}");
    }
    assert_eq!(wholes(".NET"), [".net"]);
    assert_eq!(wholes("notepad++"), ["notepad++"]);
    assert_eq!(wholes("#привет, мир"), ["#привет"]);
    // The mark is not next to the word, which begins after a tatweel.
    assert_eq!(words("#\u{640}م"), ["م"]);
}

#[test]
fn scripts_without_spaces_give_pairs_of_characters() {
    let grams = |text| -> Vec<String> {
        pieces(text, Kind::Gram)
            .into_iter()
            .map(|(word, _)| word)
            .collect()
    };
    assert_eq!(grams("東京都"), ["東京", "京都"]);
    assert_eq!(grams("余 ﾋﾞｰﾙ"), ["余", "ビー", "ール"]);
    assert_eq!(grams("ข้าว"), ["ข้า", "าว"]);
    assert_eq!(pieces("東京", Kind::Letter).len(), 2);
}

#[test]
fn every_kind_of_space_is_a_break() {
    let spaces = "\u{a0}\u{202f}\u{2009}\u{3000}\u{2028}\t\u{1680}";
    for space in spaces.chars() {
        assert_eq!(
            words(&format!("prix{space}mille")),
            ["prix", "mille"],
            "{space:?}"
        );
    }
}

#[test]
fn no_word_is_taken_for_a_stop_word() {
    let analyzer = Analyzer::default();
    for (word, stop) in [("willing", "will"), ("being", "be")] {
        assert!(!analyzer.is_stop_word(word) && analyzer.is_stop_word(stop));
        assert_ne!(analyzer.term(word), analyzer.term(stop));
    }
}

#[test]
fn stop_words_take_a_place_though_they_are_no_terms() {
    let tokens = Analyzer::default().tokens("state of the art");
    let places: Vec<u32> = tokens.map(|token| token.position).collect();
    assert_eq!(places, [0, 3]);
}

#[test]
fn stop_words_alone_leave_nothing() {
    assert!(terms("to be, or not").is_empty());
    assert!(terms("... !! ™").is_empty());
}

#[test]
fn endless_words_are_cut() {
    assert!(terms(&"x".repeat(100_000))[0].len() <= MAX_WORD_BYTES);
    let glued = "ab-".repeat(10_000);
    assert!(
        wholes(&glued)
            .iter()
            .all(|whole| whole.len() <= MAX_WORD_BYTES)
    );
}

#[test]
fn the_language_decides_on_stems_and_stop_words() {
    let terms = |language, text: &str| -> Vec<String> {
        let tokens = Analyzer::new(language).tokens(text);
        tokens.map(|token| token.term).collect()
    };
    assert_eq!(
        terms(Language::German, "der Häuser"),
        terms(Language::German, "das Haus")
    );
    assert_eq!(terms(Language::None, "the houses"), ["the", "houses"]);
    assert_eq!(terms(Language::Russian, "и connected книги")[0], "connect");
}

#[test]
fn a_mark_that_is_not_seen_is_no_word_of_its_own() {
    for text in ["\u{fe0f}\u{ad}0\u{301}", "a \u{fe0f}b", "\u{640}\u{640}İé"] {
        let seen = text.replace(['\u{fe0f}', '\u{ad}', '\u{640}'], "");
        let positions = |text: &str| {
            let mut positions = Vec::new();
            Analyzer::default().each(text, |piece| positions.push(piece.position));
            positions
        };
        assert_eq!(positions(text), positions(&seen), "{text:?}");
    }
}

/// Characters for every rule.
const ODD: &str = "[a-cA-C0-2 .,'’_/@:+#&·²₂éßİıñй\u{301}\u{ad}\u{200b}\u{200d}語京ーがข้่าກບកខ္မအာ한국बिल्لاَـ😀👩❤\u{fe0f}™ﬁ㎏-]{0,24}";

proptest! {
    /// For any text, pieces lie on character boundaries and positions never run ahead.
    #[test]
    fn pieces_lie_on_characters(text in ODD, language in 0..Language::ALL.len()) {
        let analyzer = Analyzer::new(Language::ALL[language]);
        let mut next = 0;
        analyzer.each(&text, |piece| {
            assert!(text.is_char_boundary(piece.range.start));
            assert!(text.is_char_boundary(piece.range.end));
            assert!(piece.range.start < piece.range.end, "{piece:?}");
            assert!(!piece.word.is_empty(), "{piece:?}");
            assert!(piece.position <= next, "{piece:?}");
            assert!(piece.width >= 1);
            next = next.max(piece.position + piece.width);
            analyzer.term(piece.word);
        });
        for asked in [analyzer.query(&text), analyzer.phrase(&text)] {
            for unit in asked.units {
                assert!(text.get(unit.range.clone()).is_some_and(|word| !word.is_empty()));
                assert!(!unit.ways.is_empty());
            }
        }
    }

    #[test]
    fn a_term_begins_as_its_word_does_where_that_is_said(word in "[a-z0-9'+#]{1,14}") {
        let analyzer = Analyzer::default();
        if analyzer.keeps_initial(&word) {
            let term = analyzer.term(&word);
            prop_assert_eq!(term.chars().next(), word.chars().next(), "{}", term);
            let second = |word: &str| word.chars().nth(1).map(|c| if c == 'y' { 'i' } else { c });
            let same = second(&term).is_none() || second(&term) == second(&word);
            prop_assert!(same, "{}", term);
        }
    }

    /// A query for any word of a text looks for terms that the text has.
    #[test]
    fn what_a_text_holds_is_what_a_query_asks_for(text in ODD) {
        let analyzer = Analyzer::default();
        let mut held = HashSet::new();
        analyzer.each(&text, |piece| {
            held.insert(analyzer.term(piece.word).into_owned());
        });
        for unit in analyzer.query(&text).units {
            let found = unit.ways.iter().any(|way| {
                way.terms.iter().all(|(term, _)| held.contains(term))
            });
            prop_assert!(found, "{:?} of {:?}, which has {:?}", unit, text, held);
        }
    }
}
