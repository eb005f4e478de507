//! Detects the language of texts by their script and, among languages of one script, by function
//! words and by letters that few languages have.

use std::collections::HashMap;

use super::Language;
use super::letters::{Script, is_invisible};
use super::stop_words::listed;

/// How much text is read, in bytes.
const MAX_BYTES: usize = 1 << 18;
/// A language is detected only with at least this many votes, and this share of all words. Names
/// and titles have hardly any function words and count as English.
const MIN_VOTES: f64 = 1.0;
const MIN_SHARE: f64 = 0.03;
/// The vote of a letter that few languages have, relative to a function word.
const LETTER: f64 = 0.5;

/// Letters that few languages have.
const LETTERS: [(Language, &str); 22] = [
    (Language::German, "äöüß"),
    (Language::French, "éèêëçàâîôûœ"),
    (Language::Spanish, "ñáéíóú"),
    (Language::Portuguese, "ãõçáéêâ"),
    (Language::Italian, "èàùòì"),
    (Language::Catalan, "çàèòïü"),
    (Language::Danish, "æøå"),
    (Language::Norwegian, "æøå"),
    (Language::Swedish, "åäö"),
    (Language::Finnish, "äö"),
    (Language::Estonian, "õäöü"),
    (Language::Polish, "ąęłńśźżćó"),
    (Language::Czech, "ěščřžýůáíé"),
    (Language::Hungarian, "őűáéöü"),
    (Language::Romanian, "ăâîșşțţ"),
    (Language::Turkish, "ğışçöü"),
    (Language::Lithuanian, "ėęųūįšž"),
    (
        Language::Vietnamese,
        "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ",
    ),
    (Language::Russian, "ыэъё"),
    (Language::Ukrainian, "іїєґ"),
    (Language::Serbian, "јљњћђџ"),
    (Language::Persian, "پچژگکی"),
];

