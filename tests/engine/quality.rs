//! A quality gate that catches a broken encoder, tokenizer or ranking, by comparison with
//! published figures on a public benchmark. Encoding its corpus takes minutes the first time; the
//! vectors are cached next to the model.

use crate::common::{model_dir, query_encoder, test_data};
use parallax::evaluation::Benchmark;
use parallax::query::Route;
use parallax::{Mode, Query};

#[test]
fn scifact_ranks_as_published() {
    let Some(data) = test_data() else { return };
    let cache = model_dir().join("../../vectors");
    let folder = data.join("bench/scifact");
    let benchmark = Benchmark::load(&folder, false, &cache, &query_encoder(), &|_| {}).unwrap();
    let ndcg_with = |query: &Query| {
        let quality = benchmark.run_as(query).unwrap().quality();
        println!("{} {:?}: {quality:?}", query.mode, query.route);
        assert_eq!(quality.queries, 300);
        quality.ndcg_at_10.mean
    };
    let ndcg = |mode, route| {
        ndcg_with(&Query {
            mode,
            route,
            ..Query::new("")
        })
    };
    // Published for all-MiniLM-L6-v2 in f32: 0.645. The encoder's 8 bits may gain as well as lose.
    for route in [Route::Exact, Route::Graph] {
        let neural = ndcg_with(&Query {
            mode: Mode::Neural,
            route,
            late_share: 0.0,
            ..Query::new("")
        });
        assert!((0.643..=0.65).contains(&neural), "{route:?}: {neural}");
        assert!(ndcg(Mode::Neural, route) >= neural + 0.02);
    }
    assert!(ndcg(Mode::Text, Route::Auto) >= 0.685);
    assert!(ndcg(Mode::Hybrid, Route::Auto) >= 0.73);
}
