//! Late interaction in a collection: how it ranks, what it is computed from, and that it can be
//! turned off. Needs the real model.

use std::path::{Path, PathBuf};

use crate::common::sample::{ask, collection_of, sample, titles};
use crate::common::{encoder, query_encoder};
use parallax::query::{Answer, ScorePart};
use parallax::record::FieldRoles;
use parallax::vocabulary::LATE_SHARE;
use parallax::{Catalogue, Collection, Mode, Query};
use serde_json::{Value, json};

fn cosine_alone(query: &Query) -> Query {
    Query {
        late_share: 0.0,
        ..query.clone()
    }
}

fn ids(answer: &Answer) -> Vec<&str> {
    let hits = answer.hits.iter();
    hits.map(|hit| hit.record.id.as_str()).collect()
}

/// Distinct, in rising order.
fn sorted(mut pieces: Vec<u32>) -> Vec<u32> {
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// The late score by its definition, from texts, in f64.
fn late_score(collection: &Collection, query: &str, text: &str) -> f64 {
    let vectors = encoder().piece_vectors().unwrap();
    let generation = collection.generation();
    let records = f64::from(generation.records());
    let schema = collection.schema();
    let rows: Vec<Vec<u32>> = generation
        .positions()
        .map(|at| {
            let number = generation.number(at).unwrap();
            let payload = collection.numbered(number).unwrap().payload;
            encoder().pieces(&schema.encoded_text(&payload)).unwrap()
        })
        .collect();
    let record = encoder().pieces(text).unwrap();
    let (mut sum, mut weights) = (0.0, 0.0);
    for piece in encoder().pieces(query).unwrap() {
        let some = rows.iter().filter(|row| row.contains(&piece)).count() as f64;
        let idf = (1.0 + (records - some + 0.5) / (some + 0.5)).ln();
        let most = record.iter().map(|&other| vectors.similarity(piece, other));
        sum += idf * f64::from(most.fold(0.0, f32::max));
        weights += idf;
    }
    sum / weights
}

#[test]
fn scores_are_the_mean_of_the_cosine_and_of_the_words_that_meet() {
    let collection = sample();
    for text in ["affordable notebook for students", "goat milk"] {
        let query = Query {
            limit: 20,
            ..ask(text, Mode::Neural)
        };
        let answer = collection.search(&query).unwrap();
        let parts = [ScorePart::Meaning, ScorePart::LateInteraction];
        assert_eq!(answer.ranked_by, parts);
        for hit in &answer.hits {
            let encoded = collection.schema().encoded_text(&hit.record.payload);
            let late = late_score(&collection, text, &encoded);
            assert!((late - f64::from(hit.late.unwrap())).abs() < 1e-5, "{late}");
            let cosine = hit.neural.unwrap().score;
            let mean = (1.0 - LATE_SHARE) * cosine + LATE_SHARE * hit.late.unwrap();
            assert!((mean - hit.score).abs() < 1e-6);
        }
        assert!(answer.hits.is_sorted_by(|a, b| a.score >= b.score));
    }
}

#[test]
fn turned_off_it_leaves_the_ranking_by_cosine() {
    let collection = sample();
    let query = Query {
        limit: 100,
        ..ask("bread from the oven around the corner", Mode::Neural)
    };
    let (with, without) = (
        collection.search(&query).unwrap(),
        collection.search(&cosine_alone(&query)).unwrap(),
    );
    assert_eq!(without.ranked_by, [ScorePart::Meaning]);
    for (rank, hit) in (1..).zip(&without.hits) {
        assert!(hit.late.is_none());
        assert_eq!(hit.neural.unwrap().rank, rank);
        assert_eq!(hit.neural.unwrap().score, hit.score);
    }
    assert!(without.hits.is_sorted_by(|a, b| a.score >= b.score));
    // The same hundred records in another order, and the same judgement of them.
    assert_ne!(ids(&with), ids(&without));
    let sorted = |answer: &Answer| {
        let mut ids: Vec<String> = ids(answer).into_iter().map(str::to_owned).collect();
        ids.sort();
        ids
    };
    assert_eq!(sorted(&with), sorted(&without));
    assert_eq!((with.total, with.fits), (without.total, without.fits));
    // The other modes do not use it.
    for mode in [Mode::Text, Mode::Hybrid] {
        let query = ask("goat milk", mode);
        let (with, without) = (
            collection.search(&query).unwrap(),
            collection.search(&cosine_alone(&query)).unwrap(),
        );
        assert_eq!(ids(&with), ids(&without));
        assert!(with.hits.iter().all(|hit| hit.late.is_none()));
        assert!(!with.ranked_by.contains(&ScorePart::LateInteraction));
    }
}

#[test]
fn pages_are_parts_of_one_ranking_beyond_the_depth_too() {
    let collection = sample();
    let page = |offset, limit| Query {
        offset,
        limit,
        ..ask("software for farms", Mode::Neural)
    };
    let mut all = Vec::new();
    for start in [0, 100, 200] {
        all.extend(collection.search(&page(start, 100)).unwrap().hits);
    }
    assert!(all.is_sorted_by(|a, b| a.score >= b.score));
    let (first, rest) = all.split_at(100);
    assert!(first.iter().all(|hit| hit.late.is_some()));
    assert!(rest.iter().all(|hit| hit.late.is_none()));
    for (offset, limit) in [(0, 3), (7, 10), (95, 10), (130, 5)] {
        let answer = collection.search(&page(offset, limit)).unwrap();
        for (hit, same) in answer.hits.iter().zip(&all[offset..]) {
            assert_eq!(hit.record.id, same.record.id);
            assert_eq!((hit.score, hit.late), (same.score, same.late));
        }
    }
    // Both kinds are explained.
    for hit in [&all[2], &all[250]] {
        let why = collection.explain(&page(0, 10), &hit.record.id).unwrap();
        let late = why.late_interaction.unwrap();
        assert_eq!(late.score, hit.score);
        assert_eq!(late.words.is_empty(), hit.late.is_none());
    }
}

#[test]
fn a_passage_s_pieces_are_those_that_the_model_reads() {
    let filler = "The market was quiet that day and nothing much was sold. ".repeat(60);
    let records = [
        json!({"title": "Long", "text": format!("{filler}A telescope finds planets. {filler}")}),
        json!({"title": "Short", "text": "Bread is baked at home, 🙂 unaffordably."}),
    ];
    let (_folder, catalogue) = collection_of("long", &records, &FieldRoles::default());
    let collection = catalogue.collection("long").unwrap();
    let generation = collection.generation();
    let text = |at: usize| {
        let payload = records[at].as_object().unwrap();
        collection.schema().encoded_text(payload)
    };
    let short = encoder().pieces(&text(1)).unwrap();
    assert_eq!(generation.pieces(1, 0), sorted(short.clone()));
    // An unknown character is not a piece.
    assert_eq!(short, encoder().pieces(&text(1).replace('🙂', "")).unwrap());

    let long = text(0);
    let passages = encoder().passages(&long).unwrap();
    assert!(passages.len() > 2);
    for (at, range) in (0..).zip(passages) {
        let own = encoder().pieces(&long[range]).unwrap();
        assert_eq!(generation.pieces(0, at), sorted(own));
    }
    let telescope = encoder().pieces("telescope").unwrap()[0];
    assert_eq!(generation.records_with(telescope), 1);

    // The passage with the word is the one whose words meet the query's.
    let query = ask("telescope", Mode::Neural);
    let why = collection.explain(&query, "0").unwrap();
    let met = &why.late_interaction.unwrap().words[0];
    assert_eq!(met.record.as_deref(), Some("telescope"));
    assert_eq!(met.similarity, 1.0);
}

#[test]
fn placed_pieces_are_the_same_pieces_with_their_words() {
    for text in ["", "Unaffordable notebooks, café!", "naïve 東京 🙂 e-mail"] {
        let placed = encoder().placed_pieces(text).unwrap();
        let pieces: Vec<u32> = placed.iter().map(|(piece, _)| *piece).collect();
        assert_eq!(pieces, encoder().pieces(text).unwrap(), "{text}");
    }
    let text = "unaffordable tea";
    let placed = encoder().placed_pieces(text).unwrap();
    let words: Vec<&str> = placed.iter().map(|(_, word)| &text[word.clone()]).collect();
    assert!(
        words.len() > 2
            && words[..words.len() - 1]
                .iter()
                .all(|w| *w == "unaffordable")
    );
    assert_eq!(words.last(), Some(&"tea"));
}

/// Words that are similar meet, although they are not the same, and the explanation names them.
#[test]
fn an_explanation_names_the_words_that_met() {
    let records: Vec<Value> = [
        "A cheap laptop for pupils",
        "A doctor for dogs",
        "Old ships",
    ]
    .iter()
    .map(|text| json!({"text": text}))
    .collect();
    let (_folder, catalogue) = collection_of("few", &records, &FieldRoles::default());
    let collection = catalogue.collection("few").unwrap();
    let query = ask("inexpensive notebook", Mode::Neural);
    let why = collection.explain(&query, "0").unwrap();
    let late = why.late_interaction.unwrap();
    let met: Vec<_> = late
        .words
        .iter()
        .filter(|pair| pair.query == "notebook")
        .collect();
    assert_eq!(met[0].record.as_deref(), Some("laptop"), "{late:?}");
    assert!(met[0].similarity > 0.4 && met[0].similarity < 1.0);
    let sum: f32 = late.words.iter().map(|pair| pair.added).sum();
    assert!((sum - late.from_words).abs() < 1e-5);
    for pair in &late.words {
        let added = late.share * pair.weight * pair.similarity;
        assert!((added - pair.added).abs() < 1e-6);
    }
    assert!(titles(&collection, &query).len() == 3);
    // In the other modes, it is not a part of the score.
    let hybrid = ask("inexpensive notebook", Mode::Hybrid);
    let why = collection.explain(&hybrid, "0").unwrap();
    assert!(why.late_interaction.is_none());
    let why = collection.explain(&cosine_alone(&query), "0").unwrap();
    assert!(why.late_interaction.is_none());
}

/// The vectors of pieces are saved beside the model, and made again if the file is damaged.
#[test]
fn the_vectors_of_pieces_are_kept_beside_the_model_and_checked() {
    let made = query_encoder();
    let made = made.encoder().piece_vectors().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(crate::common::model_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let load = || parallax::Encoder::load(folder.path()).unwrap();
    let file = folder.path().join("pieces.idx");
    if !file.exists() {
        println!("skipped: the model's folder cannot be written");
        return;
    }
    let loaded = load();
    let loaded = loaded.piece_vectors().unwrap();
    assert_eq!(loaded.len(), made.len());
    for (one, other) in [(2_000, 2_001), (3_000, 30_000), (5_000, 5_000)] {
        assert_eq!(loaded.similarity(one, other), made.similarity(one, other));
    }
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, bytes).unwrap();
    assert!(load().piece_vectors().is_none());
}

/// The pieces of a base are read from its file, or again from the texts, without those of deleted
/// records: scores are the same, bit for bit.
#[test]
fn scores_stay_the_same_whether_the_index_is_read_or_made_again() {
    let records: Vec<Value> = (0..60)
        .map(|at| json!({"id": at.to_string(), "text": format!("{} goats and milk", "old ".repeat(at % 7))}))
        .collect();
    let options = FieldRoles {
        id: Some("id".into()),
        ..FieldRoles::default()
    };
    let (folder, catalogue) = collection_of("goats", &records, &options);
    let query = ask("old milk", Mode::Neural);
    let ranking = |catalogue: &Catalogue| -> Vec<(String, u32)> {
        let answer = catalogue
            .collection("goats")
            .unwrap()
            .search(&query)
            .unwrap();
        assert!(answer.ranked_by.contains(&ScorePart::LateInteraction));
        let hits = answer.hits.into_iter();
        hits.map(|hit| (hit.record.id, hit.score.to_bits()))
            .collect()
    };
    let all = ranking(&catalogue);
    let gone = (0..60).filter(|at| at % 3 == 1).map(|at| at.to_string());
    let collection = catalogue.collection("goats").unwrap();
    collection.delete(gone.collect()).unwrap();
    let expected = ranking(&catalogue);
    assert_ne!(all, expected);
    collection.settle();
    drop((collection, catalogue));
    let data = folder.path().join("data");
    let open = || Catalogue::open(&data, query_encoder()).unwrap();
    for remove in [None, Some("vectors.idx"), Some("columns.idx")] {
        if let Some(file) = remove {
            let files = glob(&data, file);
            assert_eq!(files.len(), 1, "{file}");
            std::fs::remove_file(&files[0]).unwrap();
        }
        let catalogue = open();
        assert_eq!(ranking(&catalogue), expected, "{remove:?}");
        catalogue.collection("goats").unwrap().settle();
    }
}

/// The files with a name in the folders of collections.
fn glob(data: &Path, name: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(data.join("collections")).unwrap();
    let files = folders.map(|folder| folder.unwrap().path().join(name));
    files.filter(|file| file.exists()).collect()
}
