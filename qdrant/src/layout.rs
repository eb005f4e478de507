//! How a collection is stored in Qdrant: one collection of the same name, whose metadata says what its
//! records, vectors and model are.
//!
//! The vector without a name holds the vectors of a record's passages, as a multivector of which the most
//! similar counts (max_sim), or as a plain vector if texts are not divided. So any client can search the
//! collection by a single vector. The sparse vector [`WORDS`] has the record's terms. Fields to filter by
//! have an index.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use parallax::collection::{About, State};
use parallax::vector;
use parallax::vocabulary::{FacetKind, Mined};
use qdrant_client::Payload;
use qdrant_client::qdrant::{
    CreateCollectionBuilder, CreateFieldIndexCollectionBuilder, Distance, FieldType,
    IntegerIndexParamsBuilder, MultiVectorComparator, MultiVectorConfigBuilder,
    SparseVectorParamsBuilder, SparseVectorsConfigBuilder, UpdateCollectionBuilder, Value,
    VectorParamsBuilder,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cluster::Cluster;
use crate::error::{Error, Result, reason};

/// The name of the metadata.
const OURS: &str = "parallax";

/// The version of this layout.
const FORMAT: u32 = 4;

/// The name of the vectors of passages, which is none.
pub const NEAREST: &str = "";

/// The name of the sparse vector with the terms of a record.
pub const WORDS: &str = "words";

/// The field of Parallax's own in the payload of a record.
pub const OWN: &str = "_parallax";

/// A collection without its records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// A number that no other collection of this name has or had.
    pub id: u64,
    /// Its schema, model and vectors.
    pub about: About,
    /// The state that its records are from.
    pub state: State,
    /// How many there are.
    pub records: u64,
    /// How many terms they have in all.
    pub terms: u64,
    /// The queries on which its engines disagree; `None` if none had been tried when it was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mined: Option<Mined>,
}

/// A number for a new collection, which JSON can hold.
pub fn new_id() -> u64 {
    RandomState::new().hash_one(0) >> 11
}

impl Described {
    /// How many terms a record has on average, at least 1.
    pub fn average_length(&self) -> f64 {
        (self.terms as f64 / self.records.max(1) as f64).max(1.0)
    }
}

/// What the metadata of a collection says.
#[derive(Serialize, Deserialize)]
struct Note {
    format: u32,
    /// Missing until all records are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<Described>,
}

/// How often the metadata is read back until it is as written, and how long to wait in between.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(250);

/// Over how many nodes a collection is spread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    /// How many shards it has; Qdrant's default if not given.
    pub shards: Option<u32>,
    /// How many nodes have a copy of each shard. A write is acknowledged by at least half of
    /// them: with two, one must be enough, because Qdrant 1.18 only gives up a replica that is gone if enough others
    /// have applied a change. It waits for all that it has not given up.
    pub replicas: Option<u32>,
}

