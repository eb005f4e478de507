//! HTML as a reader sees it: without tags, and with references such as `&amp;` replaced by their
//! characters.
//!
//! Most texts are not HTML, and a text that merely mentions a tag must keep it. So tags are only
//! removed if there is evidence of markup ([`Tags::are_markup`]), and Markdown code is left
//! unchanged. The origin of every character is kept, so that positions can be converted between the
//! two texts.

mod reference;
mod tags;

use std::ops::Range;

use self::tags::{Place, Tag, Tags};

/// A text with its markup removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// The original text.
    original: String,
    /// The text without markup.
    text: String,
    /// Where its parts come from, in order and without gaps.
    runs: Vec<Run>,
}

/// A part of the text. It ends where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// Where it begins in the text without markup.
    start: usize,
    /// The bytes it came from.
    origin: Range<usize>,
    /// Whether it is a copy of those bytes rather than a replacement for them.
    copied: bool,
}

/// Whether a text has any character that begins a tag or a reference. In groups of bytes, because
/// most texts have none, and all are looked through whenever they are shown.
pub fn may_have_markup(text: &str) -> bool {
    let mut groups = text.as_bytes().chunks(64);
    groups.any(|group| {
        let any = |any, &byte: &u8| any | (byte == b'<') | (byte == b'&');
        group.iter().fold(false, any)
    })
}

/// A field's text as a reader sees it.
pub fn plain(text: String) -> String {
    Plain::of(&text).map_or(text, Plain::into_text)
}

impl Plain {
    /// Removes the markup from a text; `None` if it has none.
    pub fn of(text: &str) -> Option<Self> {
        if !may_have_markup(text) {
            return None;
        }
        let code = tags::code(text);
        let tags = Tags::of(text);
        let markup = tags.are_markup(&code);
        let mut plain = Self {
            original: String::new(),
            text: String::with_capacity(text.len()),
            runs: Vec::new(),
        };
        let (mut copied, mut at) = (0, 0);
        while let Some(found) = text[at..].find(['<', '&']).map(|found| at + found) {
            if let Some(inside) = tags::covering(&code, found) {
                at = inside.end;
                continue;
            }
            let end = if text[found..].starts_with('&') {
                reference::at(&text[found..]).map(|(length, character)| {
                    plain.copy(text, copied..found);
                    plain.replace(&character, found..found + length);
                    found + length
                })
            } else if markup {
                tags.at(found).filter(Tag::is_known).map(|tag| {
                    plain.copy(text, copied..found);
                    let end = tags.end(&tag);
                    plain.leave_out(&tag, found..end);
                    end
                })
            } else {
                None
            };
            copied = end.unwrap_or(copied);
            at = end.unwrap_or(found + 1);
        }
        if copied == 0 {
            return None;
        }
        plain.copy(text, copied..text.len());
        plain.trim();
        text.clone_into(&mut plain.original);
        Some(plain)
    }

    /// The text without markup.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without markup.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The original text.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The original text.
    pub fn into_original(self) -> String {
        self.original
    }

