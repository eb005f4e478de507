//! Another choice of fields for a collection that has records.

use std::collections::HashSet;

use super::roles::facet_named;
use super::{FacetField, FieldRoles, Schema};

impl Schema {
    /// The schema with other roles. `roles` names all of them: a role that it leaves out is no
    /// longer given to any field, except the id and the language, which stay. Fields that no longer
    /// hold the title or a text are still searched.
    ///
    /// # Errors
    /// A sentence saying what is wrong with the roles.
    pub fn changed(&self, roles: &FieldRoles) -> Result<Self, String> {
        if roles
            .id
            .as_ref()
            .is_some_and(|id| Some(id) != self.id.as_ref())
        {
            return Err("the field of the ids cannot be changed; import the records again".into());
        }
        if roles.title.is_none() && roles.texts.is_empty() {
            return Err("say which field contains the title or the text, or both".into());
        }
        let mut schema = Self {
            language: roles.language()?.unwrap_or(self.language),
            url: roles.url.clone(),
            image: roles.image.clone(),
            ..self.clone()
        };
        if roles.title != self.title || roles.texts != self.texts {
            if self.pairs {
                return Err(
                    "the fields of questions and answers cannot be changed; import them again"
                        .into(),
                );
            }
            schema.speak(roles, self);
        }
        schema.facets.clear();
        for asked in &roles.facets {
            let facet = self.facet_asked(asked)?;
            if schema.facets.iter().all(|other| other.field != facet.field) {
                schema.facets.push(facet);
            }
        }
        // The records are there already, so no value of another kind may be refused.
        let told = |facet: &&FacetField| !self.facets.contains(facet);
        let new = schema.facets.iter().filter(told);
        let new: Vec<String> = new.map(|facet| facet.field.clone()).collect();
        schema.guessed.retain(|field| !new.contains(field));
        schema.guessed.extend(new);
        let facets: HashSet<&String> = schema.facets.iter().map(|facet| &facet.field).collect();
        schema.guessed.retain(|field| facets.contains(field));
        schema.weights.clear();
        schema.weigh(roles)?;
        Ok(schema)
    }

    /// Gives title and texts to other fields.
    fn speak(&mut self, roles: &FieldRoles, before: &Self) {
        self.title.clone_from(&roles.title);
        self.texts.clone_from(&roles.texts);
        let now: Vec<String> = self.title.iter().chain(&self.texts).cloned().collect();
        let earlier: Vec<String> = before.title.iter().chain(&before.texts).cloned().collect();
        self.also.extend(earlier.iter().cloned());
        let mut seen = HashSet::new();
        let kept = |field: &String| !now.contains(field) && seen.insert(field.clone());
        self.also.retain(kept);
        self.unsearched.retain(|field| !now.contains(field));
        // What was encoded besides title and text stays so.
        let further = before.encoded.iter();
        let further = further.filter(|field| !earlier.contains(field) && !now.contains(field));
        self.encoded = now.iter().chain(further).cloned().collect();
        self.prose = true;
    }

    /// A facet, as an importer names it. Without a kind, it keeps the one it has.
    fn facet_asked(&self, asked: &str) -> Result<FacetField, String> {
        let known = self.facets.iter().find(|facet| facet.field == asked);
        known.map_or_else(|| facet_named(asked), |known| Ok(known.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Payload;
    use serde_json::json;

    fn books() -> Schema {
        let roles = FieldRoles {
            id: Some("id".into()),
            title: Some("head".into()),
            texts: vec!["body".into()],
            facets: vec!["year:number".into(), "shelf".into()],
            ..FieldRoles::default()
        };
        Schema::named(&roles).unwrap()
    }

    fn record() -> Payload {
        let record = json!({"id": "a", "head": "Tea", "body": "Leaves", "year": 1999,
            "story": "Once upon a time there was a pot"});
        record.as_object().unwrap().clone()
    }

    #[test]
    fn its_own_roles_change_nothing() {
        let schema = books();
        assert_eq!(schema.changed(&schema.roles()).unwrap(), schema);
        let startups = Schema::startups();
        assert_eq!(startups.changed(&startups.roles()).unwrap(), startups);
    }

    #[test]
    fn filters_weights_and_language_do_not_change_what_is_encoded() {
        let schema = books();
        let roles = FieldRoles {
            facets: vec!["year:text".into()],
            weights: vec!["head=7".into()],
            language: Some("de".into()),
            ..schema.roles()
        };
        let changed = schema.changed(&roles).unwrap();
        assert_eq!(
            changed.encoded_text(&record()),
            schema.encoded_text(&record())
        );
        assert_eq!(changed.word_weights()[0], 7);
        assert_eq!(changed.language.to_string(), "de");
        assert_eq!(changed.facets.len(), 1);
        // A value of another kind must not make a stored record invalid.
        assert_eq!(changed.guessed, ["year"]);
    }

    #[test]
    fn another_text_is_encoded_and_the_old_one_still_searched() {
        let schema = books();
        let roles = FieldRoles {
            texts: vec!["story".into()],
            ..schema.roles()
        };
        let changed = schema.changed(&roles).unwrap();
        assert!(
            changed
                .encoded_text(&record())
                .starts_with("Tea. Once upon")
        );
        assert!(changed.words().named().contains(&"body"));
        let back = changed.changed(&schema.roles()).unwrap();
        assert_eq!(back.encoded, schema.encoded);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let schema = books();
        let refused = |change: fn(&mut FieldRoles)| {
            let mut roles = schema.roles();
            change(&mut roles);
            schema.changed(&roles).unwrap_err()
        };
        assert!(refused(|roles| roles.id = Some("key".into())).contains("ids"));
        assert!(refused(|roles| roles.facets = vec!["a:colour".into()]).contains("colour"));
        assert!(refused(|roles| roles.weights = vec!["year=2".into()]).contains("year"));
        let empty = refused(|roles| (roles.title, roles.texts) = (None, Vec::new()));
        assert!(empty.contains("title or the text"));
    }
}
