//! Finds tags in a text and decides whether they are markup.

use std::ops::Range;

/// The maximum length of a tag in bytes; a longer one is plain text.
const MAX_TAG_BYTES: usize = 4_096;

/// Elements that start and end lines.
const LINES: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "caption",
];
/// Elements whose contents are side by side.
const CELLS: &[&str] = &["td", "th"];
/// Inline elements.
const WORDS: &[&str] = &[
    "a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "button", "cite", "code", "data",
    "del", "dfn", "em", "embed", "font", "i", "iframe", "img", "input", "ins", "kbd", "label",
    "mark", "nobr", "picture", "q", "s", "samp", "small", "source", "span", "strike", "strong",
    "sub", "sup", "svg", "time", "tt", "u", "var", "video", "wbr", "o:p", "col", "colgroup",
];
/// Elements whose contents are not displayed.
const UNREAD: &[&str] = &["script", "style", "template", "noscript"];
/// Elements that are usually left open: a single one may be a mention, two are markup.
const LEFT_OPEN: &[&str] = &["p", "li", "dt", "dd", "tr", "td", "th", "option"];

/// The tags of a text. The positions of the last end of a comment and of an undisplayed element are
/// computed once, so an unclosed one does not cause repeated searches to the end of the text.
pub struct Tags<'a> {
    text: &'a str,
    comments_end: usize,
    /// For each of [`UNREAD`], where its last closing tag begins.
    unread_end: [usize; UNREAD.len()],
}

/// A tag, a comment or a declaration.
#[derive(Debug)]
pub struct Tag<'a> {
    /// The element in lower case; empty for a comment or a declaration.
    name: String,
    closing: bool,
    attributes: &'a str,
    end: usize,
}

/// How a tag affects the surrounding text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It ends a line.
    Line,
    /// It ends a cell.
    Cell,
    /// Nothing.
    Word,
}

impl<'a> Tags<'a> {
    /// Scans a text.
    pub fn of(text: &'a str) -> Self {
        let mut tags = Self {
            text,
            comments_end: text.rfind("-->").unwrap_or(0),
            unread_end: [0; UNREAD.len()],
        };
        for (at, _) in text.match_indices("</") {
            let tag = tags.at(at).filter(Tag::is_unread);
            let which = tag.and_then(|tag| UNREAD.iter().position(|name| *name == tag.name));
            if let Some(which) = which {
                tags.unread_end[which] = at;
            }
        }
        tags
    }

    /// The tag that begins at this byte of the text.
    pub fn at(&self, start: usize) -> Option<Tag<'a>> {
        let rest = &self.text[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            if start > self.comments_end {
                return None;
            }
            let end = comment.find("-->")?;
            return Some(Tag {
                name: String::new(),
                closing: false,
                attributes: "",
                end: start + "<!--".len() + end + "-->".len(),
            });
        }
        let inside = rest.strip_prefix('<')?;
        let (closing, inside) = match inside.strip_prefix('/') {
            Some(inside) => (true, inside),
            None => (false, inside.strip_prefix('!').unwrap_or(inside)),
        };
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-');
        let (name, attributes) = inside.split_at(inside.find(|c| !is_name(c))?);
        if !attributes.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>')) {
            return None;
        }
        let length = end_of_attributes(attributes)?;
        Some(Tag {
            name: if rest.starts_with("<!") {
                String::new()
            } else {
                name.to_ascii_lowercase()
            },
            closing,
            attributes: &attributes[..length],
            end: start + (rest.len() - attributes.len()) + length + 1,
        })
    }

    /// Where a tag ends or, if its element's contents are not displayed, where the element ends.
    pub fn end(&self, tag: &Tag<'_>) -> usize {
        let which = UNREAD.iter().position(|name| *name == tag.name);
        let last = which.map_or(0, |which| self.unread_end[which]);
        if tag.closing || last < tag.end {
            return tag.end;
        }
        let mut closing = self.text[tag.end..].match_indices("</");
        let closing =
            closing.find_map(|(at, _)| self.at(tag.end + at).filter(|c| c.name == tag.name));
        closing.map_or(tag.end, |closing| closing.end)
    }

    /// Whether the text is or contains HTML. The evidence is an element that is opened and closed,
    /// or an element without a closing tag that is unlikely to be a mention. A script alone is no
    /// evidence: the text may be about it.
    pub fn are_markup(&self, code: &[Range<usize>]) -> bool {
        let mut opened: Vec<String> = Vec::new();
        let (mut left_open, mut at) = (0, 0);
        while let Some(found) = self.text[at..].find('<').map(|found| at + found) {
            if let Some(inside) = covering(code, found) {
                at = inside.end;
                continue;
            }
            let Some(tag) = self.at(found) else {
                at = found + 1;
                continue;
            };
            at = tag.end;
            if !tag.is_known() || tag.is_unread() || tag.name.is_empty() || !tag.is_well_formed() {
                continue;
            }
            if tag.closing {
                if opened.contains(&tag.name) {
                    return true;
                }
                continue;
            }
            left_open += usize::from(LEFT_OPEN.contains(&tag.name.as_str()));
            if tag.stands_alone() || left_open > 1 {
                return true;
            }
            // The set of known names is small, so a linear search is fine.
            if !opened.contains(&tag.name) {
                opened.push(tag.name);
            }
        }
        false
    }
}

