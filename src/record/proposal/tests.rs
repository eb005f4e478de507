use std::path::Path;

use serde_json::{Value, json};

use crate::record::{FacetKind, FieldRoles, Import, Line, Payload, Schema};

fn payloads(records: impl IntoIterator<Item = Value>) -> Vec<Payload> {
    let payload = |record: Value| record.as_object().unwrap().clone();
    records.into_iter().map(payload).collect()
}

fn propose(records: impl IntoIterator<Item = Value>) -> Schema {
    Schema::choose(&payloads(records), &FieldRoles::default()).unwrap()
}

fn file(path: &Path) -> Vec<Payload> {
    let payload = |line| match line {
        Ok(Line::Record { payload, .. }) => payload,
        other => panic!("{other:?}"),
    };
    Import::open(path).unwrap().map(payload).collect()
}

/// A table as read from CSV: every value is a string.
fn table(header: &str, rows: &[&str]) -> Schema {
    let names: Vec<&str> = header.split(',').collect();
    let rows = rows.iter().map(|row| {
        let cells = names.iter().zip(row.split(','));
        let cells = cells.map(|(name, cell)| ((*name).to_owned(), json!(cell)));
        Value::Object(cells.collect())
    });
    propose(rows)
}

fn facets(schema: &Schema) -> Vec<(&str, FacetKind)> {
    let facets = schema.facets.iter();
    facets.map(|f| (f.field.as_str(), f.kind)).collect()
}

#[test]
fn start_ups_are_understood_without_their_preset() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut records = file(&root.join("server/sample/startups.jsonl"));
    for record in &mut records {
        // The preset is recognised by its fields.
        let tagline = record.remove("alt").unwrap();
        record.insert("tagline".into(), tagline);
    }
    let schema = Schema::choose(&records, &FieldRoles::default()).unwrap();
    let startups = Schema::startups();
    assert_eq!(schema.id, None);
    assert_eq!(schema.title, startups.title);
    assert_eq!(schema.texts, startups.texts);
    assert_eq!(schema.url, startups.url);
    assert_eq!(schema.image, startups.image);
    assert_eq!(schema.facets, startups.facets);
    assert_eq!(schema.also, ["tagline"]);
    assert_eq!(schema.encoded, ["name", "description", "tagline"]);
}

#[test]
fn known_names_are_taken_in_any_case() {
    let schema = propose([
        json!({"ID": 1, "Title": "One", "Text": "A first text"}),
        json!({"ID": 2, "Title": "Two", "Text": "A second text"}),
    ]);
    assert_eq!(schema.id.as_deref(), Some("ID"));
    assert_eq!(schema.title.as_deref(), Some("Title"));
    assert_eq!(schema.texts, ["Text"]);
    assert_eq!(facets(&schema), []);
}

#[test]
fn an_id_must_identify_every_record() {
    for second in [json!({"id": "a", "title": "y"}), json!({"title": "y"})] {
        let schema = propose([json!({"id": "a", "title": "x"}), second]);
        assert_eq!(schema.id, None);
    }
    let schema = propose([
        json!({"title": "x", "author_id": 1}),
        json!({"title": "y", "author_id": 2}),
    ]);
    assert_eq!(schema.id, None);
    let schema = table("event_id,title,user_id", &["1,x,3", "2,y,4"]);
    assert_eq!(schema.id.as_deref(), Some("event_id"));
}

#[test]
fn a_table_of_unknown_names_is_told_by_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wines.csv");
    let mut csv = "nr,cru,tasting,grape,price,organic,tasted,postcode\n".to_owned();
    for i in 0..40 {
        csv += &format!(
            "{i},Château {i},\"Number {i}: cherries and leather, and a long finish of smoke\",\
             {},{}.5,{},2024-05-{:02},0{}\n",
            ["Merlot", "Syrah", "Pinot"][i % 3],
            10 + i,
            i % 2 == 0,
            i % 28 + 1,
            1000 + i,
        );
    }
    std::fs::write(&path, csv).unwrap();
    let schema = Schema::choose(&file(&path), &FieldRoles::default()).unwrap();
    assert_eq!(schema.title.as_deref(), Some("cru"));
    assert_eq!(schema.texts, ["tasting"]);
    assert_eq!(schema.encoded, ["cru", "tasting"]);
    assert_eq!(schema.also, ["postcode"]);
    assert_eq!(
        facets(&schema),
        [
            ("nr", FacetKind::Number),
            ("grape", FacetKind::Text),
            ("price", FacetKind::Number),
            ("organic", FacetKind::Boolean),
            ("tasted", FacetKind::Date),
        ]
    );
}

