//! CSV as real programs write it, and how errors in it are handled.

use std::io::Cursor;

use super::MAX_READ_IN_VAIN;
use crate::record::import::tests::{lines, read, records, skipped};
use crate::record::{Import, Line, MAX_LINE_BYTES};

/// The values of a file's records, row by row.
fn values(lines: &[Line]) -> Vec<Vec<&str>> {
    let rows = records(lines).into_iter();
    rows.map(|(_, row)| row.values().map(|value| value.as_str().unwrap()).collect())
        .collect()
}

#[test]
fn rows_become_payloads_by_header() {
    let lines = lines("a.csv", b"\xef\xbb\xbfname,text\nx,\"a\nb\"\nshort\ny,z\n");
    let Line::Record { line: 2, payload } = &lines[0] else {
        panic!("{lines:?}")
    };
    assert_eq!(payload["text"], "a\nb");
    assert_eq!(skipped(&lines), [(4, "1 field where the header names 2")]);
    assert_eq!(records(&lines)[1].0, 5);
}

#[test]
fn every_dialect_gives_its_fields() {
    for (file, fields) in [
        ("name;text\nx;a,b,c", ["x", "a,b,c"]),
        ("\r\nname\ttext\r\nx\ta;b\r\n", ["x", "a;b"]),
        ("name,\"text\"\nx,a;b", ["x", "a;b"]),
        ("\"n,a,m,e\";text\nx;a", ["x", "a"]),
        ("sep=|\nname|text\nx|a,b", ["x", "a,b"]),
        ("name|text\nx|a,b\ny|c", ["x", "a,b"]),
        ("\"name\", \"text\"\n\"x\", \"a, b\"\n", ["x", "a, b"]),
        ("name, text\nx,  a b \n", ["x", "a b"]),
        ("name,text\rx,a\ry,b\r", ["x", "a"]),
        ("name;price\nx;19,99\ny;1.234,50\n", ["x", "19,99"]),
    ] {
        let lines = lines("a.csv", file.as_bytes());
        assert_eq!(values(&lines)[0], fields, "{file:?}");
    }
}

#[test]
fn the_separator_is_told_where_it_is_no_comma() {
    let (_, notes) = read("a.csv", b"a;b\n1;2\n");
    assert_eq!(notes, ["The fields are separated by semicolons."]);
    assert!(read("a.csv", b"a,b\n1,2\n").1.is_empty());
    let (lines, notes) = read("a.csv", b"title\nMill, old\n");
    assert_eq!(values(&lines), [["Mill, old"]]);
    assert!(notes[0].contains("one column"), "{notes:?}");
}

#[test]
fn quotes_behind_backslashes_are_read_where_the_file_writes_them_so() {
    let file = r#"tree,said
"Oak","called \"king, of trees\" here"
"Elm","stands alone"
"Ash","kept in c:\\ash\\"
"#;
    let lines = lines("a.csv", file.as_bytes());
    assert!(skipped(&lines).is_empty(), "{lines:?}");
    assert_eq!(
        values(&lines),
        [
            ["Oak", "called \"king, of trees\" here"],
            ["Elm", "stands alone"],
            ["Ash", "kept in c:\\ash\\"],
        ]
    );
}

#[test]
fn what_stands_above_the_header_is_left_aside_and_told() {
    for (above, line) in [
        ("# by hand\n", 2),
        ("Trees of May\n\n", 3),
        ("sep=,\n#\n", 3),
    ] {
        let file = format!("{above}tree,height\nOak,30\nElm,20\n");
        let (lines, notes) = read("a.csv", file.as_bytes());
        assert_eq!(values(&lines), [["Oak", "30"], ["Elm", "20"]], "{file:?}");
        assert_eq!(records(&lines)[0].0, line + 1, "{file:?}");
        let said = format!("The header is in line {line};");
        assert!(notes[0].starts_with(&said), "{notes:?}");
    }
    let (lines, notes) = read("a.csv", b"# tree,height\nOak,30\n");
    assert_eq!((records(&lines).len(), notes.len()), (1, 0));
}

