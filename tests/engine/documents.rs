//! Documents from a folder, from an archive and on their own: what each format is turned into,
//! that a query finds the right page, and that a malicious file affects no other file.

use std::io::Cursor;
use std::path::Path;

use crate::common::documents::{docx, epub, mill, pdf, pdf_of, zip};
use crate::common::query_encoder;
use crate::common::sample::{ask, build};
use parallax::record::{Import, Line, Payload};
use parallax::{Catalogue, Mode};

fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// The records of an import, the reasons why others were skipped, and the notes.
fn read(mut import: Import) -> (Vec<Payload>, Vec<String>, Vec<String>) {
    let (mut records, mut skipped) = (Vec::new(), Vec::new());
    for line in import.by_ref() {
        match line.unwrap() {
            Line::Record { payload, .. } => records.push(payload),
            Line::Skipped { reason, .. } => skipped.push(reason),
        }
    }
    (records, skipped, import.notes())
}

fn one(name: &str, bytes: Vec<u8>) -> Result<Vec<Payload>, String> {
    let import = Import::read(name, Cursor::new(bytes));
    let import = import.map_err(|error| error.to_string())?;
    Ok(read(import).0)
}

fn of<'a>(records: &'a [Payload], field: &str) -> Vec<&'a str> {
    records
        .iter()
        .map(|record| record[field].as_str().unwrap())
        .collect()
}

#[test]
fn each_kind_of_document_becomes_records() {
    let (files, _) = mill();
    let folder = folder(&files);
    let (records, skipped, _) = read(Import::open(folder.path()).unwrap());
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(
        of(&records, "path"),
        [
            "books/tales.epub#1",
            "books/tales.epub#2",
            "letter.txt",
            "manuals/stone.docx",
            "notes/visitors.md",
            "report.pdf#1",
            "report.pdf#2",
            "report.pdf#3",
        ]
    );
    let titles = of(&records, "title");
    assert_eq!(titles[0], "Tales of the Valley: The Miller's Daughter");
    assert_eq!(titles[3], "The millstone");
    assert_eq!(titles[6], "Annual report, p. 2");
    let texts = of(&records, "text");
    assert_eq!(
        texts[3],
        "# The millstone\n\nDress the stone each month with a chisel.\n\n## Safety\n\nNever reach \
         below the hopper while it turns."
    );
    assert_eq!(
        texts[6],
        "In March the water wheel was repaired; a new axle of oak replaced the old one."
    );
    assert_eq!(records[6]["page"], 2);
    assert_eq!(records[6]["folder"], "");
    assert_eq!(
        of(&records, "format")[..4],
        ["epub", "epub", "text", "docx"]
    );
}

#[test]
fn a_query_finds_the_right_page() {
    let (files, asked) = mill();
    let folder = folder(&files);
    let data = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(data.path(), query_encoder()).unwrap();
    let report = build(&catalogue, "mill", folder.path(), false).unwrap();
    assert_eq!((report.records, report.skipped), (8, 0));
    let collection = catalogue.collection("mill").unwrap();
    for (query, path) in asked {
        for mode in Mode::ALL {
            let answer = collection.search(&ask(query, mode)).unwrap();
            assert_eq!(answer.hits[0].record.id, path, "{query} {mode:?}");
        }
    }
}

#[test]
fn an_archive_of_documents_is_read_like_the_folder() {
    let (files, _) = mill();
    let packed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, file)| (*name, &file[..]))
        .collect();
    let hidden: [(&str, &[u8]); 2] = [("__MACOSX/letter.txt", b"no"), (".x/a.txt", b"no")];
    let archive = zip(&[&packed[..], &hidden].concat());
    let folder = folder(&files);
    let (expected, ..) = read(Import::open(folder.path()).unwrap());
    assert_eq!(one("mill.zip", archive).unwrap(), expected);
}

#[test]
fn a_document_by_itself_is_read_whatever_its_name() {
    let (files, _) = mill();
    for (name, bytes) in files {
        let file = name.rsplit('/').next().unwrap();
        let records = one(file, bytes.clone()).unwrap();
        assert!(records[0]["path"].as_str().unwrap().starts_with(file));
        if !name.ends_with(".txt") && !name.ends_with(".md") {
            assert_eq!(one("upload", bytes).unwrap().len(), records.len(), "{name}");
        }
    }
}