#[test]
fn a_group_is_not_taken_for_a_text() {
    let group = |i: usize| ["a", "b", "c"][i % 3];
    let record = |i| json!({"title": format!("Post {i}"), "group": group(i), "score": i});
    let schema = propose((0..30).map(record));
    assert!(schema.texts.is_empty());
    assert_eq!(schema.encoded, ["title"]);
    assert_eq!(
        facets(&schema),
        [("group", FacetKind::Text), ("score", FacetKind::Number)]
    );
}

#[test]
fn a_group_is_not_taken_for_a_title_where_few_records_are_there() {
    for (header, rows, group) in [
        (
            "id,crew,report",
            &[
                "1,north,The rope of the ferry broke at noon",
                "2,south,The tram stood still for an hour",
                "3,north,The lift to the tower hummed all day",
            ][..],
            "crew",
        ),
        (
            "id,status,report",
            &[
                "1,open,The rope of the ferry broke at noon",
                "2,closed,The tram stood still for an hour",
            ],
            "status",
        ),
    ] {
        let schema = table(header, rows);
        assert_eq!(schema.title, None, "{header}");
        assert_eq!(schema.texts, ["report"], "{header}");
        assert_eq!(facets(&schema), [(group, FacetKind::Text)], "{header}");
    }
    // In a large sample, a field that hardly repeats is not a category, whatever its name.
    let record =
        |i: usize| json!({"id": i, "genre": format!("Genre {i}"), "loud": i.is_multiple_of(2)});
    assert_eq!(propose((0..30).map(record)).title.as_deref(), Some("genre"));
}

#[test]
fn texts_that_repeat_are_texts() {
    let pattern = |i: usize| ["A warm hat of grey wool", "Gloves for rain and for wind"][i % 2];
    let schema =
        propose((0..30).map(|i| json!({"title": format!("No {i}"), "pattern": pattern(i)})));
    assert_eq!(schema.texts, ["pattern"]);
    assert_eq!(facets(&schema), []);
}

#[test]
fn a_code_is_neither_title_nor_text_but_searched() {
    let schema = table(
        "Artikelnummer,Bezeichnung,Beschreibung,Hersteller,EAN",
        &[
            "A-1,Teekessel,kocht Wasser auf jedem Herd,Nova,4006381333931",
            "A-2,Regal,trägt vierzig Bücher ohne Mühe,Orbit,4006381333948",
            "A-3,Mantel,für warme Tage am Meer,Nova,4006381333955",
        ],
    );
    assert_eq!(schema.id.as_deref(), Some("Artikelnummer"));
    assert_eq!(schema.title.as_deref(), Some("Bezeichnung"));
    assert_eq!(schema.texts, ["Beschreibung"]);
    assert_eq!(schema.also, ["Artikelnummer", "EAN"]);
    assert_eq!(facets(&schema), [("Hersteller", FacetKind::Text)]);
}

#[test]
fn the_title_is_the_column_that_reads_like_names() {
    for (header, rows, title) in [
        (
            "código,nombre,precio",
            &["X-1,Tetera de cobre,12.5", "X-2,Estante,9.5"][..],
            "nombre",
        ),
        (
            "serial,thing,city",
            &["9001,Copper kettle,Oslo", "9002,Oak shelf,Oslo"],
            "thing",
        ),
        (
            "tconst,titleType,primaryTitle",
            &["tt1,movie,Rye", "tt2,movie,Tea at four"],
            "primaryTitle",
        ),
        (
            "brand_name,product_name",
            &["Nova,Kettle", "Orbit,Shelf"],
            "product_name",
        ),
        (
            "Name,Title",
            &["Ann Lee,Tea at four", "Bob Ray,Rye"],
            "Title",
        ),
        ("year,title", &["1949,1984", "1953,451"], "title"),
        (
            "Team,Coach,Wins",
            &["Gulls,Ida Moen,4", "Terns,Per Lie,7"],
            "Team",
        ),
        (
            "state,capital,area",
            &["Ohio,Columbus,116", "Utah,Salt Lake City,219"],
            "state",
        ),
        (
            "CompanyName,ContactName,ContactTitle",
            &["Gull Boats,Ida Moen,Owner", "Tern Sails,Per Lie,Clerk"],
            "CompanyName",
        ),
        ("brand,model", &["Gull,Skiff", "Tern,Dinghy"], "model"),
        (
            "team,player",
            &["Gulls,Ida Moen", "Gulls,Per Lie", "Terns,Eli Vik"],
            "player",
        ),
        (
            "category,definition",
            &["Skiff,flat and open", "Dinghy,small and light"],
            "category",
        ),
    ] {
        assert_eq!(
            table(header, rows).title.as_deref(),
            Some(title),
            "{header}"
        );
    }
}

