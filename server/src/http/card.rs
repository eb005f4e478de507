//! The social card of a search: a picture of its query and its best hits, for whoever shares a link.
//!
//! `/card.png` and `/c/NAME/card.png` take the parameters of the search page. Where there is no answer
//! to show, the card is a plain one. Nothing is fetched from elsewhere to draw it.

mod canvas;
mod fonts;
mod layout;
mod line;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path as InPath, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use parallax::Mode;
use parallax::vocabulary::{Answer, Relation, SearchRequest};
use parallax_app::Problem;

use self::fonts::Fonts;
use self::layout::{Card, Row};
use super::error::Failure;
use crate::service::{Reader, Service};
use crate::site::Files;

/// How many hits a card lists.
const HITS: u32 = 3;

/// How long a card may be kept. A new record is on it after that.
const KEPT: &str = "public, max-age=3600";

/// What cards are made with.
#[derive(Clone)]
struct Cards {
    service: Service,
    fonts: Arc<Fonts>,
}

/// The routes of cards. The fonts are those of the page, in the built site.
pub fn router(service: Service, site: Files) -> Router {
    let cards = Cards {
        service,
        fonts: Arc::new(Fonts::of(site)),
    };
    Router::new()
        .route("/card.png", get(of_default))
        .route("/c/{collection}/card.png", get(of_collection))
        .with_state(cards)
}

async fn of_default(State(cards): State<Cards>, RawQuery(query): RawQuery) -> Response {
    cards.answer(None, query.as_deref()).await
}

