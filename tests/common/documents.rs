//! Documents made for tests: small files as real programs write them.

#![allow(dead_code)]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A PDF with one page for each list of lines.
pub fn pdf(title: Option<&str>, pages: &[&[&str]]) -> Vec<u8> {
    let contents = pages.iter().map(|lines| {
        let mut content = "BT /F1 12 Tf 14 TL 72 720 Td\n".to_owned();
        for line in *lines {
            let line = line
                .replace('\\', "\\\\")
                .replace('(', "\\(")
                .replace(')', "\\)");
            let _ = writeln!(content, "({line}) Tj T*");
        }
        content + "ET"
    });
    pdf_of(title, &contents.collect::<Vec<_>>())
}

/// A PDF with pages of the given content streams; characters up to U+00FF, in Helvetica.
pub fn pdf_of(title: Option<&str>, contents: &[String]) -> Vec<u8> {
    let kids: Vec<String> = (0..contents.len())
        .map(|at| format!("{} 0 R", 5 + 2 * at))
        .collect();
    let info = title.map_or("<<>>".into(), |title| format!("<< /Title ({title}) >>"));
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            kids.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
        info,
    ];
    for (at, content) in contents.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            6 + 2 * at
        ));
        let length = content.chars().count();
        objects.push(format!(
            "<< /Length {length} >>\nstream\n{content}\nendstream"
        ));
    }
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        let text = format!("{} 0 obj\n{object}\nendobj\n", at + 1);
        out.extend(text.chars().map(|c| c as u8));
    }
    let start = out.len();
    let mut end = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        let _ = writeln!(end, "{place:010} 00000 n ");
    }
    let _ = write!(
        end,
        "trailer\n<< /Size {} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n",
        places.len() + 1
    );
    out.extend(end.bytes());
    out
}

/// A ZIP archive of files, given by path.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A DOCX of paragraphs, each with the id of its style.
pub fn docx(paragraphs: &[(&str, &str)]) -> Vec<u8> {
    let body: String = paragraphs
        .iter()
        .map(|(style, text)| {
            format!(
                "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
            )
        })
        .collect();
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\"><w:body>{body}\
         </w:body></w:document>"
    );
    let styles = "<w:styles xmlns:w=\"w\">\
        <w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>\
        <w:style w:styleId=\"berschrift2\"><w:name w:val=\"heading 2\"/></w:style>\
        <w:style w:styleId=\"Standard\"><w:name w:val=\"Normal\"/></w:style></w:styles>";
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/styles.xml", styles.as_bytes()),
    ])
}

/// An EPUB of chapters, each with a heading and a text.
pub fn epub(title: &str, chapters: &[(&str, &str)]) -> Vec<u8> {
    let (mut items, mut order) = (String::new(), String::new());
    let mut pages = Vec::new();
    for (at, (heading, text)) in chapters.iter().enumerate() {
        let _ = write!(items, "<item id=\"c{at}\" href=\"text/c%20{at}.xhtml\"/>");
        let _ = write!(order, "<itemref idref=\"c{at}\"/>");
        let page = format!(
            "<?xml version=\"1.0\"?><!DOCTYPE html><html><head><title>no</title></head>\
             <body><h1>{heading}</h1><p>{text}</p></body></html>"
        );
        pages.push((format!("OEBPS/text/c {at}.xhtml"), page));
    }
    let package = format!(
        "<package xmlns:dc=\"dc\"><metadata><dc:title>{title}</dc:title></metadata>\
         <manifest>{items}</manifest><spine>{order}</spine></package>"
    );
    let container = "<container><rootfiles><rootfile full-path=\"OEBPS/content.opf\"/></rootfiles>\
                     </container>";
    let mut files: Vec<(&str, &[u8])> = vec![
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", container.as_bytes()),
        ("OEBPS/content.opf", package.as_bytes()),
    ];
    files.extend(
        pages
            .iter()
            .map(|(name, page)| (name.as_str(), page.as_bytes())),
    );
    zip(&files)
}

/// Files by name, with their contents.
pub type Files = Vec<(&'static str, Vec<u8>)>;

/// A folder with one document of each format, all about a mill, by path; and queries, each with
/// the path of the record it should find.
pub fn mill() -> (Files, Vec<(&'static str, &'static str)>) {
    let report = pdf(
        Some("Annual report"),
        &[
            &[
                "The mill ground rye and oats for the villages",
                "along the river all year.",
            ],
            &[
                "In March the water wheel was repaired; a new",
                "axle of oak replaced the old one.",
            ],
            &[
                "Income rose by a tenth, and the baker paid his",
                "debt in silver.",
            ],
        ],
    );
    let manual = docx(&[
        ("berschrift1", "The millstone"),
        ("Standard", "Dress the stone each month with a chisel."),
        ("berschrift2", "Safety"),
        ("Standard", "Never reach below the hopper while it turns."),
    ]);
    let book = epub(
        "Tales of the Valley",
        &[
            (
                "The Miller&#39;s Daughter",
                "She could spin straw, but not into gold.",
            ),
            (
                "The Drowned Bell",
                "Beneath the lake a bell still rings at midnight.",
            ),
        ],
    );
    let note = "---\ntitle: Visitors\ntags: [tourism]\n---\n\nSchool classes may watch the \
                sluice open on Fridays.\n";
    let letter = "Dear cousin,\n\nthe geese have eaten the barley again.\n";
    let files = vec![
        ("report.pdf", report),
        ("manuals/stone.docx", manual),
        ("books/tales.epub", book),
        ("notes/visitors.md", note.as_bytes().to_vec()),
        ("letter.txt", letter.as_bytes().to_vec()),
    ];
    let asked = vec![
        ("axle of oak", "report.pdf#2"),
        ("silver debt", "report.pdf#3"),
        ("hopper", "manuals/stone.docx"),
        ("bell midnight", "books/tales.epub#2"),
        ("sluice", "notes/visitors.md"),
        ("geese barley", "letter.txt"),
    ];
    (files, asked)
}