/// The language of most of the texts; English if it cannot be determined.
pub fn detect(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Language {
    let words = words_like_those_of_languages();
    let mut scripts: HashMap<Script, f64> = HashMap::new();
    let mut votes: HashMap<Language, f64> = HashMap::new();
    let (mut read, mut count) = (0, 0.0);
    for text in texts {
        let text = text.as_ref();
        for word in text.split(|c: char| !c.is_alphanumeric() && !is_part(c)) {
            let Some(first) = word.chars().find(|c| c.is_alphabetic()) else {
                continue;
            };
            let script = Script::of(first);
            // In scripts without spaces, count about one word for every two characters.
            let worth = if script.is_unspaced() {
                word.chars().count() as f64 / 2.0
            } else {
                1.0
            };
            for letter in word.chars().filter(|_| script.is_unspaced()) {
                *scripts.entry(Script::of(letter)).or_default() += 0.5;
            }
            if !script.is_unspaced() {
                *scripts.entry(script).or_default() += 1.0;
            }
            count += worth;
            vote(&words, &word.to_lowercase(), &mut votes);
        }
        read += text.len();
        if read > MAX_BYTES {
            break;
        }
    }
    let of = |script: Script| scripts.get(&script).copied().unwrap_or(0.0);
    let japanese = of(Script::Han) + of(Script::Kana);
    scripts.insert(Script::Han, japanese);
    let kana = scripts.remove(&Script::Kana).unwrap_or(0.0);
    let most = scripts.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let likeliest = |languages: &[Language]| {
        let voted = languages.iter().rev().copied();
        let best = voted.max_by(|a, b| {
            let votes = |language| votes.get(language).copied().unwrap_or(0.0);
            votes(a).total_cmp(&votes(b))
        });
        best.unwrap_or_default()
    };
    match most.map(|(script, _)| script) {
        Some(Script::Greek) => Language::Greek,
        Some(Script::Armenian) => Language::Armenian,
        Some(Script::Tamil) => Language::Tamil,
        Some(Script::Hangul) => Language::Korean,
        Some(Script::Thai) => Language::Thai,
        Some(Script::Lao) => Language::Lao,
        Some(Script::Khmer) => Language::Khmer,
        Some(Script::Burmese) => Language::Burmese,
        // Japanese writes its endings in kana; Chinese has no kana.
        Some(Script::Han | Script::Kana) if kana * 20.0 > japanese => Language::Japanese,
        Some(Script::Han | Script::Kana) if japanese > 0.0 => Language::Chinese,
        Some(Script::Hebrew) => likeliest(&[Language::Hebrew, Language::Yiddish]),
        Some(Script::Arabic) => likeliest(&[Language::Arabic, Language::Persian]),
        Some(Script::Devanagari) => likeliest(&[Language::Hindi, Language::Nepali]),
        Some(Script::Cyrillic) => {
            likeliest(&[Language::Russian, Language::Ukrainian, Language::Serbian])
        }
        Some(Script::Other) => Language::None,
        _ => {
            let best = likeliest(Language::ALL);
            let votes = votes.get(&best).copied().unwrap_or(0.0);
            let told = votes >= MIN_VOTES && votes >= count * MIN_SHARE;
            if told { best } else { Language::English }
        }
    }
}

/// Whether a character is an invisible or combining mark inside a word.
fn is_part(character: char) -> bool {
    is_invisible(character) || unicode_normalization::char::is_combining_mark(character)
}

/// Every listed function word, with the languages it belongs to.
fn words_like_those_of_languages() -> HashMap<&'static str, Vec<Language>> {
    let mut words: HashMap<&str, Vec<Language>> = HashMap::new();
    for &language in Language::ALL {
        for word in listed(language) {
            let languages = words.entry(word).or_default();
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
    }
    words
}

/// Votes for the languages that list a word, or that have some of its letters. The fewer such
/// languages there are, the more each vote counts.
fn vote(
    words: &HashMap<&'static str, Vec<Language>>,
    word: &str,
    votes: &mut HashMap<Language, f64>,
) {
    if let Some(languages) = words.get(word) {
        for &language in languages {
            *votes.entry(language).or_default() += 1.0 / languages.len() as f64;
        }
    }
    if word.is_ascii() {
        return;
    }
    let has = |letters: &str| word.chars().any(|letter| letters.contains(letter));
    let like: Vec<Language> = LETTERS
        .iter()
        .filter(|(_, letters)| has(letters))
        .map(|(language, _)| *language)
        .collect();
    for &language in &like {
        *votes.entry(language).or_default() += LETTER / like.len() as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences as in a children's book, one per language.
    const SENTENCES: [(Language, &str); 30] = [
        (
            Language::English,
            "The goat is in the field with its young, and it will not come.",
        ),
        (
            Language::German,
            "Die Ziege steht auf der Wiese und frisst das Gras, aber nicht die Blumen.",
        ),
        (
            Language::French,
            "La chèvre est dans le pré avec ses petits et ne veut pas venir.",
        ),
        (
            Language::Italian,
            "La capra è nel prato con i suoi piccoli e non vuole venire.",
        ),
        (
            Language::Spanish,
            "La cabra está en el prado con sus crías y no quiere venir.",
        ),
        (
            Language::Portuguese,
            "A cabra está no prado com os seus filhotes e não quer vir.",
        ),
        (
            Language::Dutch,
            "De geit staat in het veld met haar jongen en wil niet komen.",
        ),
        (
            Language::Swedish,
            "Geten står på ängen med sina ungar och vill inte komma.",
        ),
        (
            Language::Danish,
            "Geden står på marken med nogle kid og vil ikke komme af sig selv efter mad.",
        ),
        (
            Language::Finnish,
            "Vuohi on niityllä ja se ei halua tulla, mutta sen vasa haluaa.",
        ),
        (
            Language::Polish,
            "Koza jest na łące i nie chce przyjść do domu, ale jej dzieci chcą.",
        ),
        (
            Language::Czech,
            "Koza je na louce a nechce jít domů, ale její mláďata ano, protože se bojí.",
        ),
        (
            Language::Hungarian,
            "A kecske a réten van és nem akar hazajönni, de az ura hívja.",
        ),
        (
            Language::Romanian,
            "Capra este pe pajiște cu iezii și nu vrea să vină la casă.",
        ),
        (
            Language::Turkish,
            "Keçi çayırda ve bir türlü eve gelmek istemiyor, ama yavruları için gelir.",
        ),
        (
            Language::Vietnamese,
            "Con dê ở trên đồng cỏ với các con của nó và không muốn về.",
        ),
        (
            Language::Russian,
            "Коза стоит на лугу и не хочет идти домой.",
        ),
        (
            Language::Ukrainian,
            "Коза стоїть на лузі і не хоче йти додому.",
        ),
        (
            Language::Greek,
            "Η κατσίκα είναι στο λιβάδι και δεν θέλει να έρθει.",
        ),
        (
            Language::Arabic,
            "العنزة في المرج مع صغارها ولا تريد أن تأتي",
        ),
        (
            Language::Persian,
            "بز در چمنزار است و نمی‌خواهد به خانه بیاید",
        ),
        (
            Language::Hebrew,
            "העז עומדת באחו עם הגדיים שלה ולא רוצה לבוא",
        ),
        (Language::Hindi, "बकरी मैदान में है और वह घर नहीं आना चाहती"),
        (Language::Thai, "แพะอยู่ในทุ่งหญ้าและไม่อยากกลับบ้าน"),
        (Language::Lao, "ແບ້ຢູ່ໃນທົ່ງຫຍ້າ"),
        (Language::Khmer, "ពពែនៅក្នុងវាលស្មៅ"),
        (Language::Burmese, "ဆိတ်သည် စားကျက်ထဲတွင် ရှိသည်"),
        (Language::Japanese, "山羊は牧場にいて家に帰りたくない"),
        (Language::Chinese, "山羊在草地上不想回家"),
        (Language::Korean, "염소는 들판에 있고 집에 오고 싶지 않다"),
    ];

    #[test]
    fn a_sentence_tells_its_language() {
        for (language, sentence) in SENTENCES {
            assert_eq!(detect([sentence]), language, "{sentence}");
        }
    }

    #[test]
    fn names_alone_are_taken_for_english() {
        for names in [
            "Acme Rocket, Bluebird, La Roca",
            "C53208, 3.5 mm",
            "",
            "Café Noir",
        ] {
            assert_eq!(detect([names]), Language::English, "{names}");
        }
    }

    #[test]
    fn a_few_foreign_words_do_not_decide() {
        let english = SENTENCES[0].1;
        let mixed = [english, english, "東京タワー", "Die Ziege", english];
        assert_eq!(detect(mixed), Language::English);
    }
}
