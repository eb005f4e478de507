//! What the fuzz targets share: a small collection with a tiny model, and ways to read and to damage
//! things.
//!
//! A target fails by panicking. Anything that a caller may send must be answered or refused with an
//! error that says what is wrong with it.

#[path = "../../tests/common/tiny.rs"]
#[allow(dead_code)]
mod tiny;

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use parallax::collection::Tuning;
use parallax::encoder::QueryEncoder;
use parallax::record::{FieldRoles, Import, Line};
use parallax::sent::Content;
use parallax::vocabulary::SearchRequest;
use parallax::{Catalogue, Collection, Error, Feedback, Filter, Query, RecordNumber, Schema};
use serde_json::json;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The most records read of one input.
const MAX_RECORDS: usize = 1_000;

/// Indexes get a graph and files even for few records.
pub const TUNING: Tuning = Tuning {
    graph_min_records: 1,
    merge_min_records: 1,
};

/// A collection whose base and graph are saved.
pub struct Shop {
    pub collection: Arc<Collection>,
    /// The folder with its files.
    pub folder: std::path::PathBuf,
    _catalogue: Catalogue,
    _data: TempDir,
}

/// The encoder of a tiny model.
pub fn encoder() -> Arc<QueryEncoder> {
    static ENCODER: LazyLock<(Arc<QueryEncoder>, TempDir)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let model = tiny::Tiny::read().write("bert-cls-96", folder.path());
        (tiny::query_encoder(&model), folder)
    });
    Arc::clone(&ENCODER.0)
}

/// The shop, made once for a process.
pub fn shop() -> &'static Shop {
    static SHOP: LazyLock<Shop> = LazyLock::new(|| {
        let data = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open_with(data.path(), encoder(), TUNING).unwrap();
        let facets = ["city:text", "year:number", "open:boolean", "day:date"];
        let roles = FieldRoles {
            id: Some("id".into()),
            title: Some("name".into()),
            texts: vec!["text".into(), "notes".into()],
            facets: facets.map(str::to_owned).into(),
            ..FieldRoles::default()
        };
        let schema = Schema::named(&roles).unwrap();
        catalogue.create("shop", schema, true).unwrap();
        let collection = catalogue.collection("shop").unwrap();
        // Several batches, so that segments are merged.
        for batch in 0..4 {
            let records = (0..24).map(|at| record(batch * 24 + at)).collect();
            collection.put(records).unwrap();
            collection.settle();
        }
        collection.delete(vec!["r7".into(), "r30".into()]).unwrap();
        collection.settle();
        Shop {
            folder: data.path().join("collections/1"),
            collection,
            _catalogue: catalogue,
            _data: data,
        }
    });
    &SHOP
}

fn record(at: usize) -> parallax::collection::Incoming {
    const TEXTS: [&str; 6] = [
        "Wi-Fi routers & 5G, e-mail for O'Brien's café",
        "東京の喫茶店で猫と本を読む。静かな場所です。",
        "Donaudampfschifffahrt: Größe, naïve, coöperate, 1,200 kg",
        "milk and cheese, fresh from the <b>farm</b> in Müllerstraße 5",
        "नमस्ते दुनिया 🪱 😀👍🏽 привет, мир!",
        "the same words again and again and again",
    ];
    let fields = json!({
        "id": format!("r{at}"),
        "name": format!("Shop {at}"),
        "text": format!("{} number {at}", TEXTS[at % TEXTS.len()]),
        "notes": TEXTS[(at / 2) % TEXTS.len()],
        "city": (["Berlin", "Oslo", "São Paulo", "a:b|c"][at % 4]),
        "year": 1990 + at,
        "open": at.is_multiple_of(3),
        "day": format!("2024-{:02}-{:02}", at % 12 + 1, at % 28 + 1),
    });
    parallax::collection::Incoming {
        payload: fields.as_object().unwrap().clone(),
        vector: None,
    }
}