#[test]
fn fields_beyond_the_header_are_passed_over_only_where_they_are_empty() {
    let lines = lines("a.csv", b"a,b\n1,2,,\n1,2,3\n1\n");
    assert_eq!(values(&lines), [["1", "2"]]);
    let reasons: Vec<&str> = skipped(&lines).iter().map(|skipped| skipped.1).collect();
    let expected = [
        "3 fields where the header names 2",
        "1 field where the header names 2",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line() {
    let rows: String = (4..60)
        .map(|i| format!("{i},Town {i},by the sea\n"))
        .collect();
    for broken in ["3,\"Half a quote,first half", "3,first half,\"half a quote"] {
        for below in [
            "",
            "60,\"Fine, quoted\",x\n",
            "60,Fine \"quoted\",x\n",
            "60,12\",x\n",
        ] {
            let file = format!("id,title,about\n2,Mill,rye\n{broken}\n{rows}{below}");
            let lines = lines("a.csv", file.as_bytes());
            let expected = 57 + below.lines().count();
            assert_eq!(
                records(&lines).len(),
                expected,
                "{broken} {below}: {:?}",
                skipped(&lines)
            );
            let skipped = skipped(&lines);
            assert_eq!(skipped[0].0, 3);
            assert!(skipped[0].1.contains("never closed"), "{skipped:?}");
        }
    }
    // A closed quote, however, may span lines, even at the end of the file.
    let good = lines(
        "a.csv",
        b"name,text\na,\"b, c\n\nd, e\nf, g\n\"\"h\"\", i\"",
    );
    assert_eq!(values(&good), [["a", "b, c\n\nd, e\nf, g\n\"h\", i"]]);
}

#[test]
fn between_tabs_a_lone_quote_is_a_letter() {
    let rows: String = (3..9)
        .map(|i| format!("{i}\tTown {i}\tby the sea\n"))
        .collect();
    let file = format!("id\ttitle\tabout\n2\t\"Half a quote\tfirst\n{rows}");
    let lines_of = lines("a.tsv", file.as_bytes());
    assert_eq!(records(&lines_of).len(), 7);
    assert_eq!(values(&lines_of)[0][1], "\"Half a quote");
    let quoting = lines("a.tsv", b"id\ttitle\n1\t\"a\tb\"\n2\t\"c \"\"d\"\"\"\n");
    assert_eq!(values(&quoting), [["1", "a\tb"], ["2", "c \"d\""]]);
}

#[test]
fn a_nul_or_a_bad_byte_costs_its_line() {
    let lines = lines(
        "a.csv",
        b"id,title\n1,Mi\0ll\n2,D\xc3\xbcne\n3,Ca\xffmp\n4,Quay\n",
    );
    assert_eq!(values(&lines), [["2", "Düne"], ["4", "Quay"]]);
    let places: Vec<u64> = skipped(&lines).iter().map(|skipped| skipped.0).collect();
    assert_eq!(places, [2, 4]);
    assert!(skipped(&lines)[0].1.contains("NUL"));
}

#[test]
fn columns_without_a_name_of_their_own_get_one() {
    let (lines, notes) = read("a.csv", b"id,name,,name\n1,a,b,c\n");
    let names: Vec<&String> = records(&lines)[0].1.keys().collect();
    assert_eq!(names, ["id", "name", "column_3", "name_2"]);
    assert_eq!(notes.len(), 2, "{notes:?}");
}

#[test]
fn rows_of_nothing_but_separators_are_no_records() {
    let (lines, notes) = read(
        "a.csv",
        b",,\nid,title,about\nA-1,Mill,rye\n,,\nA-2,Dairy,milk\n , ,\n",
    );
    let records = records(&lines);
    assert_eq!(records.len(), 2, "{records:?}");
    assert_eq!((records[1].0, &records[1].1["id"]), (5, &"A-2".into()));
    assert!(skipped(&lines).is_empty() && notes.is_empty(), "{notes:?}");
}

#[test]
fn titles_that_a_spreadsheet_padded_are_no_header() {
    let file = b"Sales report 2024,,\n,,\nid,title,about\n1,Mill,grinds rye\n2,Dairy,milk\n";
    let (lines, notes) = read("a.csv", file);
    let records = records(&lines);
    assert_eq!((records.len(), &records[0].1["title"]), (2, &"Mill".into()));
    assert!(notes[0].contains("line 3"), "{notes:?}");
}

#[test]
fn json_is_read_as_what_it_is_whatever_it_is_called() {
    let (lines, notes) = read("a.csv", b"[{\"id\": 1, \"title\": \"Mill\"}]");
    assert_eq!(records(&lines)[0].1["title"], "Mill");
    assert!(notes[0].contains("JSON"), "{notes:?}");
}

#[test]
fn a_header_that_cannot_be_used_is_named() {
    let many = "x,".repeat(2_000_000) + "\n";
    let long = "x".repeat(MAX_LINE_BYTES + 9);
    for (file, needle) in [
        (&b"id,\"name\n1,2\n"[..], "never closed"),
        (many.as_bytes(), "more than"),
        (long.as_bytes(), "longer than"),
    ] {
        let error = Import::read("a.csv", Cursor::new(file.to_vec()))
            .map(|_| ())
            .unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("the CSV header") && error.contains(needle),
            "{error}"
        );
    }
}

#[test]
fn a_row_of_very_many_fields_is_one_skipped_row() {
    let file = format!("a,b\n{}\n1,2\n", ",x".repeat(1_900_000));
    let lines = lines("a.csv", file.as_bytes());
    assert_eq!((records(&lines).len(), skipped(&lines).len()), (1, 1));
}

#[test]
fn lines_without_end_and_quotes_without_end_are_not_read_into_memory_whole() {
    let mut bytes = b"name,text\na,b\nc,\"open\n".to_vec();
    bytes.resize(3 * MAX_LINE_BYTES, b'x');
    bytes.extend(b"\nd,e\n");
    let lines = lines("a.csv", &bytes);
    assert_eq!(records(&lines).len(), 2, "{:?}", skipped(&lines));
    let reasons = skipped(&lines);
    assert!(reasons[0].1.contains("never closed"), "{reasons:?}");
    assert!(reasons[1].1.contains("longer than"), "{reasons:?}");
}

#[test]
fn quotes_left_open_on_every_line_are_read_in_bounded_time() {
    // Each opens a row that ends far below, after exceeding the limit.
    let line = "x\",\"y\n";
    let count = 2 * MAX_READ_IN_VAIN / MAX_LINE_BYTES * 4_000;
    let file = format!("a,b\n{}", line.repeat(count));
    let read = lines("a.csv", file.as_bytes());
    assert_eq!(read.len(), count);
}