impl Tag<'_> {
    /// Whether it is an HTML element.
    pub fn is_known(&self) -> bool {
        let name = self.name.as_str();
        name.is_empty() || self.place() != Place::Word || WORDS.contains(&name) || self.is_unread()
    }

    /// How it affects the surrounding text.
    pub fn place(&self) -> Place {
        let name = self.name.as_str();
        if LINES.contains(&name) {
            Place::Line
        } else if CELLS.contains(&name) {
            Place::Cell
        } else {
            Place::Word
        }
    }

    fn is_unread(&self) -> bool {
        UNREAD.contains(&self.name.as_str())
    }

    /// Whether it has no closing tag and is evidence of markup by itself.
    fn stands_alone(&self) -> bool {
        match self.name.as_str() {
            "br" | "hr" => true,
            "img" => self.attributes.contains("src"),
            _ => false,
        }
    }

    /// Whether the name is followed by valid attributes or nothing.
    fn is_well_formed(&self) -> bool {
        let attributes = self
            .attributes
            .trim_matches(|c: char| c.is_whitespace() || c == '/');
        attributes.is_empty() || attributes.contains('=')
    }
}

/// The length of a tag's attributes, up to its `>`. A `>` in quotes does not count.
fn end_of_attributes(text: &str) -> Option<usize> {
    let mut quoted = None;
    for (at, &byte) in text.as_bytes().iter().enumerate().take(MAX_TAG_BYTES) {
        match (quoted, byte) {
            (None, b'>') => return Some(at),
            (None, b'<') => return None,
            (None, b'"' | b'\'') if at > 0 && text.as_bytes()[at - 1] == b'=' => {
                quoted = Some(byte);
            }
            (Some(quote), byte) if byte == quote => quoted = None,
            _ => {}
        }
    }
    None
}

/// Markdown code: fenced blocks, and text between backticks on one line. Tags in code are literal
/// text.
pub fn code(text: &str) -> Vec<Range<usize>> {
    if !text.contains('`') {
        return Vec::new();
    }
    let mut code = Vec::new();
    let mut fence = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let is_fence = line.trim_start().starts_with("```");
        match fence {
            Some(from) if is_fence => {
                code.push(from..end);
                fence = None;
            }
            None if is_fence => fence = Some(start),
            None => {
                let ticks: Vec<usize> = line.match_indices('`').map(|(at, _)| at).collect();
                let pairs = ticks.chunks_exact(2);
                code.extend(pairs.map(|pair| start + pair[0]..start + pair[1] + 1));
            }
            Some(_) => {}
        }
        start = end;
    }
    code.extend(fence.map(|from| from..text.len()));
    code
}

/// Which of some sorted ranges contains a position.
pub fn covering(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let after = ranges.partition_point(|range| range.end <= at);
    ranges.get(after).filter(|range| range.contains(&at))
}
