//! Tests of complete imports: every format from every kind of source, intact, truncated and
//! hostile.

use std::io::{self, Read, Write};

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Format, Import, Kind, Line};
use crate::record::Payload;

/// The lines of a file that can be opened and read to its end.
pub fn lines(name: &str, bytes: &[u8]) -> Vec<Line> {
    let import = Import::read(name, io::Cursor::new(bytes.to_vec())).unwrap();
    import.map(Result::unwrap).collect()
}

/// The same, with notes.
pub fn read(name: &str, bytes: &[u8]) -> (Vec<Line>, Vec<String>) {
    let mut import = Import::read(name, io::Cursor::new(bytes.to_vec())).unwrap();
    let lines = import.by_ref().map(Result::unwrap).collect();
    (lines, import.notes())
}

/// The records among the lines, with their line numbers.
pub fn records(lines: &[Line]) -> Vec<(u64, &Payload)> {
    let record = |line| match line {
        &Line::Record { line, ref payload } => Some((line, payload)),
        Line::Skipped { .. } => None,
    };
    lines.iter().filter_map(record).collect()
}

/// The skipped lines, with reasons.
pub fn skipped(lines: &[Line]) -> Vec<(u64, &str)> {
    let skipped = |line| match line {
        &Line::Skipped { line, ref reason } => Some((line, reason.as_str())),
        Line::Record { .. } => None,
    };
    lines.iter().filter_map(skipped).collect()
}

/// Compresses bytes with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A source that returns at most `chunk` bytes at a time and optionally fails at its end.
struct Slow {
    bytes: io::Cursor<Vec<u8>>,
    chunk: usize,
    fails: bool,
}

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.chunk);
        match self.bytes.read(&mut into[..most])? {
            0 if self.fails => Err(io::Error::other("the line went dead")),
            read => Ok(read),
        }
    }
}

fn slow(name: &str, bytes: &[u8], chunk: usize) -> crate::Result<Import> {
    let bytes = io::Cursor::new(bytes.to_vec());
    let fails = false;
    Import::read(
        name,
        Slow {
            bytes,
            chunk,
            fails,
        },
    )
}

#[test]
fn the_format_is_told_by_name_then_by_content() {
    for (name, text, expected) in [
        ("a.jsonl", "{}", Format::JsonLines),
        ("a.json", " \n[]", Format::JsonArray),
        ("a.JSON.gz", "text", Format::JsonLines),
        ("a.csv", "[a],b", Format::Csv),
        ("A.CSV.GZ", "{a},b", Format::Csv),
        ("a.tsv", "a\tb", Format::Csv),
        ("upload", "a,b", Format::Csv),
        ("upload", "\u{feff} {}", Format::JsonLines),
        ("upload.bin", "[{}]", Format::JsonArray),
        ("upload", "  \n", Format::JsonLines),
    ] {
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
            let import = slow(name, &bytes, 1).unwrap();
            assert_eq!(import.format(), expected, "{name} {text:?}");
        }
    }
    // A file on disk is detected like an upload, so that a preview is accurate. The extension
    // identifies a broken JSON file as JSON.
    let folder = tempfile::tempdir().unwrap();
    for (name, text, expected) in [
        ("a.txt", "a,b\n1,2\n", Format::Csv),
        ("b.txt", "Dear Ann, hello.", Format::Document(Kind::Text)),
        ("a.md", "# Hello", Format::Document(Kind::Markdown)),
        ("a.jsonl", "a,b", Format::JsonLines),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        assert_eq!(Import::open(&path).unwrap().format(), expected);
    }
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_it_is() {
    for bytes in [gzip(b"\x89PNG\r\n\x1a\n"), b"\x89PNG\r\n\x1a\n".to_vec()] {
        let refused = Import::read("a.csv", io::Cursor::new(bytes)).err().unwrap();
        let refused = refused.to_string();
        assert!(refused.starts_with("a.csv: this is a picture"), "{refused}");
    }
}

#[test]
fn empty_and_missing_files_are_refused() {
    for name in ["a.jsonl", "a.csv", "upload"] {
        for bytes in [&b""[..], &gzip(b""), b"\xef\xbb\xbf"] {
            let error = slow(name, bytes, 9).map(|_| ()).unwrap_err().to_string();
            assert_eq!(error, format!("{name}: the file is empty"));
        }
    }
    let missing = std::path::Path::new("/nowhere/at.all");
    let error = Import::open(missing).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.starts_with("/nowhere/at.all: No such file"),
        "{error}"
    );
}

#[test]
fn the_bytes_read_are_those_of_the_packed_file() {
    let packed = gzip(&b"{\"a\":\"b\"}\n".repeat(10_000));
    let mut import = slow("a.jsonl", &packed, 100).unwrap();
    assert!(import.bytes_read() < packed.len() as u64);
    assert_eq!(import.by_ref().count(), 10_000);
    assert_eq!(import.bytes_read(), packed.len() as u64);
}