#[test]
fn letters_keep_what_they_mean_and_words_their_blanks() {
    let kerned = "BT /F1 10 Tf 72 700 Td [(Pa) 60 (ve) -20 (l) -400 (Nov\u{e1}k)] TJ ET";
    let columns = "BT /F1 10 Tf 72 700 Td (left infor-) Tj 0 -12 Td (mation) Tj ET \
                   BT /F1 10 Tf 300 700 Td (right) Tj ET";
    let outlined = "BT /F1 10 Tf 2 Tr 72 700 Td (Bold) Tj ET";
    let pages = [kerned, columns, outlined].map(str::to_owned);
    let records = one("a.pdf", pdf_of(None, &pages)).unwrap();
    let texts = of(&records, "text");
    assert_eq!(
        texts,
        ["Pavel Nov\u{e1}k", "left information\n\nright", "Bold"]
    );
    assert_eq!(records[0]["title"], "Pavel Nov\u{e1}k, p. 1");
}

#[test]
fn pages_without_text_are_told() {
    let drawn = "0 0 m 100 100 l S".to_owned();
    let scanned = pdf_of(Some("Scan"), &[drawn.clone(), drawn.clone()]);
    let error = one("scan.pdf", scanned).unwrap_err();
    assert!(
        error.contains("2 pages") && error.contains("scanned"),
        "{error}"
    );
    let page = "BT /F1 10 Tf 72 700 Td (Words) Tj ET".to_owned();
    let mixed = pdf_of(None, &[drawn, page]);
    let (records, _, notes) = read(Import::read("a.pdf", Cursor::new(mixed)).unwrap());
    assert_eq!(records[0]["page"], 2);
    assert!(notes[0].contains("1 of its 2 pages"), "{notes:?}");
}

#[test]
fn files_of_other_kinds_say_what_they_are() {
    let workbook = zip(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"")]);
    let slides = zip(&[("[Content_Types].xml", b""), ("ppt/x.xml", b"")]);
    let writer = zip(&[("mimetype", b"application/vnd.oasis.opendocument.text")]);
    for (file, needle) in [
        (workbook, "save the sheet as CSV"),
        (slides, "save them as PDF"),
        (writer, "OpenDocument"),
        (zip(&[("a.png", b"x")]), "holds no document"),
        (zip(&[("a.txt", b"x")])[..40].to_vec(), "damaged or cut"),
        (b"%PDF-1.4 nothing".to_vec(), "damaged"),
        (epub("x", &[]), "no text"),
        (docx(&[]), "no text"),
        (zip(&[("META-INF/container.xml", b"<a/>")]), "no package"),
    ] {
        let error = one("a.bin", file).unwrap_err();
        assert!(error.contains(needle), "{error}");
    }
}

#[test]
fn hostile_files_cost_themselves_and_no_other() {
    // 80 MiB of blanks compress to almost nothing.
    let bomb = zip(&[
        ("[Content_Types].xml", b""),
        ("word/document.xml", &vec![b' '; 80 << 20]),
    ]);
    let deep = format!("{}{}", "<w:p>".repeat(200_000), "<w:t>deep");
    let nested = zip(&[
        ("[Content_Types].xml", b""),
        ("word/document.xml", deep.as_bytes()),
    ]);
    let arrays = pdf_of(None, &[format!("{} TJ", "[".repeat(500_000))]);
    let mut endless = pdf(None, &[&["x"]]);
    // A page tree node that is its own parent and child.
    let text = String::from_utf8_lossy(&endless).replace("/Kids [5 0 R]", "/Kids [2 0 R]");
    endless = text.into_bytes();
    let mut files = vec![
        ("bomb.docx", bomb),
        ("deep.docx", nested),
        ("arrays.pdf", arrays),
        ("endless.pdf", endless),
        ("empty.pdf", Vec::new()),
        ("good.txt", b"The mill grinds rye.".to_vec()),
    ];
    let whole = mill().0[0].1.clone();
    for (name, end) in [("cut1.pdf", 3), ("cut2.pdf", 2), ("cut3.pdf", 5)] {
        files.push((name, whole[..whole.len() / end].to_vec()));
    }
    let folder = folder(&files);
    let (records, skipped, _) = read(Import::open(folder.path()).unwrap());
    assert!(of(&records, "path").contains(&"good.txt"));
    for name in ["bomb.docx", "empty.pdf", "arrays.pdf"] {
        assert!(
            skipped.iter().any(|reason| reason.starts_with(name)),
            "{name}: {skipped:?}"
        );
    }
    assert!(Path::new(folder.path()).exists());
}
