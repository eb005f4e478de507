//! Where to split a word without a visible separator: `getUserById`, `covid19`, `3.5mm`.

use super::letters::{TIMES, is_digit, is_joining};

/// A word with more parts than this is a code or a hash, and is not split.
const MAX_PARTS: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Lower,
    Digit,
}

/// A run of characters of one kind within a word.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: usize,
    end: usize,
    /// Where its last character starts.
    last: usize,
    letters: usize,
    kind: Kind,
}

/// How eagerly a word is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borders {
    /// Only if both sides have at least two characters, as in records: `C53208` is one word.
    Sure,
    /// Wherever letters meet digits or lower case meets upper case, for queries that may
    /// separate what a record writes together.
    All,
}

/// Calls `call` with the start and end of each part of a word, or of the entire word if it is
/// not split.
pub fn split(word: &str, borders: Borders, mut call: impl FnMut(usize, usize)) {
    let mut stretches = stretches(word);
    humps(&mut stretches);
    if borders == Borders::Sure {
        keep_sure(word, &mut stretches);
    }
    let mut parts: Vec<(usize, usize)> = Vec::with_capacity(stretches.len());
    for stretch in &stretches {
        let within = &word[stretch.start..stretch.end];
        if is_parted_number(within, borders) {
            let mut start = stretch.start;
            for part in within.split(['.', ',']) {
                parts.push((start, start + part.len()));
                start += part.len() + 1;
            }
        } else {
            parts.push((stretch.start, stretch.end));
        }
    }
    if parts.len() > MAX_PARTS {
        call(0, word.len());
        return;
    }
    for (start, end) in parts {
        call(start, end);
    }
}

/// Whether a number is written in groups of three, like `1,000,000`, rather than in parts, like
/// `2020.07.13`.
pub fn is_grouped(number: &str) -> bool {
    let mut groups = number.split(['.', ',']);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups
        .next()
        .is_some_and(|group| digits(group) && (1..=3).contains(&group.len()));
    let (mut rest, mut count) = (true, 0);
    for group in groups {
        rest &= digits(group) && group.len() == 3;
        count += 1;
    }
    first && rest && count > 0
}

/// Whether a number is split at its points: a decimal has one, a date or a version more.
fn is_parted_number(word: &str, borders: Borders) -> bool {
    let points = word
        .bytes()
        .filter(|byte| matches!(byte, b'.' | b','))
        .count();
    match borders {
        Borders::Sure => points > 1 && !is_grouped(word),
        Borders::All => points > 0,
    }
}

fn stretches(word: &str) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (start, c) in word.char_indices() {
        let end = start + c.len_utf8();
        let kind = match c {
            '.' | ',' => Kind::Digit,
            _ if is_digit(c) => Kind::Digit,
            _ if c.is_uppercase() => Kind::Upper,
            TIMES => Kind::Lower,
            _ if c.is_alphabetic() && !is_joining(c) => Kind::Lower,
            // A mark belongs to the letter before it and is not one itself.
            _ => match stretches.last_mut() {
                Some(of) => {
                    of.end = end;
                    continue;
                }
                None => Kind::Lower,
            },
        };
        match stretches.last_mut().filter(|last| last.kind == kind) {
            Some(of) => (of.end, of.last, of.letters) = (end, start, of.letters + 1),
            None => stretches.push(Stretch {
                start,
                end,
                last: start,
                letters: 1,
                kind,
            }),
        }
    }
    stretches
}

/// Attaches capitals to the lower-case letters after them: the last capital in `XMLHttp`, all of
/// them in `RNAs`, since a single lower-case letter is an ending.
fn humps(stretches: &mut Vec<Stretch>) {
    let mut at = 0;
    while at + 1 < stretches.len() {
        let (upper, lower) = (stretches[at], stretches[at + 1]);
        if upper.kind != Kind::Upper || lower.kind != Kind::Lower {
            at += 1;
        } else if upper.letters == 1 || lower.letters == 1 {
            stretches[at] = joined(upper, lower);
            stretches.remove(at + 1);
            at += 1;
        } else {
            stretches[at].end = upper.last;
            stretches[at].letters -= 1;
            stretches[at + 1].start = upper.last;
            stretches[at + 1].letters += 1;
            at += 2;
        }
    }
}

