//! Lenient reading of XML and of the XHTML in books.

use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::encoding;

/// Decodes XML: UTF-8, or UTF-16 with a byte-order mark.
pub fn decoded(bytes: &[u8]) -> Result<String, String> {
    encoding::decoded(bytes).map(|(text, _)| text)
}

/// Passes on every event, up to the end or to the first error.
pub fn each_event<'x>(xml: &'x str, mut take: impl FnMut(&Event<'x>)) {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return,
            Ok(event) => take(&event),
        }
    }
}

/// The value of an attribute, regardless of its namespace prefix.
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.attributes().flatten();
    let mut attribute = attribute.filter(|a| a.key.local_name().as_ref() == name);
    let value = attribute.next()?.normalized_value(XmlVersion::Implicit1_0);
    Some(value.ok()?.into_owned())
}

/// Appends the text of an event, if it has any.
pub fn push_text(event: &Event<'_>, out: &mut String) {
    match event {
        Event::Text(text) => out.push_str(text),
        Event::CData(text) => out.push_str(text),
        Event::GeneralRef(name) => match name.resolve_char_ref() {
            Ok(Some(letter)) => out.push(letter),
            _ => out.push_str(resolve_html5_entity(name).unwrap_or(" ")),
        },
        _ => {}
    }
}

/// The text of the first non-empty element with this name.
pub fn element(xml: &str, name: &str) -> Option<String> {
    let mut texts = elements(xml, name).into_iter();
    texts.find(|text| text.contains(char::is_alphanumeric))
}

fn elements(xml: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut text: Option<String> = None;
    each_event(xml, |event| match event {
        Event::Start(tag) if tag.local_name().as_ref() == name => text = Some(String::new()),
        Event::End(tag) if tag.local_name().as_ref() == name => {
            found.extend(text.take().map(|text| one_line(&text)));
        }
        event => {
            if let Some(text) = &mut text {
                push_text(event, text);
            }
        }
    });
    found
}

/// Collapses white space to single spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of an XHTML page, with headings marked as in Markdown.
pub fn text_of_page(xhtml: &str) -> String {
    let mut page = Page::default();
    each_event(xhtml, |event| match event {
        Event::Start(tag) => page.tag(&tag.local_name().as_ref().to_ascii_lowercase(), 1),
        Event::Empty(tag) => page.tag(&tag.local_name().as_ref().to_ascii_lowercase(), 0),
        Event::End(tag) => page.tag(&tag.local_name().as_ref().to_ascii_lowercase(), -1),
        event if page.hidden == 0 => push_text(event, &mut page.line),
        _ => {}
    });
    page.end_line();
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    line: String,
    /// The heading level of the current line.
    level: usize,
    is_item: bool,
    /// How many open elements have contents that are not displayed.
    hidden: usize,
}

impl Page {
    /// Processes a tag that opens an element (1), closes one (-1) or is self-closing (0).
    fn tag(&mut self, name: &str, opens: i8) {
        match name {
            "head" | "script" | "style" => {
                self.hidden = self.hidden.saturating_add_signed(opens.into());
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_line();
                if opens > 0 {
                    self.level = name[1..].parse().unwrap_or(1);
                }
            }
            "li" => {
                self.end_line();
                self.is_item = opens > 0;
            }
            "br" => self.line.push(' '),
            "td" | "th" => self.line.push('\t'),
            "p" | "div" | "tr" | "table" | "ul" | "ol" | "dl" | "dt" | "dd" | "blockquote"
            | "section" | "article" | "pre" | "figure" | "figcaption" | "hr" | "body" | "aside"
            | "header" | "footer" | "nav" => self.end_line(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let line = one_line(&std::mem::take(&mut self.line));
        let (level, is_item) = (self.level, self.is_item);
        if line.is_empty() {
            return;
        }
        self.level = 0;
        self.is_item = false;
        if level > 0 {
            self.out.push_str(&"#".repeat(level));
            self.out.push(' ');
        } else if is_item {
            self.out.push_str("- ");
        }
        self.out.push_str(&line);
        self.out.push_str("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_text_with_its_headings() {
        let page = "<html><head><title>x</title><style>p{}</style></head><body>\
                    <h2 class='a'>The <em>Mill</em></h2><p>Rye&nbsp;&amp; oats,\n ground&#160;daily\
                    <br/>here.</p><ul><li>one</li><li>two</ul><p>R & D <b>bold</i></p></body>";
        let text = text_of_page(page);
        assert_eq!(
            text,
            "## The Mill\n\nRye & oats, ground daily here.\n\n- one\n\n- two\n\nR & D bold\n\n"
        );
    }

    #[test]
    fn broken_markup_gives_what_could_be_read() {
        assert_eq!(text_of_page("<p>one</p><p>two <"), "one\n\ntwo\n\n");
        assert_eq!(
            element("<a:title> A\n <b>book</b> </a:title>", "title").unwrap(),
            "A book"
        );
        assert_eq!(element("<title> </title>", "title"), None);
    }
}
