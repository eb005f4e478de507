//! From the choices in the import form to the request that starts the import: pure functions
//! over the form's fields.

use form_urlencoded::parse;
use parallax::vocabulary::limits::MAX_NAME;
use parallax::vocabulary::{FieldRoles, NewUpload};

use crate::settings::roles_of;

/// A role that one field can have.
pub struct Role {
    /// The request's parameter.
    pub parameter: &'static str,
    /// Its label in the form.
    pub label: &'static str,
    /// What it is for.
    pub hint: &'static str,
    /// The field proposed for it.
    pub proposed: Option<String>,
}

/// The roles, in the order of the form.
pub fn roles(proposed: &FieldRoles) -> [Role; 5] {
    let role = |parameter, label, hint, proposed: &Option<String>| Role {
        parameter,
        label,
        hint,
        proposed: proposed.clone(),
    };
    [
        role("title", "Title", "heading of a result", &proposed.title),
        role(
            "text",
            "Text",
            "shown below the title",
            &proposed.texts.first().cloned(),
        ),
        role("url", "Link", "address of a page", &proposed.url),
        role("image", "Picture", "address of a picture", &proposed.image),
        role("id", "Id", "identifies each record", &proposed.id),
    ]
}

/// How a field is proposed to filter by. The form requests the field without its kind. The import
/// detects the kind from the values again, because with a requested kind, records with a value of
/// another kind would be refused.
pub struct FacetChoice {
    /// The kind, such as `number`.
    pub kind: Option<String>,
    /// Whether it is proposed.
    pub proposed: bool,
}

/// The facet choice for a field.
pub fn facet_choice(field: &str, proposed: &FieldRoles) -> FacetChoice {
    let kind = |facet: &str| {
        facet
            .strip_prefix(field)?
            .strip_prefix(':')
            .map(str::to_owned)
    };
    let found = proposed
        .facets
        .iter()
        .find(|facet| *facet == field || kind(facet).is_some());
    FacetChoice {
        kind: found.and_then(|facet| kind(facet)),
        proposed: found.is_some(),
    }
}

/// The default name of a collection made from a file: the file's name up to its first dot, in the
/// characters that a collection's name may have.
pub fn collection_name(file: &str) -> String {
    let stem = file.split('.').next().unwrap_or_default();
    let mut name = String::new();
    for letter in stem.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' {
            name.push(letter);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_start_matches(['-', '_']);
    let name: String = name.chars().take(MAX_NAME).collect();
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "records".into()
    } else {
        name.into()
    }
}

/// An import as chosen in the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The collection.
    pub collection: String,
    /// The upload to create. Its size is that of the file, which is not known here.
    pub upload: NewUpload,
}

/// The import of a file as chosen in the form. A role without a field is left out.
///
/// # Errors
/// What must be chosen first.
pub fn import_order(file: &str, form: &str) -> Result<Order, &'static str> {
    let fields = roles_of(form);
    if fields.title.is_none() && fields.texts.is_empty() {
        return Err("Choose the field that contains the title, or the text: \
                    it is what will be searched.");
    }
    let given = |wanted: &str| {
        let found = parse(form.as_bytes()).find(|(parameter, _)| parameter == wanted);
        found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    Ok(Order {
        collection: given("name"),
        upload: NewUpload {
            file: file.to_owned(),
            bytes: 0,
            sha256: None,
            replace: given("replace") == "true",
            passages: true,
            fields,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_the_collection_its_name() {
        for (file, name) in [
            ("books.csv", "books"),
            ("reddit_titles.jsonl.gz", "reddit_titles"),
            ("Unsere Bücher (2024).csv", "Unsere-B-cher-2024"),
            ("__init__.json", "init__"),
            (".jsonl", "records"),
            ("книги.csv", "records"),
        ] {
            assert_eq!(collection_name(file), name, "{file}");
        }
        assert_eq!(collection_name(&"x".repeat(200)).len(), MAX_NAME);
    }

    #[test]
    fn what_was_chosen_is_what_is_asked_for() {
        let form = "name=books&title=Book+title&text=&url=&facet=city&facet=year%3Anumber\
                    &replace=true";
        let order = import_order("my books.csv", form).unwrap();
        assert_eq!(order.collection, "books");
        assert_eq!(order.upload.file, "my books.csv");
        assert!(order.upload.replace);
        let fields = order.upload.fields;
        assert_eq!(fields.title.as_deref(), Some("Book title"));
        assert_eq!(fields.facets, ["city", "year:number"]);
        assert_eq!((fields.url, fields.texts.len()), (None, 0));
    }

    #[test]
    fn several_texts_are_asked_for_once_each() {
        let form = "name=a&title=&id=+key&text=b&text=c&text=b";
        let upload = import_order("a.csv", form).unwrap().upload;
        assert_eq!(upload.fields.texts, ["b", "c"]);
        assert_eq!(upload.fields.id.as_deref(), Some(" key"));
        assert!(!upload.replace);
    }

    #[test]
    fn something_has_to_be_searchable() {
        assert!(import_order("a.csv", "name=a&title=&text=&facet=city").is_err());
        assert!(import_order("a.csv", "name=a&text=body").is_ok());
    }

    #[test]
    fn a_facet_keeps_the_kind_it_was_proposed_with() {
        let proposed = FieldRoles {
            facets: vec!["city".into(), "year:number".into()],
            ..FieldRoles::default()
        };
        let year = facet_choice("year", &proposed);
        assert_eq!(year.kind.as_deref(), Some("number"));
        assert!(facet_choice("city", &proposed).proposed);
        assert!(!facet_choice("ye", &proposed).proposed);
    }
}
