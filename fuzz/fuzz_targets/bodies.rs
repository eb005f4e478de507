//! JSON bodies of requests.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parallax::record::FieldRoles;
use parallax::vocabulary::{RecommendRequest, SearchRequest};
use parallax::{Filter, Schema};
use parallax_fuzz::{recommend, search, shop};

fuzz_target!(|data: &[u8]| {
    let shop = &shop().collection;
    if let Ok(request) = serde_json::from_slice::<SearchRequest>(data) {
        search(shop, &request, Vec::new());
    }
    if let Ok(request) = serde_json::from_slice::<RecommendRequest>(data)
        && let Ok(filters) = Filter::from_json(&request.filter)
    {
        let limit = request.limit as usize;
        recommend(shop, &request.into(), limit, &filters);
    }
    if let Ok(roles) = serde_json::from_slice::<FieldRoles>(data) {
        let _ = Schema::named(&roles);
    }
});