impl Cluster {
    /// Whether there is a collection with this name.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub async fn exists(&self, name: &str) -> Result<bool> {
        self.ask(
            "look for the collection",
            name.to_owned(),
            |node, name| async move { node.collection_exists(name).await },
        )
        .await
    }

    /// The names of the collections that this version of Parallax wrote completely, in order.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub async fn names(&self) -> Result<Vec<String>> {
        let listed = self.ask("list the collections", (), |node, ()| async move {
            node.list_collections().await
        });
        let mut names = Vec::new();
        for collection in listed.await?.collections {
            match self.describe(&collection.name).await {
                Ok(described) if !described.about.schema.points => names.push(collection.name),
                Ok(_)
                | Err(
                    Error::NotOurs { .. } | Error::Incomplete { .. } | Error::NoCollection { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Deletes a collection. A missing one is not an error.
    ///
    /// # Errors
    /// [`Error::NotOurs`] for an alias; [`Error::Request`].
    pub async fn delete(&self, name: &str) -> Result<()> {
        self.ask(
            "delete the collection",
            name.to_owned(),
            |node, name| async move { node.delete_collection(name).await },
        )
        .await?;
        if self.exists(name).await? {
            return Err(Error::NotOurs {
                name: name.to_owned(),
                why: "is an alias of another one; delete the alias first",
            });
        }
        Ok(())
    }

    /// Creates an empty collection, which is incomplete until [`Cluster::complete`].
    pub(crate) async fn create(&self, name: &str, about: &About, spread: Spread) -> Result<()> {
        let distance = match about.distance {
            vector::Distance::Cosine => Distance::Cosine,
            vector::Distance::Dot => Distance::Dot,
        };
        let mut vectors = VectorParamsBuilder::new(about.dimension as u64, distance);
        if about.passages {
            let most_similar = MultiVectorConfigBuilder::new(MultiVectorComparator::MaxSim);
            vectors = vectors.multivector_config(most_similar);
        }
        let mut create = CreateCollectionBuilder::new(name)
            .vectors_config(vectors)
            .metadata(metadata(None));
        if !about.schema.points {
            let mut sparse = SparseVectorsConfigBuilder::default();
            sparse.add_named_vector_params(WORDS, SparseVectorParamsBuilder::default());
            create = create.sparse_vectors_config(sparse);
        }
        if let Some(shards) = spread.shards {
            create = create.shard_number(shards);
        }
        if let Some(replicas) = spread.replicas {
            create = create
                .replication_factor(replicas)
                .write_consistency_factor(replicas.div_ceil(2));
        }
        // Not repeated, because the second time it would exist.
        let create = create.build();
        let created = self.once(|node| async move { node.create_collection(create).await });
        created.await.map_err(|error| Error::Request {
            what: "create the collection".to_owned(),
            why: reason(&error),
        })?;
        for index in indexes(name, about) {
            let index = index.wait(true).build();
            self.ask("index a field", index, |node, index| async move {
                node.create_field_index(index).await
            })
            .await?;
        }
        Ok(())
    }

    /// Notes that all records are there, and reads that back.
    pub(crate) async fn complete(&self, name: &str, described: &Described) -> Result<()> {
        let update = UpdateCollectionBuilder::new(name)
            .metadata(metadata(Some(described)))
            .build();
        self.ask(
            "describe the collection",
            update,
            |node, update| async move { node.update_collection(update).await },
        )
        .await?;
        // Another node may answer that has not seen the change yet.
        let mut last = Ok(None);
        for _ in 0..LOOKS {
            last = self.describe(name).await.map(Some);
            match &last {
                Ok(Some(noted)) if noted == described => return Ok(()),
                _ => tokio::time::sleep(LOOK).await,
            }
        }
        match last {
            Err(other @ Error::Request { .. }) => Err(other),
            _ => Err(Error::NoMetadata {
                url: self.url.clone(),
            }),
        }
    }

    /// What a collection is.
    ///
    /// # Errors
    /// [`Error::NoCollection`]; [`Error::NotOurs`]; [`Error::Incomplete`]; [`Error::Request`].
    pub async fn describe(&self, name: &str) -> Result<Described> {
        if !self.exists(name).await? {
            return Err(Error::NoCollection {
                url: self.url.clone(),
                name: name.to_owned(),
            });
        }
        let info = self.ask(
            "read the collection's settings",
            name.to_owned(),
            |node, name| async move { node.collection_info(name).await },
        );
        let info = info.await?;
        let config = info.result.and_then(|info| info.config);
        let noted = config.and_then(|mut config| config.metadata.remove(OURS));
        let described = read(noted).map_err(|why| Error::NotOurs {
            name: name.to_owned(),
            why,
        });
        described?.ok_or_else(|| Error::Incomplete {
            name: name.to_owned(),
        })
    }
}

/// The indexes of a collection's fields, for other clients, and of Parallax's own.
fn indexes(name: &str, about: &About) -> Vec<CreateFieldIndexCollectionBuilder> {
    let mut indexes = Vec::new();
    for facet in &about.schema.facets {
        let kind = match facet.kind {
            FacetKind::Text => FieldType::Keyword,
            FacetKind::Number => FieldType::Float,
            FacetKind::Boolean => FieldType::Bool,
            FacetKind::Date => FieldType::Datetime,
        };
        let path = path_of(&facet.field);
        indexes.extend(path.map(|path| CreateFieldIndexCollectionBuilder::new(name, path, kind)));
    }
    if about.schema.points {
        return indexes;
    }
    // Without links of their own in the graph of vectors, which there would be for each value.
    let own = |path: String, kind| CreateFieldIndexCollectionBuilder::new(name, path, kind);
    let integers =
        |ranges: bool| IntegerIndexParamsBuilder::new(!ranges, ranges).enable_hnsw(false);
    let fields = [
        (TERMS, false),
        (PIECES, false),
        (FINGERPRINT, true),
        (TITLE, true),
    ];
    for (field, ranges) in fields {
        let index = own(own_path(field), FieldType::Integer);
        indexes.push(index.field_index_params(integers(ranges)));
    }
    if about.schema.id.is_some() {
        indexes.push(own(own_path(ID), FieldType::Keyword));
    }
    for at in 0..about.schema.facets.len() {
        indexes.push(own(texts_path(at), FieldType::Keyword));
        indexes.push(own(numbers_path(at), FieldType::Float));
    }
    indexes
}

/// The id of a record, within [`OWN`].
pub const ID: &str = "id";
/// The hashes of its terms.
pub const TERMS: &str = "terms";
/// The pieces of the model's vocabulary that it consists of.
pub const PIECES: &str = "pieces";
/// How many terms it has.
pub const LENGTH: &str = "length";
/// The digest of its contents.
pub const FINGERPRINT: &str = "fingerprint";
/// The number by which its title is ordered, if it has one.
pub const TITLE: &str = "title";
/// The values of its facets, see [`texts_path`].
pub const FACETS: &str = "facets";

/// The path of one of Parallax's own fields.
pub fn own_path(field: &str) -> String {
    format!("{OWN}.{field}")
}

/// The name of a facet's keys that are texts within [`FACETS`], by the number of the facet in the schema.
pub fn texts_of(facet: usize) -> String {
    format!("t{facet}")
}

/// The name of its keys that are numbers.
pub fn numbers_of(facet: usize) -> String {
    format!("n{facet}")
}

/// The path of a facet's keys that are texts.
pub fn texts_path(facet: usize) -> String {
    format!("{OWN}.{FACETS}.{}", texts_of(facet))
}

/// The path of its keys that are numbers.
pub fn numbers_path(facet: usize) -> String {
    format!("{OWN}.{FACETS}.{}", numbers_of(facet))
}

/// The path of a field in Qdrant; `None` for a field inside others.
fn path_of(field: &str) -> Option<String> {
    (!field.contains(['.', '"'])).then(|| format!("\"{field}\""))
}

fn metadata(complete: Option<&Described>) -> HashMap<String, serde_json::Value> {
    let note = Note {
        format: FORMAT,
        complete: complete.cloned(),
    };
    HashMap::from([(OURS.to_owned(), json!(note))])
}

/// What a collection's metadata describe; `None` if it is incomplete.
fn read(noted: Option<Value>) -> Result<Option<Described>, &'static str> {
    let noted = noted.ok_or("was not written by Parallax")?;
    let mut payload = serde_json::Map::from(Payload::from(HashMap::from([(OURS, noted)])));
    let note = payload.remove(OURS).unwrap_or_default();
    if note["format"] != FORMAT {
        return Err("was written by another version of Parallax: copy it again and replace it");
    }
    let note: Note =
        serde_json::from_value(note).map_err(|_| "has metadata that cannot be read")?;
    Ok(note.complete)
}

#[cfg(test)]
mod tests {
    use parallax::Schema;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn what_a_collection_is_survives_its_metadata() {
        let described = Described {
            id: 1 << 52,
            about: About {
                schema: Schema::startups(),
                model: "hash".into(),
                dimension: 384,
                distance: vector::Distance::Cosine,
                model_dir: PathBuf::from("model"),
                source: "digest".into(),
                passages: true,
            },
            state: State {
                sequence: 1 << 40,
                next: 9,
            },
            records: 7,
            terms: 70,
            mined: Some(Mined {
                seconds: 2.0,
                near_from: Some(0.1),
                ..Mined::default()
            }),
        };
        let noted = |metadata: HashMap<String, serde_json::Value>| {
            metadata.get(OURS).map(|note| Value::from(note.clone()))
        };
        assert_eq!(read(noted(metadata(Some(&described)))), Ok(Some(described)));
        assert_eq!(read(noted(metadata(None))), Ok(None));
        assert!(read(None).unwrap_err().contains("not written by Parallax"));
        let later = HashMap::from([(OURS.to_owned(), json!({"format": FORMAT + 1}))]);
        assert!(read(noted(later)).unwrap_err().contains("another version"));
    }

    #[test]
    fn fields_on_the_first_level_have_paths() {
        assert_eq!(path_of("price (CHF)").as_deref(), Some("\"price (CHF)\""));
        assert_eq!(path_of("sellers.name"), None);
        assert_eq!(path_of("a\"b"), None);
    }
}