async fn of_collection(
    State(cards): State<Cards>,
    path: Result<InPath<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    match path {
        Ok(InPath(name)) => cards.answer(Some(name), query.as_deref()).await,
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Cards {
    async fn answer(&self, collection: Option<String>, query: Option<&str>) -> Response {
        let card = match request(query.unwrap_or_default()) {
            Some(request) => self.card(collection, request).await,
            None => Ok(Card::Plain),
        };
        let drawn = match card {
            Ok(card) => {
                let fonts = Arc::clone(&self.fonts);
                self.service.draw(move || layout::draw(&card, &fonts)).await
            }
            Err(problem) => Err(problem),
        };
        match drawn {
            Ok(Some(png)) => {
                let headers = [
                    (header::CONTENT_TYPE, "image/png"),
                    (header::CACHE_CONTROL, KEPT),
                ];
                (headers, png).into_response()
            }
            // Without the page's fonts there is nothing to write with.
            Ok(None) => StatusCode::NOT_FOUND.into_response(),
            Err(problem) => Failure::from(problem).into_response(),
        }
    }

    /// The card of a search; a plain one if the search is not valid.
    async fn card(
        &self,
        collection: Option<String>,
        request: SearchRequest,
    ) -> Result<Card, Problem> {
        let (q, mode) = (request.q.clone(), request.mode.clone());
        let service = &self.service;
        let answer = service.search_with(collection, request, Vec::new(), Reader::Person);
        match answer.await {
            Ok(answer) => Ok(answered(q, &mode, answer)),
            Err(problem) if problem.status() < 500 => Ok(Card::Plain),
            Err(problem) => Err(problem),
        }
    }
}

/// The search that the parameters of a page ask for; `None` if they ask for none.
fn request(query: &str) -> Option<SearchRequest> {
    let mut request = SearchRequest {
        limit: HITS,
        ..SearchRequest::new("")
    };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        match &*name {
            "q" => request.q = value.to_owned(),
            // The comparison of rankings is one of the page's own modes.
            "mode" if value != "compare" => request.mode = value.to_owned(),
            "filter" => request.filter.push(value.to_owned()),
            "balance" => request.balance = value.parse().ok(),
            "k1" => request.k1 = value.parse().ok(),
            "b" => request.b = value.parse().ok(),
            "correct" => request.correct = value != "false",
            "like" => return None,
            _ => {}
        }
    }
    let lists = request.q.is_empty() || request.q == parallax::vocabulary::ANYTHING;
    (!lists).then_some(request)
}

fn answered(q: String, mode: &str, answer: Answer) -> Card {
    let mode = match answer.by_words_alone() {
        Some(_) => Mode::Text,
        None => mode.parse().unwrap_or_default(),
    };
    let rows = answer.hits.into_iter().map(|hit| {
        let rank = |signal: Option<parallax::Signal>| signal.map(|signal| signal.rank);
        Row {
            title: match hit.title.trim() {
                "" => format!("Record {}", hit.id),
                title => title.to_owned(),
            },
            by_meaning: rank(hit.signals.neural),
            by_words: rank(hit.signals.text),
        }
    });
    let rows: Vec<Row> = rows.collect();
    let total = match (answer.total, answer.total_relation) {
        _ if answer.fits == Some(false) => "Nothing here matches well".to_owned(),
        _ if rows.is_empty() => "No results".to_owned(),
        (1, _) => "1 result".to_owned(),
        (total, Relation::Equal) => format!("{} results", thousands(total)),
        (total, Relation::AtLeast) => format!("At least {} results", thousands(total)),
    };
    Card::Search {
        q,
        mode,
        told: format!("{total} in {}", answer.collection),
        rows,
    }
}

/// A number with its thousands set apart.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::opened;
    use axum::body::Body;
    use axum::http::{HeaderMap, Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    /// The width and height of a PNG file (its first chunk is IHDR).
    fn size_of(png: &[u8]) -> (u32, u32) {
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[12..16], b"IHDR");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    }

    async fn ask(uri: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let router = super::router(opened(), Files::InFolder(fonts::tests::site()));
        let request = Request::get(uri).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, body.to_vec())
    }

    #[tokio::test]
    async fn a_search_has_a_card_of_the_usual_size() {
        for uri in [
            "/card.png",
            "/card.png?q=milk+company",
            "/c/sample/card.png?q=milk+company&mode=text",
            "/card.png?q=pets&mode=compare",
            "/card.png?q=pets&filter=city:Berlin&balance=0.2",
        ] {
            let (status, headers, png) = ask(uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
            assert_eq!(headers[header::CONTENT_TYPE], "image/png");
            assert_eq!(headers[header::CACHE_CONTROL], KEPT);
            assert_eq!(size_of(&png), (layout::WIDTH, layout::HEIGHT), "{uri}");
            assert!(png.len() < 300_000, "{uri}: {} bytes", png.len());
        }
        let plain = ask("/card.png").await.2;
        assert_ne!(plain, ask("/card.png?q=milk+company").await.2);
    }

    #[tokio::test]
    async fn no_query_is_too_odd_for_a_card() {
        let longest = "a".repeat(6_000);
        for q in [
            "%F0%9F%AA%B1%F0%9F%90%84",
            "%D7%A9%D7%9C%D7%95%D7%9D+%D8%B3%D9%84%D8%A7%D9%85",
            "%E2%80%AE%E2%80%8F%00%01%0A",
            "%E7%89%9B%E4%B9%B3%E5%85%AC%E5%8F%B8",
            "%3Cscript%3Ealert(1)%3C/script%3E",
            "%FF%FE",
            "e%CC%81%CC%81%CC%81%CC%81",
            &longest,
        ] {
            let (status, _, png) = ask(&format!("/card.png?q={q}")).await;
            assert_eq!(status, StatusCode::OK, "{q}");
            assert_eq!(size_of(&png), (layout::WIDTH, layout::HEIGHT));
        }
    }

    #[tokio::test]
    async fn what_is_no_search_has_the_plain_card() {
        let plain = ask("/card.png").await.2;
        for uri in [
            "/card.png?q=+",
            "/card.png?q=*",
            "/card.png?like=7",
            "/card.png?q=milk&mode=nonsense",
            "/c/unknown/card.png?q=milk",
        ] {
            let (status, _, png) = ask(uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
            assert!(png == plain, "{uri}");
        }
    }
}
