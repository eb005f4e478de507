//! What an importer's choice of roles means for a schema.

use crate::analysis::Language;
use crate::record::{FacetField, FacetKind, Schema};
use crate::vocabulary::FieldRoles;

/// Asks for the language to be detected.
const AUTO: &str = "auto";

impl Schema {
    /// Which field has which role, as an importer would name them.
    pub fn roles(&self) -> FieldRoles {
        let facets = self.facets.iter();
        let facets = facets.map(|facet| format!("{}:{}", facet.field, facet.kind));
        let weights = self.weights.iter();
        let weights = weights.map(|(field, weight)| format!("{field}={weight}"));
        FieldRoles {
            id: self.id.clone(),
            title: self.title.clone(),
            texts: self.texts.clone(),
            url: self.url.clone(),
            image: self.image.clone(),
            facets: facets.collect(),
            weights: weights.collect(),
            language: Some(self.language.to_string()),
            ..FieldRoles::default()
        }
    }
}

/// A facet as an importer names it: its field, and its kind unless it is text.
pub(super) fn facet_named(asked: &str) -> Result<FacetField, String> {
    let (field, kind) = match asked.rsplit_once(':') {
        Some((field, kind)) => (field, kind.parse()?),
        None => (asked, FacetKind::Text),
    };
    Ok(FacetField {
        field: field.to_owned(),
        kind,
    })
}

impl FieldRoles {
    /// The options that name a single field, with the options' names.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let options = [
            ("id", &self.id),
            ("title", &self.title),
            ("question", &self.question),
            ("answer", &self.answer),
            ("url", &self.url),
            ("image", &self.image),
        ];
        let given = options.into_iter();
        let given = given.filter_map(|(option, field)| Some((option, field.as_deref()?)));
        given.chain(self.texts.iter().map(|field| ("text", field.as_str())))
    }

    /// Replaces title and text by question and answer, if these are given.
    pub(super) fn with_pairs(&self) -> Result<Self, String> {
        if self.question.is_none() && self.answer.is_none() {
            return Ok(self.clone());
        }
        if self.question.is_none() || self.answer.is_none() {
            return Err("question and answer go together: name both fields".into());
        }
        if self.title.is_some() || !self.texts.is_empty() {
            return Err(
                "question and answer take the places of title and text: name either these or those"
                    .into(),
            );
        }
        Ok(Self {
            title: self.question.clone(),
            texts: self.answer.iter().cloned().collect(),
            ..self.clone()
        })
    }

    /// The language, unless it is to be detected.
    pub(super) fn language(&self) -> Result<Option<Language>, String> {
        match self.language.as_deref() {
            None | Some(AUTO) => Ok(None),
            Some(code) => code.parse().map(Some),
        }
    }

    /// The language of a collection without texts.
    pub(super) fn language_of_none(&self) -> Result<Language, String> {
        if self.language.as_deref() == Some(AUTO) {
            return Err("there are no texts yet to tell the language from: \
                        say which it is, or leave it out for English"
                .into());
        }
        Ok(self.language()?.unwrap_or_default())
    }

    /// Whether an option assigns a field its part.
    pub(super) fn names(&self, field: &str) -> bool {
        self.named().any(|(_, named)| named == field)
    }

    /// Whether the importer assigned any field a part.
    pub(super) fn asks_for(&self, field: &str) -> bool {
        let asked = |facet: &String| {
            let kind = facet.strip_prefix(field);
            kind.is_some_and(|kind| kind.is_empty() || kind.starts_with(':'))
        };
        self.names(field) || self.facets.iter().any(asked)
    }
}