/// Many records in each format that can be streamed.
fn samples() -> [(&'static str, Vec<u8>); 3] {
    let rows = |row: fn(usize) -> String| (0..20_000).map(row).collect::<String>();
    let object = |i: usize| format!("{{\"a\":{i},\"b\":\"text\"}}\n");
    let array = (0..20_000).map(object).collect::<Vec<_>>().join(",");
    [
        ("a.jsonl", rows(object).into_bytes()),
        ("a.json", format!("[{array}]").into_bytes()),
        (
            "a.csv",
            format!("a,b\n{}", rows(|i| format!("{i},text\n"))).into_bytes(),
        ),
    ]
}

/// Reads up to the first error, which must end the import.
fn error_of(mut import: Import) -> (usize, String) {
    let mut read = 0;
    loop {
        match import.next() {
            Some(Ok(_)) => read += 1,
            Some(Err(error)) => {
                assert!(import.next().is_none() && import.next().is_none());
                return (read, error.to_string());
            }
            None => panic!("no error in {read} lines"),
        }
    }
}

#[test]
fn cut_or_damaged_gzip_data_is_one_error_after_what_could_be_read() {
    for (name, bytes) in samples() {
        let packed = gzip(&bytes);
        for missing in [1, 8, packed.len() / 2] {
            let cut = &packed[..packed.len() - missing];
            let (read, error) = error_of(slow(name, cut, 4096).unwrap());
            assert!(read > 1_000, "{name}: {read}");
            let expected = format!("{name}: the gzip data ends too early: the file is cut");
            assert_eq!(error, expected);
        }
        let mut damaged = packed;
        let end = damaged.len() - 6;
        damaged[end] ^= 1;
        let (_, error) = error_of(slow(name, &damaged, 4096).unwrap());
        assert!(error.contains("the gzip data is damaged"), "{error}");
    }
}

#[test]
fn a_source_that_fails_on_the_way_is_one_error() {
    for (name, bytes) in samples() {
        let source = Slow {
            bytes: io::Cursor::new(bytes),
            chunk: 4096,
            fails: true,
        };
        let (read, error) = error_of(Import::read(name, source).unwrap());
        assert!(read > 1_000, "{name}: {read}");
        assert_eq!(error, format!("{name}: the line went dead"));
    }
}

/// Any JSON value, and objects with such values.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\[\\]{},:\"\\\\\n ]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object_of(inner).prop_map(Value::from),
        ]
    })
}

fn object_of(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let key = prop_oneof![any::<String>(), "[a-c\"\\\\,\\]]{0,2}"];
    proptest::collection::vec((key, value), 0..4).prop_map(|fields| fields.into_iter().collect())
}

/// Writes a value with white space wherever JSON allows it.
fn write(value: &Value, blank: &mut dyn FnMut() -> &'static str, out: &mut String) {
    out.push_str(blank());
    match value {
        Value::Array(members) => {
            out.push('[');
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(member, blank, out);
            }
            out.push_str(blank());
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(&Value::from(name.as_str()), blank, out);
                out.push_str(blank());
                out.push(':');
                write(field, blank, out);
            }
            out.push_str(blank());
            out.push('}');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
    out.push_str(blank());
}

fn blanks() -> impl Strategy<Value = Vec<&'static str>> {
    let blank = proptest::sample::select(vec!["", "", " ", "\n", "\r\n", "\t", "\n    "]);
    proptest::collection::vec(blank, 1..12)
}

fn payloads(import: Import) -> Vec<Payload> {
    let record = |line| match line {
        Ok(Line::Record { payload, .. }) => payload,
        other => panic!("{other:?}"),
    };
    import.map(record).collect()
}

/// Bytes that look like one of the formats, and arbitrary bytes.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let alike = "[\\[\\]{}a1,;:\"\\\\\n\r\t ]{0,60}";
    prop_oneof![
        alike.prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..60),
        alike.prop_map(|text| [b"[", text.as_bytes()].concat()),
    ]
}

proptest! {
    #[test]
    fn an_array_gives_back_its_objects_however_it_is_written(
        objects in proptest::collection::vec(object_of(value()), 0..6),
        blanks in blanks(),
        chunk in 1usize..40,
        packed: bool,
    ) {
        let array = Value::from(objects.iter().cloned().map(Value::from).collect::<Vec<_>>());
        let mut turn = blanks.iter().cycle();
        let mut text = String::new();
        write(&array, &mut || turn.next().unwrap(), &mut text);
        let bytes = if packed { gzip(text.as_bytes()) } else { text.into_bytes() };
        let import = slow("upload", &bytes, chunk).unwrap();
        prop_assert_eq!(import.format(), Format::JsonArray);
        prop_assert_eq!(payloads(import), objects);
    }

    #[test]
    fn lines_and_array_of_the_same_records_agree(
        objects in proptest::collection::vec(object_of(value()), 1..6),
        chunk in 1usize..40,
    ) {
        let texts: Vec<String> = objects.into_iter().map(|o| Value::from(o).to_string()).collect();
        let lines = slow("a.jsonl", texts.join("\n").as_bytes(), chunk).unwrap();
        let array = slow("a.json", format!("[{}]", texts.join(",\n")).as_bytes(), chunk).unwrap();
        let both = lines.zip(array).map(|pair| match pair {
            (
                Ok(Line::Record { line: a, payload: of_lines }),
                Ok(Line::Record { line: b, payload: of_array }),
            ) => a == b && of_lines == of_array,
            _ => false,
        });
        let both: Vec<bool> = both.collect();
        prop_assert_eq!(both, vec![true; texts.len()]);
    }

    #[test]
    fn no_bytes_make_it_panic_or_read_for_ever(bytes in hostile(), chunk in 1usize..9) {
        let packed = gzip(&bytes);
        let cut = &packed[..packed.len() - chunk];
        for name in ["a.json", "a.csv", "upload"] {
            for bytes in [&bytes, &packed, cut] {
                if let Ok(import) = slow(name, bytes, chunk) {
                    prop_assert!(import.take(200).count() < 200);
                }
            }
        }
    }
}

#[test]
fn json_texts_may_be_preceded_by_separators() {
    // As in RFC 7464.
    let file = b"\x1e{\"title\": \"Mill\"}\n\x1e{\"title\": \"Dairy\"}\n";
    let read = lines("a.jsonl", file);
    assert_eq!(records(&read).len(), 2, "{:?}", skipped(&read));
}
