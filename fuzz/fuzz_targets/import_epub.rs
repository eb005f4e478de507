//! The package and a chapter of an EPUB, in an intact archive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::{allow_panics_of_documents, import, zip};

const CONTAINER: &[u8] = b"<container><rootfiles>\
    <rootfile full-path=\"book.opf\" media-type=\"application/oebps-package+xml\"/>\
    </rootfiles></container>";

fuzz_target!(init: allow_panics_of_documents(), |data: &[u8]| {
    // What comes before the first zero byte is the package, the rest its chapter.
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let package = parts.next().unwrap_or_default();
    let chapter = parts.next().unwrap_or_default();
    let archive = zip(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("book.opf", package),
        ("1.xhtml", chapter),
    ]);
    import("book.epub", &archive);
});
