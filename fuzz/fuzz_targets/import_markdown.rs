//! Markdown with front matter in YAML or TOML.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::import;

fuzz_target!(|data: &[u8]| {
    import("note.md", data);
});
