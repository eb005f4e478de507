//! The vocabulary: the plain types of queries, answers, filters and field roles, for the engine,
//! the API, the command line and the page in the browser.
//!
//! It depends on nothing else in the engine, so it also compiles without it, with the feature
//! `engine` turned off. The JSON of these types is that of the HTTP API; all ranges are `[start,
//! end)` bytes of UTF-8.

mod answer;
mod collection;
mod compare;
mod condition;
mod error;
mod explain;
mod explore;
mod feedback;
mod field;
mod filter;
mod hit;
mod import;
mod judge;
mod judgement;
mod lab;
pub mod limits;
mod map;
mod mode;
mod query;
mod recall;
mod record;
mod request;
mod span;
mod suggest;
mod walkthrough;

pub use answer::{
    Answer, Bucket, Correction, Counted, FELL_BACK, FacetCount, FacetCounts, Fallback,
    FallbackReason, Relation, Reply, ScorePart, Timings, UNREAD, Unknown,
};
pub use collection::{CollectionInfo, FacetValues, GraphState, Reencoding, Settings, SettingsCost};
pub use compare::{Compared, Comparison, WordCount};
pub use condition::{Alternative, Condition, MARKS};
pub use error::BadQuery;
pub use explain::{
    Explanation, FieldCount, FusionExplanation, LateExplanation, MeaningExplanation, MeaningSplit,
    MissingWord, NeighbourShare, NextHit, PairShare, Partners, TermExplanation, WordMeeting,
    WordShare, WordsExplanation,
};
pub use explore::{Example, Exploration, Mined, Source, Witness};
pub use feedback::{Feedback, Nearness, Reason, Recommendations};
#[cfg(feature = "engine")]
pub(crate) use field::one_or_many;
pub use field::{FacetField, FacetKind, FieldRoles, FieldTold};
pub use filter::{Filter, MAX_NESTING};
pub use hit::{Copies, Duplicate, Facet, Highlights, Hit, MatchedField, Signal, Signals, Snippet};
pub use import::{NewUpload, Preview, SkippedLine, Started, Task, TaskState, Upload, Withdrawn};
pub use judge::{
    InterleaveRequest, Interleaved, PlainRecord, Ranker, RevealRequest, Revealed, Side, Standing,
    Tally,
};
pub use judgement::{Graded, JudgedQuery, Judgement, Judgements, Pool, PoolRequest, Progress};
pub use lab::{Change, Changed, Lab, Lists, Moved, Named, Shift};
pub use map::{
    Inside, InsideRequest, MAP_EXTENT, MAX_CLASSES, MAX_INSIDE_IDS, MAX_MAP_HITS, MAX_NAMED,
    MAX_VERTICES, MapClass, MapHit, MapHits, MapLegend, MapNames, MapPlace, MapRecord, MapRegion,
    MapState, MapView, NO_VALUE, OTHER_VALUE,
};
pub use mode::Mode;
pub use query::{
    ANYTHING, B, BALANCE, EVERY_FACET, FacetOptions, Fusion, K1, LATE_SHARE, Lookup, Query, Route,
    Sort, check_length, check_page,
};
pub use recall::{MeasuredRecall, RecallFigures};
pub use record::{FieldRow, RecordView, SimilarRecord};
pub use request::{ExplainRequest, RecommendRequest, SearchRequest, SimilarRequest, ValuesRequest};
#[cfg(feature = "openapi")]
pub use span::Span;
pub use suggest::{Suggestions, TitleSuggestion, ValueSuggestion};
pub use walkthrough::{
    CodeScan, FusedHit, FusionWalk, GraphWalk, NearestWalk, PartSearched, QueryVector, ScaleEnds,
    ScanReason, ScoreOnScale, TermSearched, Token, Tokens, WalkStep, Walkthrough, WordSearched,
    WordsWalk,
};
