//! PDF: the text of each page. This includes invisible text, as in scans with a text layer.

use encoding_rs::{UTF_16BE, WINDOWS_1252};
use hayro_interpret::font::{Glyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, interpret_page,
};

use super::apart::Budget;
use super::layout::{Layout, Place};
use super::{Contents, Part, document, inflated, widths};

/// The most pages read from a file.
const MAX_PAGES: usize = 20_000;

/// The most that the contents of all pages may unpack to together.
const MAX_PAGE_BYTES: usize = 512 << 20;

/// A first paragraph longer than this is not a title.
const MAX_TITLE_CHARS: usize = 120;

/// Reads a file from its bytes.
pub fn read(bytes: Vec<u8>) -> Result<Contents, String> {
    let mut budget = Budget::new();
    inflated::check(&bytes)?;
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            "the PDF needs a password; save it without one".to_owned()
        }
        LoadPdfError::Decryption(_) => "the PDF is encrypted in a way that is not read".into(),
        LoadPdfError::Invalid => "the PDF is damaged, or none".into(),
    })?;
    widths::check(&pdf, &budget)?;
    let pages = pdf.pages();
    let mut left = MAX_PAGE_BYTES;
    let cache = InterpreterCache::new();
    let mut contents = Contents {
        title: pdf.metadata().title.as_deref().and_then(title),
        ..Contents::default()
    };
    let (mut empty, mut unknown) = (0, 0);
    for (at, page) in pages.iter().enumerate().take(MAX_PAGES) {
        budget.check();
        // The reader keeps the content of every page, and unpacks a shared one for each.
        let size = page.page_stream().map_or(0, <[u8]>::len);
        left = left
            .checked_sub(size)
            .ok_or("the pages of the PDF hold more than any document does")?;
        let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), settings);
        let mut letters = Letters {
            layout: Layout::default(),
            budget: &mut budget,
            unknown: 0,
            run: None,
        };
        interpret_page(page, &mut context, &mut letters);
        let text = letters.layout.text.trim();
        unknown += letters.unknown;
        if text.contains(char::is_alphanumeric) {
            contents.parts.push(Part {
                number: Some(at + 1),
                heading: None,
                text: text.to_owned(),
            });
        } else {
            empty += 1;
        }
    }
    let count = pages.len();
    if contents.parts.is_empty() {
        return Err(match (count, unknown) {
            (0, _) => "the PDF has no pages; it is damaged, or none".into(),
            (_, 0) => format!(
                "there is no text on its {}; if it is scanned, run text recognition (OCR) over \
                 it first",
                counted(count)
            ),
            _ => "its fonts do not say which letters they draw; run text recognition (OCR) over \
                  it first"
                .into(),
        });
    }
    if empty > 0 {
        let note = format!("{} of its {} hold no text.", empty, counted(count));
        contents.notes.push(note);
    }
    if count > MAX_PAGES {
        let note = format!(
            "Only the first {MAX_PAGES} of its {} were read.",
            counted(count)
        );
        contents.notes.push(note);
    }
    if contents.title.is_none() {
        let first = contents.parts.first().map_or("", |part| &part.text);
        let first = first.split("\n\n").next().unwrap_or_default();
        if first.chars().count() <= MAX_TITLE_CHARS {
            contents.title = document::title(first, false);
        }
    }
    Ok(contents)
}

fn counted(pages: usize) -> String {
    if pages == 1 {
        "1 page".into()
    } else {
        format!("{pages} pages")
    }
}

/// The title in the file's metadata, in any of the possible encodings. Programs often put their own
/// text or a file name there.
fn title(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0,
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text
        .strip_prefix("Microsoft Word - ")
        .unwrap_or(&text)
        .trim();
    let lower = text.to_ascii_lowercase();
    let is_name = lower.starts_with("untitled")
        || super::Kind::of_name(&lower).is_some()
        || lower.ends_with(".doc")
        || lower.ends_with(".tex");
    (!is_name && text.contains(char::is_alphanumeric)).then(|| text.to_owned())
}

/// Collects the letters that a page draws and ignores everything else.
struct Letters<'b> {
    layout: Layout,
    budget: &'b mut Budget,
    /// The number of letters that the font does not map to text.
    unknown: usize,
    /// The first letter of the last text run.
    run: Option<(f64, f64)>,
}

impl Letters<'_> {
    fn take(&mut self, glyph: &PositionedGlyph<'_>, page: Affine) {
        self.budget.step();
        let letter = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => {
                self.unknown += 1;
                return;
            }
        };
        let to_page = page * glyph.transform();
        let at = |x: f64, y: f64| {
            let point = to_page * Point::new(x, y);
            (point.x, point.y)
        };
        // Glyph widths are in thousandths of the font size.
        let advance = match &**glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        let advance = f64::from(advance.unwrap_or(500.0)).clamp(0.0, 3_000.0);
        let start = at(0.0, 0.0);
        let unit = at(1_000.0, 0.0);
        let up = at(0.0, 1_000.0);
        let (x, y) = (unit.0 - start.0, unit.1 - start.1);
        let length = x.hypot(y);
        let size = (up.0 - start.0).hypot(up.1 - start.1);
        if !(length.is_normal() && size.is_normal()) {
            return;
        }
        let place = Place {
            start,
            end: at(advance, 0.0),
            along: (x / length, y / length),
            size,
        };
        self.layout.push(&letter, place);
    }
}

impl Device<'_> for Letters<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        let first = run.glyphs().first();
        let first = first.map(|glyph| props.transform * glyph.transform() * Point::ZERO);
        let first = first.map(|point| (point.x, point.y));
        // Text that is both filled and outlined is drawn twice.
        let is_outline = matches!(mode, DrawMode::Stroke(_)) && first == self.run;
        self.run = first;
        if !is_outline {
            for glyph in run.glyphs() {
                self.take(glyph, props.transform);
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {
        self.budget.step();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        // A form begins with one, and may be long.
        self.budget.check();
        self.budget.step();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {
        self.budget.step();
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {
        self.budget.step();
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
