//! The fonts that cards are written with: those of the page, one file for each script.

use std::sync::OnceLock;

use skrifa::charmap::Charmap;
use skrifa::instance::{Location, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::site::Files;

/// The files, in the order in which they are asked for a letter.
const FILES: [&str; 5] = [
    "inter-latin-wght-normal.woff2",
    "inter-latin-ext-wght-normal.woff2",
    "inter-greek-wght-normal.woff2",
    "inter-cyrillic-wght-normal.woff2",
    "inter-vietnamese-wght-normal.woff2",
];

/// The fonts of a site, unpacked when they are first used.
pub struct Fonts {
    site: Files,
    unpacked: OnceLock<Vec<Vec<u8>>>,
}

impl Fonts {
    /// The fonts of a site.
    pub fn of(site: Files) -> Self {
        Self {
            site,
            unpacked: OnceLock::new(),
        }
    }

    /// Those of the fonts that can be read, at a weight; none if none can.
    pub fn at_weight(&self, weight: f32) -> Vec<Face<'_>> {
        let unpacked = self.unpacked.get_or_init(|| unpack(&self.site));
        let faces = unpacked.iter().filter_map(|data| {
            let font = FontRef::new(data).ok()?;
            let location = font.axes().location([("wght", weight)]);
            let letters = font.charmap();
            Some(Face {
                font,
                location,
                letters,
            })
        });
        faces.collect()
    }
}

fn unpack(site: &Files) -> Vec<Vec<u8>> {
    let unpacked = FILES.iter().filter_map(|file| {
        let file = format!("fonts/{file}");
        let packed = site.read(&file).map_err(|error| error.to_string());
        let unpacked = packed
            .and_then(|packed| wuff::decompress_woff2(&packed).map_err(|error| error.to_string()));
        match unpacked {
            Ok(unpacked) => Some(unpacked),
            Err(error) => {
                tracing::warn!(
                    "no font for social cards in {}: {error}",
                    site.called(&file)
                );
                None
            }
        }
    });
    unpacked.collect()
}

/// A font at a weight.
pub struct Face<'f> {
    /// The font.
    pub font: FontRef<'f>,
    /// The place of the weight among its variations.
    pub location: Location,
    /// Which glyph each letter has.
    letters: Charmap<'f>,
}

impl Face<'_> {
    /// The glyph of a letter.
    pub fn glyph(&self, letter: char) -> Option<GlyphId> {
        self.letters.map(letter)
    }

    /// How far a glyph moves the next one, at a size in pixels.
    pub fn advance(&self, glyph: GlyphId, size: f32) -> f32 {
        let metrics = self.font.glyph_metrics(Size::new(size), &self.location);
        metrics.advance_width(glyph).unwrap_or_default()
    }
}

#[cfg(test)]
pub mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// A folder with the page's fonts in `fonts`, as a build lays them out.
    pub fn site() -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let site = root.join("public");
        if site.join("fonts").join(FILES[0]).is_file() {
            return site;
        }
        // Before a build, they are in their npm package.
        let package = root.join("style/node_modules/@fontsource-variable/inter/files");
        static SITE: OnceLock<tempfile::TempDir> = OnceLock::new();
        let site = SITE.get_or_init(|| {
            let site = tempfile::tempdir().unwrap();
            std::fs::create_dir(site.path().join("fonts")).unwrap();
            for file in FILES {
                let to = site.path().join("fonts").join(file);
                std::fs::copy(package.join(file), to).unwrap();
            }
            site
        });
        site.path().to_owned()
    }

    #[test]
    fn every_file_is_unpacked_and_has_its_letters() {
        let fonts = Fonts::of(Files::InFolder(site()));
        let faces = fonts.at_weight(700.0);
        assert_eq!(faces.len(), FILES.len());
        for letter in ['a', 'ß', 'ő', 'λ', 'ж', 'ạ'] {
            assert!(
                faces.iter().any(|face| face.glyph(letter).is_some()),
                "{letter}"
            );
        }
        let bold = faces[0].advance(faces[0].glyph('m').unwrap(), 40.0);
        let thin = fonts.at_weight(300.0);
        let thin = thin[0].advance(thin[0].glyph('m').unwrap(), 40.0);
        assert!(bold > thin && thin > 0.0);
    }

    #[test]
    fn a_folder_without_fonts_has_no_faces() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("fonts")).unwrap();
        std::fs::write(folder.path().join("fonts").join(FILES[0]), "no font").unwrap();
        let fonts = Fonts::of(Files::InFolder(folder.path().to_owned()));
        assert!(fonts.at_weight(400.0).is_empty());
    }
}