/// Removes the borders next to a single character, except that of `v1.2`, and those before an
/// ordinal ending, as in `20th`.
fn keep_sure(word: &str, stretches: &mut Vec<Stretch>) {
    let is_ordinal = |number: &Stretch, ending: &Stretch| {
        number.kind == Kind::Digit
            && ["st", "nd", "rd", "th"]
                .iter()
                .any(|ordinal| ordinal.eq_ignore_ascii_case(&word[ending.start..ending.end]))
    };
    let is_version = |letter: &Stretch, number: &Stretch| {
        word[letter.start..letter.end].eq_ignore_ascii_case("v")
            && word[number.start..number.end].contains('.')
    };
    let mut at = 0;
    while at + 1 < stretches.len() {
        let (one, next) = (stretches[at], stretches[at + 1]);
        let single = one.letters < 2 || next.letters < 2;
        if single && !is_version(&one, &next) || is_ordinal(&one, &next) {
            stretches[at] = joined(one, next);
            stretches.remove(at + 1);
        } else {
            at += 1;
        }
    }
}

/// Joins two stretches. The result has the kind of the second.
fn joined(one: Stretch, next: Stretch) -> Stretch {
    Stretch {
        start: one.start,
        end: next.end,
        last: next.last,
        letters: one.letters + next.letters,
        kind: next.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(word: &str, borders: Borders) -> Vec<&str> {
        let mut parts = Vec::new();
        split(word, borders, |start, end| parts.push(&word[start..end]));
        parts
    }

    #[test]
    fn words_part_where_they_were_put_together() {
        for (word, expected) in [
            ("getUserById", &["get", "User", "By", "Id"][..]),
            ("MyNewClass", &["My", "New", "Class"]),
            ("XMLHttpRequest", &["XML", "Http", "Request"]),
            ("parseJSON", &["parse", "JSON"]),
            ("iPhone15", &["iPhone", "15"]),
            ("covid19", &["covid", "19"]),
            ("3.5mm", &["3.5", "mm"]),
            ("10kg", &["10", "kg"]),
            ("13.07.2020", &["13", "07", "2020"]),
            ("v1.2.3", &["v", "1", "2", "3"]),
            ("e\u{301}1", &["e\u{301}1"]),
            ("v2.0", &["v", "2.0"]),
            ("ÉcoleÉté", &["École", "Été"]),
        ] {
            assert_eq!(parts(word, Borders::Sure), expected);
        }
    }

    #[test]
    fn words_do_not_part_beside_a_single_character() {
        for word in [
            "C53208",
            "MP3",
            "B2B",
            "H1N1",
            "eBay",
            "iOS",
            "PhD",
            "RNAs",
            "20th",
            "1990s",
            "5mm",
            "3.5",
            "1,000,000",
            "house",
            "NASA",
            "A4",
            "v2",
        ] {
            assert_eq!(parts(word, Borders::Sure), [word]);
        }
    }

    #[test]
    fn a_query_may_write_apart_what_a_record_writes_together() {
        for (word, expected) in [
            ("C53208", &["C", "53208"][..]),
            ("5mm", &["5", "mm"]),
            ("3.5", &["3", "5"]),
            ("192.168", &["192", "168"]),
            ("MP3", &["MP", "3"]),
        ] {
            assert_eq!(parts(word, Borders::All), expected);
        }
    }

    #[test]
    fn numbers_in_groups_of_three_are_one() {
        for (number, grouped) in [
            ("1,000", true),
            ("12.000.000", true),
            ("3.5", false),
            ("2020.07.13", false),
            ("1000", false),
            ("v1.000", false),
        ] {
            assert_eq!(is_grouped(number), grouped, "{number}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_the_word(word in "[aBé9ÉX.]{1,12}", sure: bool) {
            let borders = if sure { Borders::Sure } else { Borders::All };
            let without = |text: &str| text.replace('.', "");
            prop_assert_eq!(without(&parts(&word, borders).concat()), without(&word));
        }
    }
}
