//! A collection copied record by record, as it would be to another kind of store and back.

use std::path::Path;

use parallax::collection::{Incoming, SnapshotReader, SnapshotWriter, Stored};
use parallax::record::FieldRoles;
use parallax::{Collection, Mode};
use serde_json::json;

use crate::common::sample::{ask, collection_of};

fn stored(snapshot: &[u8]) -> Vec<Stored> {
    let mut reader = SnapshotReader::open(snapshot, Path::new("snapshot")).unwrap();
    let records = reader.by_ref().map(Result::unwrap).collect();
    assert!(reader.next().is_none(), "it has ended");
    records
}

fn snapshot(collection: &Collection) -> Vec<u8> {
    let mut snapshot = Vec::new();
    collection.snapshot(&mut snapshot).unwrap();
    snapshot
}

fn incoming(id: &str, text: &str) -> Incoming {
    let payload = json!({"id": id, "title": id, "text": text, "z": 1.50, "a": {"c": 1, "b": null}});
    Incoming {
        payload: payload.as_object().unwrap().clone(),
        vector: None,
    }
}

#[test]
fn a_copy_made_from_stored_records_is_the_same_collection() {
    let long = "A sentence about goats, mountains and cheese. ".repeat(80);
    let records = [
        json!({"id": "mill", "title": "mill", "text": "It grinds grain."}),
        json!({"id": "dairy", "title": "dairy", "text": long}),
        json!({"id": "baker", "title": "baker", "text": "Bread from rye."}),
    ];
    let (_folder, catalogue) = collection_of("shops", &records, &FieldRoles::default());
    let shops = catalogue.collection("shops").unwrap();
    shops.put(vec![incoming("mill", "It saws wood.")]).unwrap();
    shops.delete(vec!["baker".into()]).unwrap();

    let original = snapshot(&shops);
    let path = Path::new("snapshot");
    let reader = SnapshotReader::open(&original[..], path).unwrap();
    let mut copied = Vec::new();
    let (about, state) = (reader.about().clone(), reader.state());
    let mut writer = SnapshotWriter::new(&mut copied, about, state).unwrap();
    for record in reader {
        writer.write(record.unwrap()).unwrap();
    }
    writer.finish().unwrap();

    // The records that were deleted or written anew are not among them.
    let records = stored(&original);
    assert_eq!(records.len(), 2);
    assert!(records[0].number < records[1].number);
    let width = shops.about().dimension;
    let passages = |record: &Stored| (record.vectors.len() / width, record.passages.len());
    let (of_dairy, of_mill) = (passages(&records[0]), passages(&records[1]));
    assert!(of_dairy.0 > 1 && of_dairy.0 == of_dairy.1, "{of_dairy:?}");
    assert_eq!(of_mill, (1, 0));

    catalogue.restore("copy", &copied[..], path, false).unwrap();
    let copy = catalogue.collection("copy").unwrap();
    assert_eq!(stored(&snapshot(&copy)), records);
    assert_eq!(copy.about(), shops.about());
    for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
        let [hits, of_copy] = [&shops, &copy].map(|collection| {
            let answer = collection
                .search(&ask("sawing wood or cheese", mode))
                .unwrap();
            let hits = answer.hits.into_iter();
            hits.map(|hit| (hit.record.number, hit.score.to_bits()))
                .collect::<Vec<_>>()
        });
        assert_eq!(hits, of_copy);
    }
    // A record written now gets a number of its own, as it would have in the original.
    for collection in [&shops, &copy] {
        collection
            .put(vec![incoming("smith", "Iron and fire.")])
            .unwrap();
    }
    assert_eq!(stored(&snapshot(&copy)), stored(&snapshot(&shops)));
}

#[test]
fn a_snapshot_that_ends_early_is_an_error_and_not_fewer_records() {
    let records = [json!({"id": "mill", "title": "mill", "text": "It grinds grain."})];
    let (_folder, catalogue) = collection_of("shops", &records, &FieldRoles::default());
    let whole = snapshot(&catalogue.collection("shops").unwrap());
    for length in 0..whole.len() {
        let reader = SnapshotReader::open(&whole[..length], Path::new("shop.snapshot"));
        let read = reader.and_then(Iterator::collect::<Result<Vec<_>, _>>);
        assert!(read.is_err(), "{length} of {} bytes", whole.len());
    }
}
