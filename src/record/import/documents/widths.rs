//! Bounds the widths that a PDF's fonts give to characters: the reader keeps one for every
//! character of a range, however long the range is.

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Array, Dict, MaybeRef, Object};

use super::apart::Budget;

/// The last character that a font can hold, since its codes have 16 bits.
const MAX_CHARACTER: u32 = 65_535;

/// The most characters that all fonts together may give widths to.
const MAX_WIDTHS: u64 = 16 << 20;

/// Rejects a file whose fonts give widths to more characters than fonts can hold.
pub fn check(pdf: &Pdf, budget: &Budget) -> Result<(), String> {
    let mut left = Left(MAX_WIDTHS);
    for object in pdf.objects() {
        budget.check();
        left.object(&object)?;
    }
    Ok(())
}

/// How many characters may still get a width.
struct Left(u64);

impl Left {
    /// Counts an object and those directly inside it. The parser limits how deeply they nest.
    fn object(&mut self, object: &Object<'_>) -> Result<(), String> {
        match object {
            Object::Dict(dict) => self.dict(dict),
            Object::Stream(stream) => self.dict(stream.dict()),
            Object::Array(items) => {
                let mut inner = items.raw_iter();
                inner.try_for_each(|item| self.inner(&item))
            }
            _ => Ok(()),
        }
    }

    fn inner(&mut self, object: &MaybeRef<Object<'_>>) -> Result<(), String> {
        match object {
            MaybeRef::NotRef(object) => self.object(object),
            // It is an object of the file itself.
            MaybeRef::Ref(_) => Ok(()),
        }
    }

    fn dict(&mut self, dict: &Dict<'_>) -> Result<(), String> {
        if let Some(widths) = dict.get::<Array<'_>>(b"W") {
            self.widths(&widths, false)?;
        }
        if let Some(widths) = dict.get::<Array<'_>>(b"W2") {
            self.widths(&widths, true)?;
        }
        let mut entries = dict.entries();
        entries.try_for_each(|(_, value)| self.inner(&value))
    }

    /// Counts the characters to which a font gives the same width as a range. The items are read
    /// just as the reader reads them.
    fn widths(&mut self, widths: &Array<'_>, is_vertical: bool) -> Result<(), String> {
        let mut items = widths.flex_iter();
        loop {
            if items.next::<(u32, Array<'_>)>().is_some() {
                continue;
            }
            let range = if is_vertical {
                let range = items.next::<(u32, u32, f32, f32, f32)>();
                range.map(|(first, last, ..)| (first, last))
            } else {
                let range = items.next::<(u32, u32, f32)>();
                range.map(|(first, last, _)| (first, last))
            };
            let Some((first, last)) = range else {
                return Ok(());
            };
            let count = (u64::from(last) + 1).saturating_sub(u64::from(first));
            if (last > MAX_CHARACTER && count > 0) || count > self.0 {
                let why = "a font of the PDF gives widths to more characters than any font holds";
                return Err(why.into());
            }
            self.0 -= count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(font: &str) -> Result<(), String> {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
            "<</Type/Page/Parent 2 0 R/Resources<</Font<</F 4 0 R>>>>>>".into(),
            format!("<</Type/Font/Subtype/Type0/DescendantFonts[{font}]>>"),
            "[0 2000000000 500]".into(),
        ];
        let objects = (1..).zip(objects);
        let objects = objects.map(|(at, object)| format!("{at} 0 obj\n{object}\nendobj\n"));
        let body: String = objects.collect();
        let pdf = format!("%PDF-1.7\n{body}trailer\n<</Root 1 0 R>>\n%%EOF");
        check(&Pdf::new(pdf.into_bytes()).unwrap(), &Budget::new())
    }

    #[test]
    fn fonts_with_too_many_widths_are_refused() {
        assert_eq!(
            checked("<</W[0 65535 500 7[1 2 3]]/W2[1 2 3 4 5]>>"),
            Ok(())
        );
        for widths in [
            "/W[0 2000000000 500]",
            "/W[7[1 2 3] 0 65536 500]",
            "/W2[0 2000000000 500 0 0]",
            "/W 5 0 R",
        ] {
            let error = checked(&format!("<<{widths}>>")).unwrap_err();
            assert!(error.contains("widths"), "{widths}");
        }
        let many = "0 65535 500 ".repeat(257);
        assert!(checked(&format!("<</W[{many}]>>")).is_err());
    }
}
