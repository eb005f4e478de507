//! The sentence of a hit that is nearest to the query, compared with the encoder's result for
//! each sentence.

use crate::common::encoder;
use crate::common::sample::{ask, sample};
use parallax::{Error, Mode, Query};

fn with_sentences(text: &str, mode: Mode) -> Query {
    Query {
        sentences: true,
        ..ask(text, mode)
    }
}

#[test]
fn of_a_text_of_several_sentences_the_nearest_is_marked() {
    for (text, mode) in [
        ("sharing farm machines with the neighbours", Mode::Neural),
        ("help with invoices", Mode::Hybrid),
    ] {
        let query = encoder().encode(text).unwrap();
        let near = |sentence: &str| -> f32 {
            let vector = encoder().encode(sentence).unwrap();
            vector.iter().zip(&query).map(|(a, b)| a * b).sum()
        };
        let answer = sample().search(&with_sentences(text, mode)).unwrap();
        let mut marked = 0;
        for hit in &answer.hits {
            let text = &hit.record.text;
            // The sample's texts begin with a tagline.
            let lines = text
                .split_once('\n')
                .map(|(tagline, rest)| [tagline, rest])
                .unwrap();
            let sentences = lines.into_iter().flat_map(|line| {
                let places = encoder().sentences(line).unwrap().into_iter();
                places.map(move |place| &line[place])
            });
            let sentences: Vec<&str> = sentences.collect();
            let Some(place) = hit.sentence.clone() else {
                assert_eq!(sentences.len(), 1, "{text}");
                continue;
            };
            let best = sentences.iter().map(|one| near(one)).fold(-1.0, f32::max);
            assert!(sentences.contains(&&text[place.clone()]));
            assert!((near(&text[place]) - best).abs() < 1e-5, "{text}");
            marked += 1;
        }
        assert!(marked >= 5, "{marked} of {} hits", answer.hits.len());
    }
}

#[test]
fn nothing_is_marked_where_nobody_asked_and_words_alone_mark_none() {
    let plain = sample()
        .search(&ask("farm machines", Mode::Neural))
        .unwrap();
    assert!(plain.hits.iter().all(|hit| hit.sentence.is_none()));
    let words = sample().search(&with_sentences("farm machines", Mode::Text));
    let refused = words.unwrap_err();
    assert!(refused.to_string().contains("by meaning"), "{refused}");
}

#[test]
fn only_a_page_of_hits_is_looked_through() {
    let query = Query {
        limit: 21,
        ..with_sentences("farm machines", Mode::Neural)
    };
    let refused = sample().search(&query).unwrap_err();
    assert!(matches!(refused, Error::BadQuery(_)));
    assert!(
        refused.to_string().contains("between 1 and 20"),
        "{refused}"
    );
}
