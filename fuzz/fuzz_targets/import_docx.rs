//! The text of a DOCX, in an intact archive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::{allow_panics_of_documents, import, zip};

fuzz_target!(init: allow_panics_of_documents(), |data: &[u8]| {
    // What comes before the first zero byte is the document, the rest its styles.
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let document = parts.next().unwrap_or_default();
    let styles = parts.next().unwrap_or_default();
    let archive = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document),
        ("word/styles.xml", styles),
    ]);
    import("document.docx", &archive);
});
