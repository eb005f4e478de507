//! Converts the engine's explanation to the wire type.

use std::ops::Range;

use parallax::explain;
use parallax_app::wire;

/// Converts an explanation.
pub fn explanation(explanation: explain::Explanation) -> wire::Explanation {
    wire::Explanation {
        words: words(explanation.words),
        meaning: explanation.meaning.map(meaning),
        fusion: explanation.fusion.map(fusion),
    }
}

fn words(words: explain::WordsExplanation) -> wire::WordsExplanation {
    wire::WordsExplanation {
        score: words.score,
        rank: words.rank,
        terms: words.terms.into_iter().map(term).collect(),
    }
}

fn term(term: explain::TermExplanation) -> wire::TermExplanation {
    let fields = term.fields.into_iter();
    let fields = fields.map(|(field, occurrences)| wire::FieldCount { field, occurrences });
    wire::TermExplanation {
        word: term.word,
        term: term.term,
        guessed: term.guessed,
        idf: term.idf,
        frequency: term.frequency,
        length: term.length,
        average_length: term.average_length,
        norm: term.norm,
        boost: term.boost,
        fields: fields.collect(),
        contribution: term.contribution,
    }
}

fn meaning(meaning: explain::MeaningExplanation) -> wire::MeaningExplanation {
    let split = meaning.split.map(|split| {
        let pairs = split.pairs.into_iter();
        let pairs = pairs.map(|pair| wire::PairShare {
            query: pair.query,
            record: pair.record,
            share: pair.share,
        });
        wire::MeaningSplit {
            special: split.special,
            query_words: split.query_words.into_iter().map(word).collect(),
            record_words: split.record_words.into_iter().map(word).collect(),
            pairs: pairs.collect(),
        }
    });
    wire::MeaningExplanation {
        cosine: meaning.cosine,
        rank: meaning.rank,
        split,
    }
}

fn word(word: explain::WordShare) -> wire::WordShare {
    let pair = |range: Range<usize>| (range.start as u32, range.end as u32);
    wire::WordShare {
        word: word.word,
        share: word.share,
        range: word.range.map(pair),
    }
}

fn fusion(fusion: explain::FusionExplanation) -> wire::FusionExplanation {
    wire::FusionExplanation {
        score: fusion.score,
        from_words: fusion.from_words,
        from_meaning: fusion.from_meaning,
        rank_words: fusion.rank_words,
        rank_meaning: fusion.rank_meaning,
    }
}
