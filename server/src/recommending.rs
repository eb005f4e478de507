//! Recommendations for the page, with the records that were given as examples.

use parallax::backend::Backend;
use parallax::sent::Content;
use parallax::vocabulary::limits::{MAX_FEEDBACK, MAX_TITLE_BYTES};
use parallax::{Error, Feedback};
use parallax_app::Problem;
use parallax_app::functions::recommend::{Asked, Example, Recommended};

use crate::problem::problem;
use crate::service::Service;

impl Service {
    /// Recommends records. Examples that do not exist, such as those removed since a link was made,
    /// are named and left out.
    ///
    /// # Errors
    /// The [`Problem`] to tell the caller. What is wrong with the examples is part of the answer, so
    /// that they can be changed.
    pub async fn recommended(
        &self,
        collection: Option<String>,
        asked: Asked,
    ) -> Result<Recommended, Problem> {
        let work = move |collection: &dyn Backend| recommended(collection, asked);
        self.with_collection_thoroughly(collection, work).await
    }
}

fn recommended(collection: &dyn Backend, asked: Asked) -> parallax::Result<Recommended> {
    let liked = examples(collection, &asked.like)?;
    let disliked = examples(collection, &asked.dislike)?;
    let found = |examples: &[Example]| {
        let found = examples.iter().filter(|example| !example.missing);
        found.map(|example| example.id.clone()).collect()
    };
    // Too many are not looked up, but refused.
    let named = asked.like.len() + asked.dislike.len();
    let (like, dislike) = if named > MAX_FEEDBACK {
        (asked.like, asked.dislike)
    } else {
        (found(&liked), found(&disliked))
    };
    let feedback = Feedback {
        like,
        dislike,
        text: Some(asked.text),
    };
    let limit = asked.limit as usize;
    let recommended = collection.recommend(&feedback, limit, 0, &[]);
    let recommended = recommended.and_then(|recommended| {
        let recommended = recommended.sent(collection.schema(), Content::Readable)?;
        Ok(recommended)
    });
    Ok(Recommended {
        collection: collection.name().to_string(),
        liked,
        disliked,
        recommended: recommended.map_err(|error| problem(&error)),
    })
}

/// As much of a title as a page shows.
fn beginning(mut title: String) -> String {
    title.truncate(title.floor_char_boundary(MAX_TITLE_BYTES));
    title
}

/// The records with some ids, each once, with their titles.
fn examples(collection: &dyn Backend, ids: &[String]) -> parallax::Result<Vec<Example>> {
    let mut examples: Vec<Example> = Vec::new();
    for id in ids.iter().take(MAX_FEEDBACK) {
        if examples.iter().any(|other| other.id == *id) {
            continue;
        }
        let (title, missing) = match collection.record(id) {
            Ok(record) => (beginning(record.title), false),
            Err(Error::NoRecord { .. }) => (String::new(), true),
            Err(error) => return Err(error),
        };
        examples.push(Example {
            id: id.clone(),
            title,
            missing,
        });
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    // Test helpers fail by panicking, as tests do.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use parallax::collection::Incoming;
    use parallax::record::FieldRoles;
    use parallax::{Catalogue, Schema};
    use serde_json::json;

    #[test]
    fn examples_that_are_gone_are_named_and_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path(), crate::http::tests::encoder()).unwrap();
        let roles = FieldRoles {
            id: Some("id".into()),
            texts: vec!["text".into()],
            ..FieldRoles::default()
        };
        let schema = Schema::named(&roles).unwrap();
        catalogue.create("notes", schema, true).unwrap();
        let notes = catalogue.collection("notes").unwrap();
        let texts = [
            ("a", "goats give milk"),
            ("b", "cows give milk"),
            ("c", "stars"),
        ];
        let records = texts.map(|(id, text)| Incoming {
            payload: json!({"id": id, "text": text}).as_object().unwrap().clone(),
            vector: None,
        });
        notes.put(records.into()).unwrap();

        let asked = |like: &[&str], dislike: &[&str]| {
            let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
            let asked = Asked {
                like: ids(like),
                dislike: ids(dislike),
                text: String::new(),
                limit: 10,
            };
            recommended(&*notes, asked).unwrap()
        };
        let found = asked(&["a", "gone", "a"], &["c"]);
        let missing: Vec<bool> = found.liked.iter().map(|example| example.missing).collect();
        assert_eq!(missing, [false, true]);
        let recommended = found.recommended.unwrap();
        assert_eq!(recommended.answer.hits.len(), 1);
        assert_eq!(recommended.answer.hits[0].id, "b");
        assert_eq!(recommended.reasons[0].liked[0].id, "a");
        assert_eq!(recommended.reasons[0].disliked[0].id, "c");

        // If none is left, that is said, and the examples can still be removed.
        let none = asked(&["gone"], &[]);
        assert_eq!(none.liked.len(), 1);
        assert_eq!(none.recommended.unwrap_err().code, "bad_query");
        let many: Vec<String> = (0..101).map(|id| id.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let many = asked(&many, &[]);
        let problem = many.recommended.unwrap_err();
        assert!(problem.message.contains("at most 100"), "{problem}");
    }
}