    /// The bytes of the original that a range of the plain text came from.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let run = |at: usize| {
            let after = self.runs.partition_point(|run| run.start <= at);
            self.runs.get(after.saturating_sub(1))
        };
        let start = run(range.start).map_or(0, |run| {
            let within = range.start - run.start;
            run.origin.start + if run.copied { within } else { 0 }
        });
        if range.is_empty() {
            return start..start;
        }
        let end = run(range.end - 1).map_or(start, |run| {
            let within = run.origin.start + (range.end - run.start);
            if run.copied { within } else { run.origin.end }
        });
        start..end.max(start)
    }

    /// Converts a range of the original to a range of the plain text. Removed parts become empty.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let after = self.runs.partition_point(|run| run.origin.end <= at);
            self.runs.get(after).map_or(self.text.len(), |run| {
                let within = at.saturating_sub(run.origin.start);
                run.start + if run.copied { within } else { 0 }
            })
        };
        let start = place(range.start);
        start..place(range.end).max(start)
    }

    fn copy(&mut self, text: &str, origin: Range<usize>) {
        self.push(&text[origin.clone()], origin, true);
    }

    fn replace(&mut self, by: &str, origin: Range<usize>) {
        self.push(by, origin, false);
    }

    fn push(&mut self, part: &str, origin: Range<usize>, copied: bool) {
        if part.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(part);
        self.runs.push(Run {
            start,
            origin,
            copied,
        });
    }

    /// A tag that begins or ends a block becomes a line break, a table cell's tag becomes a space,
    /// and all others become nothing.
    fn leave_out(&mut self, tag: &Tag<'_>, origin: Range<usize>) {
        match tag.place() {
            Place::Line if !self.text.is_empty() && !self.text.ends_with('\n') => {
                self.replace("\n", origin);
            }
            Place::Cell if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) => {
                self.replace(" ", origin);
            }
            _ => {}
        }
    }

    /// Removes the line break that the last block left.
    fn trim(&mut self) {
        while let Some(last) = self.runs.last()
            && !last.copied
            && self.text[last.start..].trim().is_empty()
        {
            self.text.truncate(last.start);
            self.runs.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        plain(text.to_owned())
    }

    #[test]
    fn markup_is_left_out_and_blocks_part_words() {
        for (html, text) in [
            ("<p>Rye <em>bread</em></p>", "Rye bread"),
            ("<ul><li>tea</li><li>milk</li></ul>", "tea\nmilk"),
            ("tea<br>milk<br/>sugar", "tea\nmilk\nsugar"),
            ("<P CLASS='x > y'>a</P><p>b</p>", "a\nb"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("a<b>b</b>c", "abc"),
            ("<div><script>var x = '</div>';</script>seen</div>", "seen"),
            ("<style>p { color: red }</style><p>seen</p>", "seen"),
            ("<p>a<!-- not b --> c</p>", "a c"),
            ("<p>one<p>two", "one\ntwo"),
            ("<img src=\"x.png\" alt=\"y\"> a mill", " a mill"),
            ("<p>it is &lt;b&gt; here</p>", "it is <b> here"),
            ("<p>1 < 2 and 3 > 2</p>", "1 < 2 and 3 > 2"),
            ("<p>Vec<String> stays</p>", "Vec<String> stays"),
            ("<p>cut off <a href=\"x", "<p>cut off <a href=\"x"),
        ] {
            assert_eq!(shown(html), text, "{html}");
        }
    }

    #[test]
    fn references_are_the_characters_they_stand_for() {
        for (html, text) in [
            ("Fish &amp; chips", "Fish & chips"),
            ("caf&eacute; &#233;&#xE9; &nbsp;x", "café éé  x"),
            ("don&#146;t &#8217;", "don\u{2019}t \u{2019}"),
            (
                "AT&T, R&B; &nosuch; & &; &#; &#xZ;",
                "AT&T, R&B; &nosuch; & &; &#; &#xZ;",
            ),
            ("a?b=1&copy=2", "a?b=1&copy=2"),
            ("&amp;lt;", "&lt;"),
            ("&#0; &#55296; &#99999999;", "&#0; &#55296; &#99999999;"),
        ] {
            assert_eq!(shown(html), text, "{html}");
        }
    }

    #[test]
    fn what_merely_looks_like_markup_stays() {
        for text in [
            "a < b and c > d",
            "if a<b then c>d",
            "I <3 rye",
            "Vec<String> and Map<K, List<a>>",
            "Jo <jo@mill.example>",
            "<https://mill.example>",
            "where does <title> go, and <b>?",
            "</=60 mm Hg, age >/=65",
            "<script>alert(1)</script> mill",
            "<insert task here>",
            "`<b>bold</b>` in Markdown",
            "```html\n<p>a</p>\n```",
            "plain",
            "",
            "<",
            "&",
        ] {
            assert_eq!(Plain::of(text), None, "{text}");
        }
        assert_eq!(
            shown("a<br>`<b>x</b> &amp;` &amp;"),
            "a\n`<b>x</b> &amp;` &"
        );
    }

    #[test]
    fn places_are_told_from_one_text_to_the_other() {
        let html = "<p>Fish &amp; <b>chips</b></p><p>caf&eacute;s</p>";
        let plain = Plain::of(html).unwrap();
        assert_eq!(plain.text(), "Fish & chips\ncafés");
        let origin = |word: &str| {
            let at = plain.text().find(word).unwrap();
            &html[plain.origin(at..at + word.len())]
        };
        assert_eq!(origin("chips"), "chips");
        assert_eq!(origin("&"), "&amp;");
        assert_eq!(origin("cafés"), "caf&eacute;s");
        let at = html.find("chips").unwrap();
        assert_eq!(&plain.text()[plain.place(at..at + 5)], "chips");
        assert_eq!(plain.place(0..html.len()), 0..plain.text().len());
        assert_eq!(plain.place(0..3), 0..0);
    }

    #[test]
    fn long_texts_of_broken_markup_are_read_once() {
        for part in [
            "<a ",
            "<b>",
            "&amp",
            "<!--",
            "`",
            "<p class=\"",
            "</",
            "&#x",
        ] {
            let text = part.repeat(200_000);
            let start = std::time::Instant::now();
            let _ = Plain::of(&text);
            assert!(start.elapsed().as_secs() < 5, "{part}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(
            text in "(<p>|</p>|<b>|</b>|<br/?>|&amp;|&#39;|&|<|>|`|[a-zé \n]|<!--|-->|<script>|</script>){0,40}"
        ) {
            if let Some(plain) = Plain::of(&text) {
                let shown = plain.text();
                let marks: Vec<usize> = (0..=shown.len()).filter(|&at| shown.is_char_boundary(at)).collect();
                for pair in marks.windows(2) {
                    prop_assert!(text.get(plain.origin(pair[0]..pair[1])).is_some());
                }
                let marks: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
                for pair in marks.windows(2) {
                    prop_assert!(shown.get(plain.place(pair[0]..pair[1])).is_some());
                }
            }
        }
    }
}
