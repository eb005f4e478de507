//! DOCX: the paragraphs of its body and then its notes. Headings are marked as in Markdown so that
//! long texts are split at them.

use std::collections::HashMap;
use std::io::Cursor;

use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;
use super::{Contents, MAX_DOCUMENT_BYTES, Part, document, markup};

/// Reads a document from its bytes.
pub fn read(bytes: Vec<u8>) -> Result<Contents, String> {
    let mut archive = Archive::open(Cursor::new(bytes))?;
    let mut xml = |name: &str| -> Result<Option<String>, String> {
        let bytes = archive.by_name(name, MAX_DOCUMENT_BYTES)?;
        bytes.map(|bytes| markup::decoded(&bytes)).transpose()
    };
    let body = xml("word/document.xml")?.ok_or("it has no word/document.xml, so no text")?;
    let styles = xml("word/styles.xml")?.map_or_else(HashMap::new, |xml| headings(&xml));
    let mut text = paragraphs(&body, &styles);
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(notes) = xml(notes)? {
            text.push_str(&paragraphs(&notes, &styles));
        }
    }
    if text.trim().is_empty() {
        return Err("it holds no text; pictures of text are not read".into());
    }
    let said = xml("docProps/core.xml")?.and_then(|xml| markup::element(&xml, "title"));
    Ok(Contents {
        title: said.or_else(|| document::title(&text, true)),
        parts: vec![Part {
            text: text.trim().to_owned(),
            ..Part::default()
        }],
        ..Contents::default()
    })
}

/// The heading styles and their levels. Style ids are in the author's language, style names in
/// English.
fn headings(styles: &str) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    let mut id = None;
    markup::each_event(styles, |event| {
        let (Event::Start(tag) | Event::Empty(tag)) = event else {
            return;
        };
        match tag.local_name().as_ref() {
            "style" => id = markup::attribute(tag, "styleId"),
            "name" => {
                let level = value(tag).and_then(|name| level(&name));
                if let (Some(id), Some(level)) = (id.take(), level) {
                    found.insert(id, level);
                }
            }
            _ => {}
        }
    });
    found
}

fn level(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    let level = name.strip_prefix("heading")?.trim().parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

fn value(tag: &BytesStart<'_>) -> Option<String> {
    markup::attribute(tag, "val")
}

/// The paragraph read so far.
#[derive(Default)]
struct Paragraph {
    text: String,
    level: Option<usize>,
    is_item: bool,
}

impl Paragraph {
    fn write(&self, out: &mut String) {
        let text = self.text.trim();
        if text.is_empty() {
            return;
        }
        match self.level {
            Some(level) => {
                out.push_str(&"#".repeat(level));
                out.push(' ');
                // A heading must be one line.
                out.push_str(&text.replace('\n', " "));
            }
            None => {
                out.push_str(if self.is_item { "- " } else { "" });
                out.push_str(text);
            }
        }
        out.push_str("\n\n");
    }
}

fn paragraphs(xml: &str, styles: &HashMap<String, usize>) -> String {
    let mut out = String::new();
    let mut paragraph = Paragraph::default();
    let mut in_text = false;
    // Text boxes are stored twice: in the current form, and in an older one for older readers.
    let mut in_fallback = 0_usize;
    markup::each_event(xml, |event| match event {
        Event::Start(tag) | Event::Empty(tag) => {
            let starts = matches!(event, Event::Start(_));
            match tag.local_name().as_ref() {
                "Fallback" if starts => in_fallback += 1,
                "p" => {
                    paragraph.write(&mut out);
                    paragraph = Paragraph::default();
                }
                "pStyle" => {
                    paragraph.level = value(tag).and_then(|id| styles.get(&id).copied());
                }
                "numPr" => paragraph.is_item = true,
                "t" => in_text = starts && in_fallback == 0,
                "tab" if in_fallback == 0 => paragraph.text.push('\t'),
                "br" | "cr" if in_fallback == 0 => paragraph.text.push('\n'),
                "noBreakHyphen" if in_fallback == 0 => paragraph.text.push('\u{2011}'),
                _ => {}
            }
        }
        Event::End(tag) => match tag.local_name().as_ref() {
            "Fallback" => in_fallback = in_fallback.saturating_sub(1),
            "t" => in_text = false,
            "p" => {
                paragraph.write(&mut out);
                paragraph = Paragraph::default();
            }
            _ => {}
        },
        event if in_text => markup::push_text(event, &mut paragraph.text),
        _ => {}
    });
    paragraph.write(&mut out);
    out
}
