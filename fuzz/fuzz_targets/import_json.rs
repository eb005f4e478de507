//! JSON, as a list, as lines, wrapped in an object.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax_fuzz::import;

fuzz_target!(|data: &[u8]| {
    import("records.json", data);
    import("records.jsonl", data);
});