#[test]
fn the_text_is_the_column_that_says_so_or_the_longest() {
    for (header, row, text) in [
        (
            "title,Short description,Description",
            "Tea,leaves,dry leaves of a bush",
            "Description",
        ),
        ("title,My Review,My Rating", "Tea,a slow cup,4", "My Review"),
        (
            "title,by,stuff",
            "Tea,Ann Lee,dry leaves of a bush in boxes",
            "stuff",
        ),
    ] {
        assert_eq!(
            table(header, &[row, &row.replace("Tea", "Rye")]).texts,
            [text],
            "{header}"
        );
    }
    assert!(
        table("title,author", &["Tea,Ann Lee", "Rye,Bob Ray"])
            .texts
            .is_empty()
    );
}

#[test]
fn links_and_pictures_are_told_by_name_and_value() {
    let schema = table(
        "title,Image Src,photo credit,where",
        &[
            "Tea,https://img.example/1.jpg,Ann Lee,https://tea.example/",
            "Rye,https://img.example/2.jpg,Bob Ray,https://rye.example/",
        ],
    );
    assert_eq!(schema.image.as_deref(), Some("Image Src"));
    assert_eq!(schema.url.as_deref(), Some("where"));
    let none = table("title,link", &["Tea,see the shelf", "Rye,ask Ann"]);
    assert_eq!(none.url, None);
}

#[test]
fn options_leave_the_rest_to_the_proposal() {
    let options = FieldRoles {
        id: Some("nr".into()),
        texts: vec!["title".into()],
        ..FieldRoles::default()
    };
    let records = payloads([
        json!({"nr": 7, "title": "A title", "line": "short", "n": 1}),
        json!({"nr": 8, "title": "Another", "line": "brief", "n": 1}),
    ]);
    let schema = Schema::choose(&records, &options).unwrap();
    assert_eq!(schema.title.as_deref(), Some("line"));
    assert_eq!(schema.encoded, ["line", "title"]);
    assert_eq!(facets(&schema), [("n", FacetKind::Number)]);
}

#[test]
fn the_only_strings_are_the_text_even_if_they_look_like_numbers() {
    let schema = propose([json!({"code": "12", "n": 1})]);
    assert_eq!(schema.texts, ["code"]);
    assert_eq!(facets(&schema), [("n", FacetKind::Number)]);
}

#[test]
fn lists_of_words_are_facets() {
    let tag = |i: usize| ["x", "y"][i % 2];
    let record = |i| json!({"title": format!("T{i}"), "tags": [tag(i), "z"], "deep": [[i]]});
    let schema = propose((0..30).map(record));
    assert_eq!(facets(&schema), [("tags", FacetKind::Text)]);
}

#[test]
fn fields_within_objects_are_proposed_by_their_paths() {
    let record = |i: usize| {
        let land = ["Norway", "Iceland"][i % 2];
        json!({
            "doc": {"title": format!("Tale {i}"), "story": "Of a mill that ground rye at night"},
            "by": [{"land": land}],
        })
    };
    let schema = propose((0..30).map(record));
    assert_eq!(schema.title.as_deref(), Some("doc.title"));
    assert_eq!(schema.texts, ["doc.story"]);
    assert_eq!(facets(&schema), [("by.land", FacetKind::Text)]);
}

#[test]
fn what_is_an_object_in_some_records_is_no_facet() {
    let schema = propose([
        json!({"title": "Ferry", "text": "It crosses the fjord", "crew": 4, "deck": 1}),
        json!({"title": "Punt", "text": {"en": "It needs a pole"}, "crew": {"mate": "Ida"},
               "deck": [2, {"kind": "sun"}]}),
    ]);
    assert_eq!(schema.texts, ["text"]);
    assert_eq!(facets(&schema), []);
}
