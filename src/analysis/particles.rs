//! Korean particles, which are attached to their noun.

/// The particles. Longer ones come before the ones they end with.
const PARTICLES: [&str; 38] = [
    "에서는",
    "에서도",
    "으로는",
    "에게서",
    "이라는",
    "까지",
    "부터",
    "에서",
    "에게",
    "한테",
    "으로",
    "처럼",
    "보다",
    "마다",
    "조차",
    "밖에",
    "이나",
    "이란",
    "라는",
    "께서",
    "에는",
    "에도",
    "와는",
    "과는",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "의",
    "나",
];

/// The length in bytes of a Korean word without its particle. The noun must have at least two
/// syllables, since a single one is too often the start of another word.
pub fn without_particle(word: &str) -> Option<usize> {
    let stems = PARTICLES
        .iter()
        .filter_map(|particle| word.strip_suffix(particle));
    let stem = stems.min_by_key(|stem| stem.len())?;
    (stem.chars().count() >= 2).then_some(stem.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_is_what_follows_a_noun() {
        for (word, noun) in [
            ("학교에서", Some("학교")),
            ("학교를", Some("학교")),
            ("한국어는", Some("한국어")),
            ("친구에게서", Some("친구")),
            ("물을", None),
            ("학교", None),
        ] {
            assert_eq!(
                without_particle(word).map(|end| &word[..end]),
                noun,
                "{word}"
            );
        }
    }
}
