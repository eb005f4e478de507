//! The pages, one per file. The code of each but the search page is in a WebAssembly file of its
//! own, which the browser loads when the page is opened.

pub mod about;
pub mod ask;
pub mod collections;
pub mod explore;
pub mod judge;
pub mod lab;
pub mod map;
pub mod not_found;
pub mod recommend;
pub mod record;
pub mod search;
pub mod values;
pub mod why;

use crate::lazy::lazy_pages;

lazy_pages! {
    ABOUT: about::AboutPage,
    ASK: ask::AskPage,
    COLLECTIONS: collections::CollectionsPage,
    EXPLORE: explore::ExplorePage,
    JUDGE: judge::JudgePage,
    LAB: lab::LabPage,
    MAP: map::MapPage,
    RECOMMEND: recommend::RecommendPage,
    RECORD: record::RecordPage,
    VALUES: values::ValuesPage,
    WHY: why::WhyPage,
}
