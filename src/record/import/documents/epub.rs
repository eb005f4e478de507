//! EPUB: the chapters of a book in reading order.

use std::collections::HashMap;
use std::io::Cursor;

use quick_xml::events::Event;

use super::archive::Archive;
use super::{Contents, MAX_DOCUMENT_BYTES, Part, document, markup};

/// The most chapters read from a book.
const MAX_CHAPTERS: usize = 10_000;

/// Reads a book from its bytes.
pub fn read(bytes: Vec<u8>) -> Result<Contents, String> {
    let mut archive = Archive::open(Cursor::new(bytes))?;
    let mut file = |name: &str| -> Result<Option<String>, String> {
        let bytes = archive.by_name(name, MAX_DOCUMENT_BYTES)?;
        bytes.map(|bytes| markup::decoded(&bytes)).transpose()
    };
    if file("META-INF/encryption.xml")?.is_some_and(|xml| xml.contains("aes")) {
        return Err("the book is encrypted (DRM) and cannot be read".into());
    }
    let container = file("META-INF/container.xml")?;
    let path = container.as_deref().and_then(package_path);
    let path = path.ok_or("it names no package, so no chapters; is it an EPUB?")?;
    let package = file(&path)?.ok_or_else(|| format!("it has no {path}, so no chapters"))?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut contents = Contents {
        title: markup::element(&package, "title"),
        ..Contents::default()
    };
    let mut missing = 0;
    for (at, link) in chapters(&package)
        .into_iter()
        .enumerate()
        .take(MAX_CHAPTERS)
    {
        let Some(page) = file(&resolved(folder, &link))? else {
            missing += 1;
            continue;
        };
        let text = markup::text_of_page(&page);
        // Covers and title pages are often just pictures.
        if text.trim().is_empty() {
            continue;
        }
        contents.parts.push(Part {
            number: Some(at + 1),
            heading: document::title(&text, true),
            text: text.trim().to_owned(),
        });
    }
    if missing > 0 {
        let note = format!("{missing} chapters of the book are missing in its file.");
        contents.notes.push(note);
    }
    if contents.parts.is_empty() {
        return Err("it holds no text; pictures of text are not read".into());
    }
    Ok(contents)
}

fn package_path(container: &str) -> Option<String> {
    let mut path = None;
    markup::each_event(container, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && tag.local_name().as_ref() == "rootfile"
            && path.is_none()
        {
            path = markup::attribute(tag, "full-path");
        }
    });
    path
}

/// Links to the chapters in reading order.
fn chapters(package: &str) -> Vec<String> {
    let mut links = HashMap::new();
    let mut order = Vec::new();
    markup::each_event(package, |event| {
        let (Event::Start(tag) | Event::Empty(tag)) = event else {
            return;
        };
        match tag.local_name().as_ref() {
            "item" => {
                let attribute = |name| markup::attribute(tag, name);
                if let (Some(id), Some(link)) = (attribute("id"), attribute("href")) {
                    links.insert(id, link);
                }
            }
            "itemref" => order.extend(markup::attribute(tag, "idref")),
            _ => {}
        }
    });
    order
        .iter()
        .filter_map(|id| links.get(id).cloned())
        .collect()
}

/// A link's path in the archive.
fn resolved(folder: &str, link: &str) -> String {
    let link = link.split('#').next().unwrap_or_default();
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let link = unescaped(link);
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Decodes `%20` and similar escapes in a link.
fn unescaped(link: &str) -> String {
    let mut bytes = Vec::with_capacity(link.len());
    let mut rest = link.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|_| first == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn links_are_resolved_within_the_archive() {
        assert_eq!(
            resolved("OEBPS", "text/a%20b.xhtml#c"),
            "OEBPS/text/a b.xhtml"
        );
        assert_eq!(resolved("OEBPS/x", "../c.xhtml"), "OEBPS/c.xhtml");
        assert_eq!(resolved("", "./%e4%ZZ/../../c"), "c");
    }
}
