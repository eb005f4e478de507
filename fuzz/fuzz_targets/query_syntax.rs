//! Queries as people type them: quotes, hyphens, colons, unfinished and misspelt words, any script.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax::Mode;
use parallax::text::{parse, without_operators};
use parallax::vocabulary::SearchRequest;
use parallax_fuzz::{search, shop};

fuzz_target!(|data: &[u8]| {
    let Some((&options, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let clauses = parse(text, |field| field == "title" || field == "name");
    let _ = without_operators(&clauses);
    let request = SearchRequest {
        mode: Mode::ALL[usize::from(options) % 3].name().into(),
        prefix: options & 8 != 0,
        correct: options & 16 == 0,
        limit: 3,
        ..SearchRequest::new(text)
    };
    let shop = &shop().collection;
    search(shop, &request, Vec::new());
    if options & 32 != 0 {
        let _ = shop.suggest(text);
    }
});