/// Asks a collection. A request is answered, or refused as a bad one; what is shown is valid.
pub fn search(collection: &Collection, request: &SearchRequest, filters: Vec<Filter>) {
    let Ok(mut query) = Query::try_from(request) else {
        return;
    };
    query.filters.extend(filters);
    match collection.search(&query) {
        Ok(answer) => {
            let answer = answer.sent(collection.schema(), Content::Readable).unwrap();
            for hit in &answer.hits {
                let marks = &hit.highlights;
                let title = marks.title.iter().map(|at| hit.title.get(at.clone()));
                let text = marks.text.iter().map(|at| hit.text.get(at.clone()));
                assert!(title.chain(text).all(|part| part.is_some()), "{hit:?}");
                assert!(hit.score.is_finite(), "{hit:?}");
            }
        }
        Err(error) => refused(&error),
    }
}

/// Asks for recommendations.
pub fn recommend(collection: &Collection, feedback: &Feedback, limit: usize, filters: &[Filter]) {
    if let Err(error) = collection.recommend(feedback, limit, 0, filters) {
        refused(&error);
    }
}

/// Checks that an error says what is wrong with the request, rather than with the engine.
fn refused(error: &Error) {
    let of_request = matches!(error, Error::BadQuery(_) | Error::NoRecord { .. });
    assert!(of_request, "{error:?}");
}

/// Asks a collection whose files are damaged. Answers may be wrong or errors, but there is no panic.
pub fn ask_damaged(collection: &Collection) {
    for mode in ["neural", "text", "hybrid"] {
        for q in ["fresh milk from the farm", "\"again and\" cafe", "猫", "*"] {
            let request = SearchRequest {
                mode: mode.into(),
                filter: vec!["year:>1991".into()],
                facets: vec!["*".into()],
                prefix: true,
                ..SearchRequest::new(q)
            };
            if let Ok(query) = Query::try_from(&request) {
                let _ = collection.search(&query);
            }
        }
    }
    let _ = collection.similar("r3", 5, 0, &[]);
    let _ = collection.suggest("mil");
    let _ = collection.facet_counts();
    let feedback = Feedback {
        like: vec!["r1".into(), "r2".into()],
        ..Feedback::default()
    };
    let _ = collection.recommend(&feedback, 5, 0, &[]);
}

/// Opens a collection whose files are damaged, if that is possible, and asks it.
pub fn open_damaged(folder: &Path) {
    let opened = Collection::open_with("shop", folder, encoder(), TUNING);
    if let Ok(collection) = opened {
        ask_damaged(&collection);
        collection.settle();
        ask_damaged(&collection);
    }
}

/// Reads a file's records, as an import does: first some to choose a schema, then all by it.
pub fn import(name: &str, bytes: &[u8]) {
    let Ok(lines) = Import::read(name, Cursor::new(bytes.to_vec())) else {
        return;
    };
    let mut payloads = Vec::new();
    for line in lines.take(MAX_RECORDS) {
        match line {
            Ok(Line::Record { payload, .. }) => payloads.push(payload),
            Ok(Line::Skipped { reason, .. }) => assert!(!reason.is_empty()),
            Err(_) => break,
        }
    }
    let Ok(schema) = Schema::choose(&payloads, &FieldRoles::default()) else {
        return;
    };
    for (number, payload) in (0..).zip(payloads) {
        let _ = schema.check_text(&payload);
        let _ = schema.source_id(&payload);
        let _ = schema.read(RecordNumber(number), payload);
    }
}

/// A ZIP archive of files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Lets panics pass on threads that read documents, which are reported as unreadable files by
/// design; others end the process. The fuzzer itself runs on the main thread, which has a name.
pub fn allow_panics_of_documents() {
    std::panic::set_hook(Box::new(|panic| {
        if std::thread::current().name().is_some() {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

/// Damages bytes: each five bytes of `edits` are a place and what the byte there is combined with.
/// The last one may cut the file.
pub fn damage(bytes: &mut Vec<u8>, edits: &[u8]) {
    let mut edits = edits.chunks_exact(5);
    for edit in edits.by_ref() {
        let place = u32::from_le_bytes([edit[0], edit[1], edit[2], edit[3]]);
        let place = place as usize % bytes.len().max(1);
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= edit[4];
        }
    }
    if let [a, b, c, d] = *edits.remainder() {
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        bytes.truncate(length % bytes.len().max(1));
    }
}
