//! What the person who imports says of a source's fields.

use crate::analysis::Language;

/// Fields named by the person who imports, each overriding the preset's choice. A field
/// within an object is named by its path, as `make.brand`.
#[derive(Debug, Clone, Default)]
pub struct FieldOptions {
    /// See [`Schema::id`].
    pub id: Option<String>,
    /// See [`Schema::title`].
    pub title: Option<String>,
    /// See [`Schema::texts`].
    pub texts: Vec<String>,
    /// Takes the place of the title; see [`Schema::pairs`].
    pub question: Option<String>,
    /// Takes the place of the text; see [`Schema::pairs`].
    pub answer: Option<String>,
    /// See [`Schema::url`].
    pub url: Option<String>,
    /// See [`Schema::image`].
    pub image: Option<String>,
    /// See [`Schema::facets`]: each is `field`, or `field:kind` with the name of a
    /// [`FacetKind`]. A field whose own name is all of it is meant before that.
    pub facets: Vec<String>,
    /// See [`Schema::weights`]: each is `field=weight`.
    pub weights: Vec<String>,
    /// See [`Schema::language`]: a language's code, or `auto` for what the texts say it is,
    /// which is also what counts where nothing is said.
    pub language: Option<String>,
}

/// What leaves the language to the texts.
const AUTO: &str = "auto";

impl FieldOptions {
    /// The options that name one field, by their names.
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

    /// Questions and answers as the titles and texts they are.
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

    /// The language, unless it is left to the texts.
    pub(super) fn language(&self) -> Result<Option<Language>, String> {
        match self.language.as_deref() {
            None | Some(AUTO) => Ok(None),
            Some(code) => code.parse().map(Some),
        }
    }

    /// The language of a collection that has no texts yet.
    pub(super) fn language_of_none(&self) -> Result<Language, String> {
        if self.language.as_deref() == Some(AUTO) {
            return Err("there are no texts yet to tell the language from: \
                        say which it is, or leave it out for English"
                .into());
        }
        Ok(self.language()?.unwrap_or_default())
    }

    /// Whether an option gives a field its part already.
    pub(super) fn names(&self, field: &str) -> bool {
        self.named().any(|(_, named)| named == field)
    }

    /// Whether the person who imports gave a field a part.
    pub(super) fn asks_for(&self, field: &str) -> bool {
        let asked = |facet: &String| {
            let kind = facet.strip_prefix(field);
            kind.is_some_and(|kind| kind.is_empty() || kind.starts_with(':'))
        };
        self.names(field) || self.facets.iter().any(asked)
    }
}
