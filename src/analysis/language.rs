//! The languages of collections, and the stemmer of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use snowball_stemmers_rs::Algorithm;

use super::letters::Script;

/// Defines the languages: variant, code, stemmer.
macro_rules! languages {
    ($($name:ident $code:literal $stemmer:expr;)*) => {
        /// The language of a collection's words. It determines the stemmer and the stop words.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[allow(missing_docs)]
        pub enum Language {
            #[default]
            $($name,)*
        }

        impl Language {
            /// Every language.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its ISO 639-1 code; `none` for no language.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// Its Snowball stemmer, if there is one.
            pub(super) fn stemmer(self) -> Option<Algorithm> {
                match self {
                    $(Self::$name => $stemmer,)*
                }
            }
        }
    };
}

languages! {
    English "en" Some(Algorithm::English);
    Arabic "ar" Some(Algorithm::Arabic);
    Armenian "hy" Some(Algorithm::Armenian);
    Basque "eu" Some(Algorithm::Basque);
    Burmese "my" None;
    Catalan "ca" Some(Algorithm::Catalan);
    Chinese "zh" None;
    Czech "cs" Some(Algorithm::Czech);
    Danish "da" Some(Algorithm::Danish);
    Dutch "nl" Some(Algorithm::Dutch);
    Estonian "et" Some(Algorithm::Estonian);
    Finnish "fi" Some(Algorithm::Finnish);
    French "fr" Some(Algorithm::French);
    German "de" Some(Algorithm::German);
    Greek "el" Some(Algorithm::Greek);
    Hebrew "he" None;
    Hindi "hi" Some(Algorithm::Hindi);
    Hungarian "hu" Some(Algorithm::Hungarian);
    Indonesian "id" Some(Algorithm::Indonesian);
    Irish "ga" Some(Algorithm::Irish);
    Italian "it" Some(Algorithm::Italian);
    Japanese "ja" None;
    Khmer "km" None;
    Korean "ko" None;
    Lao "lo" None;
    Lithuanian "lt" Some(Algorithm::Lithuanian);
    Nepali "ne" Some(Algorithm::Nepali);
    Norwegian "no" Some(Algorithm::Norwegian);
    Persian "fa" Some(Algorithm::Persian);
    Polish "pl" Some(Algorithm::Polish);
    Portuguese "pt" Some(Algorithm::Portuguese);
    Romanian "ro" Some(Algorithm::Romanian);
    Russian "ru" Some(Algorithm::Russian);
    Serbian "sr" Some(Algorithm::Serbian);
    Spanish "es" Some(Algorithm::Spanish);
    Swedish "sv" Some(Algorithm::Swedish);
    Tamil "ta" Some(Algorithm::Tamil);
    Thai "th" None;
    Turkish "tr" Some(Algorithm::Turkish);
    Ukrainian "uk" Some(Algorithm::Ukrainian);
    Vietnamese "vi" None;
    Yiddish "yi" Some(Algorithm::Yiddish);
    None "none" Option::None;
}

impl Language {
    /// The script it is written in; Latin if there is no language.
    pub(super) fn script(self) -> Script {
        match self {
            Self::Arabic | Self::Persian => Script::Arabic,
            Self::Armenian => Script::Armenian,
            Self::Burmese => Script::Burmese,
            Self::Chinese => Script::Han,
            Self::Greek => Script::Greek,
            Self::Hebrew | Self::Yiddish => Script::Hebrew,
            Self::Hindi | Self::Nepali => Script::Devanagari,
            Self::Japanese => Script::Kana,
            Self::Khmer => Script::Khmer,
            Self::Korean => Script::Hangul,
            Self::Lao => Script::Lao,
            Self::Russian | Self::Serbian | Self::Ukrainian => Script::Cyrillic,
            Self::Tamil => Script::Tamil,
            Self::Thai => Script::Thai,
            _ => Script::Latin,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        let mut languages = Self::ALL.iter().copied();
        let found = languages.find(|language| language.code().eq_ignore_ascii_case(code.trim()));
        found.ok_or_else(|| {
            let codes: Vec<&str> = Self::ALL.iter().map(|language| language.code()).collect();
            format!(
                "'{code}' is not a known language; known are {}",
                codes.join(", ")
            )
        })
    }
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        code.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_as_it_is_written() {
        for &language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!(" DE ".parse(), Ok(Language::German));
        let unknown = "klingon".parse::<Language>().unwrap_err();
        assert!(
            unknown.contains("'klingon'") && unknown.contains("de, "),
            "{unknown}"
        );
    }
}
