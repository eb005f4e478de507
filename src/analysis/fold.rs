//! What counts as the same letter: case, width, ligatures and accents are folded, and invisible
//! characters dropped. Whatever distinguishes words is kept: the marks of Indic scripts, of Thai
//! and related scripts, the voicing marks of kana, й as opposed to и.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::devanagari::write_dots;
use super::letters::{Script, TIMES, ascii_digit, is_invisible, is_joining};

/// Longer words are cut to this length, so that no index contains a term of megabytes.
pub const MAX_WORD_BYTES: usize = 128;

/// Folds a word.
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    folded
}

/// Appends a word, folded.
pub fn fold_into(word: &str, folded: &mut String) {
    let start = folded.len();
    let end = start + MAX_WORD_BYTES;
    if word.is_ascii() {
        let letters = word.bytes().take(MAX_WORD_BYTES);
        folded.extend(letters.map(|byte| match byte {
            b',' => '.',
            _ => char::from(byte.to_ascii_lowercase()),
        }));
        return;
    }
    let mut base = Script::Other;
    for c in composed(word).flat_map(char::to_lowercase) {
        if folded.len() + 8 > end {
            break;
        }
        if is_combining_mark(c) {
            if !base.has_accents() {
                folded.push(c);
            }
            continue;
        }
        base = Script::of(c);
        match base {
            _ if c.is_ascii() => folded.push(if c == ',' { '.' } else { c }),
            Script::Latin | Script::Greek => {
                decompose_canonical(c, |part| {
                    if !is_combining_mark(part) {
                        push_plain(part, folded);
                    }
                });
            }
            _ => push_plain(c, folded),
        }
    }
    write_dots(folded, start);
}

/// A word in lower case with its accents; `None` unless it is Latin and has any. In Turkish,
/// dotted and dotless i are different letters.
pub fn accented(word: &str, turkish: bool) -> Option<String> {
    if word.is_ascii() && !(turkish && word.contains('I')) {
        return None;
    }
    let lower = |c: char| {
        let c = match c {
            'I' if turkish => 'ı',
            'İ' => 'i',
            c => c,
        };
        c.to_lowercase()
    };
    let mut exact = String::with_capacity(word.len());
    for c in composed(word).flat_map(lower) {
        if exact.len() + 8 > MAX_WORD_BYTES {
            break;
        }
        exact.push(c);
    }
    let has_accents = exact
        .chars()
        .any(|c| c.is_alphabetic() && !c.is_ascii() && Script::of(c) == Script::Latin);
    has_accents.then_some(exact)
}

/// A word in lower case with its umlauts spelled out, as German does where they are unavailable:
/// `mueller`.
pub fn without_umlauts(word: &str) -> Option<String> {
    const UMLAUTS: [(char, &str); 4] = [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ß', "ss")];
    let has_any = word.contains(['ä', 'ö', 'ü']);
    has_any.then(|| {
        let mut spelled = word.to_owned();
        for (umlaut, letters) in UMLAUTS {
            spelled = spelled.replace(umlaut, letters);
        }
        spelled
    })
}

/// A word's characters without invisible ones, with compatibility forms replaced and marks
/// composed with their letters.
fn composed(word: &str) -> Box<dyn Iterator<Item = char> + '_> {
    let seen = word.chars().filter(|&c| !is_invisible(c) && !is_joining(c));
    let seen = seen.map(|c| ascii_digit(c).unwrap_or(c));
    // NFKC would split the vowel AM, which would turn one letter into two.
    let parts_vowels = word.chars().any(|c| matches!(c, '\u{e33}' | '\u{eb3}'));
    if parts_vowels {
        Box::new(seen.nfc())
    } else {
        // NFKC can turn a letter into a letter and a joining mark: the Catalan `ŀ`.
        Box::new(seen.nfkc().filter(|&c| !is_joining(c)))
    }
}

/// Appends a letter that Unicode does not decompose as it is typed on keyboards without it, or
/// as the letter its readers consider the same.
fn push_plain(letter: char, folded: &mut String) {
    let plain = match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'ı' => "i",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        TIMES => "x",
        'ς' => "σ",
        'ё' | 'ѐ' => "е",
        'ѝ' => "и",
        // The ligature և, which is `եւ` without it, is written ԵՎ in capitals.
        'վ' if folded.ends_with('ե') => "ւ",
        // All forms of alef, ya without dots, ta marbuta as pronounced in pause, Persian ya and
        // kaf, and the forms of ha in Persian, Urdu and Kurdish.
        'آ' | 'أ' | 'إ' | 'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ة' | 'ہ' | 'ۂ' | 'ۀ' | 'ۃ' | 'ە' => "ه",
        'ک' => "ك",
        '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{2bb}' | '\u{ff07}' => "'",
        _ => {
            folded.push(letter);
            return;
        }
    };
    folded.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_hold_to_be_the_same_is_folded() {
        for (a, b) in [
            ("Montréal", "montreal"),
            ("Cafe\u{301}", "café"),
            ("ﬁsh", "fish"),
            ("STRASSE", "Straße"),
            ("ԵՐԵՎԱՆ", "Երևան"),
            ("Søren", "soren"),
            ("ŁÓDŹ", "lodz"),
            ("Ærøskøbing", "aeroskobing"),
            ("Þing", "thing"),
            ("İstanbul", "ISTANBUL"),
            ("ılık", "ilik"),
            ("ΟΔΟΣ", "οδός"),
            ("ёлка", "елка"),
            ("за\u{301}мок", "замок"),
            ("Ｐａｒｉｓ", "paris"),
            ("ﾋﾞｰﾙ", "ビール"),
            ("か\u{3099}", "が"),
            ("مَرَّاكُش", "مراكش"),
            ("آسفي", "اسفى"),
            ("ش\u{640}\u{640}ابوص", "شابوص"),
            ("اللہ", "الله"),
            ("خانۀ", "خانه"),
            ("Ինչպե՞ս", "ինչպես"),
            ("coŀlegi", "col·legi"),
            ("10×15", "10x15"),
            ("हिन्दी", "हिंदी"),
            ("सम्बन्ध", "संबंध"),
            ("चाँद", "चांद"),
            ("مدرسة", "مدرسه"),
            ("שָׁלוֹם", "שלום"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("Zusammen\u{ad}arbeit", "zusammenarbeit"),
            ("\u{200f}butter\u{200e}", "butter"),
            ("col·lega", "collega"),
            ("צה\"ל", "צה״ל"),
            ("CO₂", "co2"),
            ("१२३", "123"),
            ("㎏", "kg"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn what_tells_words_apart_is_kept() {
        for (a, b) in [
            ("बिल", "बल"),
            ("जन्म", "जंम"),
            ("ข้าว", "ข่าว"),
            ("ビ", "ヒ"),
            ("ぱ", "は"),
            ("мой", "мои"),
            ("їжак", "іжак"),
            ("คำ", "คา"),
        ] {
            assert_ne!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn accents_are_kept_where_there_are_any() {
        assert_eq!(accented("BÁN", false).as_deref(), Some("bán"));
        assert_eq!(accented("ba\u{301}n", false).as_deref(), Some("bán"));
        assert_eq!(accented("IŞIK", true).as_deref(), Some("ışık"));
        assert_eq!(accented("ban", false), None);
        assert_eq!(accented("мой", false), None);
    }

    #[test]
    fn endless_words_are_cut() {
        for word in ["x", "é", "語", "か\u{3099}"] {
            assert!(fold(&word.repeat(100_000)).len() <= MAX_WORD_BYTES);
        }
    }
}
