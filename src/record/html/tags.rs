//! Tags in a text, and whether they are markup.

use std::ops::Range;

/// A tag is no longer than this, in bytes; what goes on is a sign that stands for itself.
const MAX_TAG_BYTES: usize = 4_096;

/// Elements that begin and end lines.
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
/// Elements whose contents stand beside each other.
const CELLS: &[&str] = &["td", "th"];
/// Elements within a line.
const WORDS: &[&str] = &[
    "a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "button", "cite", "code", "data",
    "del", "dfn", "em", "embed", "font", "i", "iframe", "img", "input", "ins", "kbd", "label",
    "mark", "nobr", "picture", "q", "s", "samp", "small", "source", "span", "strike", "strong",
    "sub", "sup", "svg", "time", "tt", "u", "var", "video", "wbr", "o:p", "col", "colgroup",
];
/// Elements whose contents nobody reads.
const UNREAD: &[&str] = &["script", "style", "template", "noscript"];
/// Elements that are mostly left open: one alone may be a mention of it, two are markup.
const LEFT_OPEN: &[&str] = &["p", "li", "dt", "dd", "tr", "td", "th", "option"];

/// The tags of a text, each looked for once: where the last comment and the last unread element
/// end is known, so that one which is never closed is not looked for to the end again and again.
pub struct Tags<'a> {
    text: &'a str,
    comments_end: usize,
    /// For each of [`UNREAD`] where its last closing tag begins.
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

/// What a tag does to the text around it.
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
    /// Looks through a text.
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

    /// The tag that begins at a byte of the text.
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

    /// Where a tag ends; where nobody reads what its element holds, where that does.
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

    /// Whether the text is HTML, or holds some: an element that is opened and closed, or one
    /// that is never closed and nobody mentions. A script alone may be what the text is
    /// about.
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
            // There are few known names.
            if !opened.contains(&tag.name) {
                opened.push(tag.name);
            }
        }
        false
    }
}

impl Tag<'_> {
    /// Whether it is one of HTML's.
    pub fn is_known(&self) -> bool {
        let name = self.name.as_str();
        name.is_empty() || self.place() != Place::Word || WORDS.contains(&name) || self.is_unread()
    }

    /// What it does to the text around it.
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

    /// Whether it has no end, and says by itself that this is markup.
    fn stands_alone(&self) -> bool {
        match self.name.as_str() {
            "br" | "hr" => true,
            "img" => self.attributes.contains("src"),
            _ => false,
        }
    }

    /// Whether what stands after the name are attributes, or nothing.
    fn is_well_formed(&self) -> bool {
        let attributes = self
            .attributes
            .trim_matches(|c: char| c.is_whitespace() || c == '/');
        attributes.is_empty() || attributes.contains('=')
    }
}

/// How long a tag's attributes are, up to its `>`; those in quotes do not count.
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

/// Markdown's code: fenced blocks, and what stands between backticks on a line. Code holds
/// tags to the letter.
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

/// Which of some ranges, in order, a place lies in.
pub fn covering(ranges: &[Range<usize>], at: usize) -> Option<&Range<usize>> {
    let after = ranges.partition_point(|range| range.end <= at);
    ranges.get(after).filter(|range| range.contains(&at))
}
