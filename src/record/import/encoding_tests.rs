//! Every text format in every common encoding, and bytes that are in none of them.

use serde_json::Value;

use super::tests::{gzip, read, records, skipped};

/// A text as a UTF-16 file, with or without a byte-order mark.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(bytes)
        .collect()
}

#[test]
fn every_text_format_is_read_in_every_common_encoding() {
    let long = "Grüße aus Köln und schöne Bäume. ".repeat(9);
    let csv = format!("title,about\nMüller & Söhne,{long}\nCafé Brûlé,crème brûlée\n");
    let jsonl = format!("{{\"title\":\"Müller & Söhne\",\"about\":\"{long}\"}}\n");
    for (name, text) in [
        ("a.csv", csv),
        ("a.jsonl", jsonl.clone()),
        ("a.json", format!("[{jsonl}]")),
    ] {
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(&text);
        for (bytes, told) in [
            (text.clone().into_bytes(), None),
            (format!("\u{feff}{text}").into_bytes(), None),
            (utf16(&text, u16::to_le_bytes, true), Some("UTF-16LE")),
            (utf16(&text, u16::to_be_bytes, true), Some("UTF-16BE")),
            (utf16(&text, u16::to_le_bytes, false), Some("UTF-16LE")),
            (windows.into_owned(), Some("windows-1252")),
        ] {
            for bytes in [gzip(&bytes), bytes] {
                let (lines, notes) = read(name, &bytes);
                assert!(skipped(&lines).is_empty(), "{name} {told:?}: {lines:?}");
                let title = &records(&lines)[0].1["title"];
                assert_eq!(title, "Müller & Söhne", "{name} {told:?}");
                let said = notes
                    .iter()
                    .any(|note| told.is_some_and(|told| note.contains(told)));
                assert_eq!(said, told.is_some(), "{name} {told:?}: {notes:?}");
            }
        }
    }
}

#[test]
fn other_alphabets_are_told_by_their_letters() {
    for (encoding, text) in [
        (
            encoding_rs::WINDOWS_1251,
            "название,город\nМельница на реке,Псков\nСтарая кузница,Тверь\n",
        ),
        (
            encoding_rs::SHIFT_JIS,
            "名前,説明\n水車小屋,川のそばの古い小屋です\n牛乳屋,毎朝配達します\n",
        ),
        (
            encoding_rs::GBK,
            "名称,说明\n磨坊,河边的一座老磨坊\n奶店,每天早上送牛奶\n",
        ),
    ] {
        let (bytes, ..) = encoding.encode(text);
        let (lines, notes) = read("a.csv", &bytes);
        let first: Vec<&Value> = records(&lines)[0].1.values().collect();
        let second_line = text.lines().nth(1).unwrap();
        assert_eq!(
            first[0],
            second_line.split(',').next().unwrap(),
            "{}",
            encoding.name()
        );
        assert!(notes[0].contains(encoding.name()), "{notes:?}");
    }
}

#[test]
fn a_stray_byte_costs_its_line_and_leaves_the_encoding() {
    let mut bytes = "id,title\n1,Mühle\n2,Da".to_owned().into_bytes();
    bytes.extend(b"\xffiry\n3,Caf\xc3\xa9\n4,Quay\n");
    let (lines, notes) = read("a.csv", &bytes);
    assert_eq!(records(&lines).len(), 3);
    assert_eq!(records(&lines)[1].1["title"], "Café");
    assert_eq!(skipped(&lines), [(3, "invalid UTF-8 in 'title', byte 3")]);
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn a_few_letters_are_read_where_they_make_words() {
    for (text, title) in [
        (&b"id,title\n1,M\xfchle\n"[..], Some("Mühle")),
        (b"id,title\n1,the \x93mill\x94\n", Some("the “mill”")),
        (b"id,title\n1,mill\xff\n", None),
        (b"id,title\n1,\x81 mill \xfa\n", None),
    ] {
        let (lines, _) = read("a.csv", text);
        let read = records(&lines)
            .first()
            .map(|(_, fields)| fields["title"].clone());
        assert_eq!(read, title.map(Value::from));
    }
}

#[test]
fn an_encoding_is_told_wherever_its_first_letter_stands() {
    let plain = "1,mill\n".repeat(400_000);
    let text = format!("id,title\n{plain}2,Café à Müllers Bäckerei Öl und Käse für Jörg\n");
    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(&text);
    for (bytes, notes) in [(&windows[..], 1), (text.as_bytes(), 0)] {
        let (lines, said) = read("a.csv", bytes);
        let last = records(&lines).last().unwrap().1["title"].clone();
        assert!(
            last.as_str().unwrap().starts_with("Café à Müllers"),
            "{last}"
        );
        assert_eq!(said.len(), notes, "{said:?}");
    }
}

#[test]
fn japanese_in_seven_bits_is_told_by_its_switches() {
    // From "id,title" and a line per title: 東京 and 京都 in JIS X 0208.
    let file = b"id,title\n1,\x1b$BEl5~\x1b(B tower\n2,\x1b$B5~ET\x1b(B\n3,plain\n";
    let (lines, notes) = read("a.csv", file);
    let found = records(&lines).into_iter();
    let titles: Vec<&Value> = found.map(|(_, of)| &of["title"]).collect();
    assert_eq!(titles, ["東京 tower", "京都", "plain"]);
    assert!(notes[0].contains("ISO-2022-JP"), "{notes:?}");
    let (text, note) = super::encoding::decoded(file).unwrap();
    assert!(text.contains("東京 tower") && note.is_some());
    // Codes of a terminal are no such switches.
    let (lines, notes) = read("a.csv", b"id,title\n1,\x1b[1mMill\x1b[0m\n");
    assert_eq!(records(&lines).len(), 1);
    assert!(notes.is_empty(), "{notes:?}");
}
