//! The files of a base: its columns, its vectors and its graph. All are mapped and read in place;
//! what a query does not touch stays on disk. All are caches: whatever is wrong with one, it is made
//! again from the store.
//!
//! Opening the file of vectors or of a graph reads its directory and the small tables.
//! [`mapped::verify`] reads all of it and compares the checksums, which is for the background. The
//! columns are compared with theirs when they are opened: they are smaller, and what finds records
//! by words follows many numbers.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::mapped::{self, MappedFile, SectionWriter};
use crate::segment::Columns;
use crate::segment::pieces::Pieces;
use crate::storage::layout::BuiltFrom;
use crate::vector::{Codes, Distinct, ExactScan, Graph, Vectors};

/// Changes with the sections of the file of columns, or how they are derived from a record.
const COLUMNS_FORMAT: u32 = 13;

/// The sections of columns that are read from start to end.
const IN_ORDER: [&str; 3] = ["postings.bytes", "postings.positions", "lengths"];

/// Changes with the sections of the file of vectors, or how codes are made.
const VECTORS_FORMAT: u32 = 2;

/// Changes with the sections of the file of the graph.
const GRAPH_FORMAT: u32 = 6;

/// The sections of the pieces of passages.
const PIECES: [&str; 3] = ["piece ends", "pieces", "piece counts"];

/// From this many bytes on, vectors are read by system calls instead of through the mapping: see
/// [`mapped::FileRange`]. Fewer may be resident as a whole.
const MAPPED_BYTES: u64 = 128 << 20;

/// What the columns of a file are.
#[derive(Serialize, Deserialize)]
struct AboutColumns {
    from: BuiltFrom,
    facets: u32,
}

/// What the vectors of a file are.
#[derive(Serialize, Deserialize)]
struct AboutVectors {
    from: BuiltFrom,
    dimension: u32,
    positions: u32,
    /// That of the codes.
    digest: u64,
}

/// What a graph was built from.
#[derive(Serialize, Deserialize)]
struct AboutGraph {
    from: BuiltFrom,
    /// That of the codes.
    digest: u64,
}

/// Saves the columns of a base.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn save_columns(path: &Path, from: &BuiltFrom, columns: &Columns) -> Result<()> {
    let about = AboutColumns {
        from: from.clone(),
        facets: columns.facets.facets() as u32,
    };
    write(path, COLUMNS_FORMAT, &about, |writer| columns.save(writer))
}

/// The columns of a base from their file, and what they were built from, if the file is intact.
///
/// # Errors
/// Why the file cannot be used, for the log.
pub(crate) fn load_columns(path: &Path) -> Result<(BuiltFrom, Columns), String> {
    let file = MappedFile::open_with(path, COLUMNS_FORMAT, &IN_ORDER)?;
    file.verify()?;
    let about: AboutColumns = about(file.about())?;
    Ok((about.from, Columns::load(&file, about.facets as usize)?))
}

/// Saves the vectors of a base, and the pieces of its passages.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn save_vectors(
    path: &Path,
    from: &BuiltFrom,
    scan: &ExactScan,
    pieces: &Pieces,
) -> Result<()> {
    let (vectors, codes) = (scan.vectors(), scan.codes());
    let about = AboutVectors {
        from: from.clone(),
        dimension: vectors.dimension() as u32,
        positions: scan.len() as u32,
        digest: codes.digest(),
    };
    write(path, VECTORS_FORMAT, &about, |writer| {
        writer.start("vectors")?;
        let mut space = Vec::new();
        for row in 0..vectors.len() as u32 {
            let vector = vectors.get_in(row, &mut space);
            let vector = vector.ok_or_else(|| io::Error::other("a vector cannot be read"))?;
            writer.write_all(bytemuck::cast_slice(vector))?;
        }
        writer.section("codes", codes.lines().as_bytes())?;
        writer.section("scales", codes.scales().as_bytes())?;
        for (name, part) in ["rows", "starts", "copies"]
            .iter()
            .zip(scan.distinct().parts())
        {
            writer.section(name, part.as_bytes())?;
        }
        for (name, part) in PIECES.iter().zip(pieces.parts()) {
            writer.section(name, part)?;
        }
        Ok(())
    })
}

/// The vectors of a base from their file, and the pieces of its passages.
///
/// # Errors
/// Why the file cannot be used, for the log.
pub(crate) fn load_vectors(path: &Path, from: &BuiltFrom) -> Result<(ExactScan, Pieces), String> {
    load_vectors_with(path, from, MAPPED_BYTES)
}

fn load_vectors_with(
    path: &Path,
    from: &BuiltFrom,
    most: u64,
) -> Result<(ExactScan, Pieces), String> {
    let file = MappedFile::open_with(path, VECTORS_FORMAT, &["codes", "scales"])?;
    let about: AboutVectors = about(file.about())?;
    if about.from != *from {
        return Err("it is of another state".into());
    }
    let dimension = about.dimension as usize;
    let range = file.range("vectors")?;
    let vectors = if range.length() > most {
        Vectors::of_file(dimension, range)
    } else {
        Vectors::new(dimension, file.values("vectors")?)
    };
    let (lines, scales) = (file.values("codes")?, file.values("scales")?);
    let codes = Codes::of_parts(dimension, lines, scales, about.digest);
    // Small, and every number is checked when it is loaded.
    let tables = [
        file.values("rows")?,
        file.values("starts")?,
        file.values("copies")?,
    ];
    let rows = codes.as_ref().map_or(0, Codes::len);
    let distinct = Distinct::of_parts(about.positions as usize, rows, tables);
    let parts = vectors.zip(codes).zip(distinct);
    let scan = parts
        .and_then(|((vectors, codes), distinct)| ExactScan::of_parts(vectors, codes, distinct));
    let [ends, bytes, counts] = PIECES;
    let (ends, bytes) = (file.values(ends)?, file.values(bytes)?);
    let pieces = Pieces::of_parts(ends, bytes, file.values(counts)?, about.positions as usize);
    scan.zip(pieces)
        .ok_or_else(|| "its parts contradict each other".into())
}

/// Saves the graph of a base.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn save_graph(path: &Path, from: &BuiltFrom, graph: &Graph) -> Result<()> {
    let about = AboutGraph {
        from: from.clone(),
        digest: graph.digest(),
    };
    write(path, GRAPH_FORMAT, &about, |writer| {
        for (name, part) in ["entries", "starts", "links"].iter().zip(graph.parts()) {
            writer.section(name, part.as_bytes())?;
        }
        Ok(())
    })
}

/// The graph of a base from its file, if it was built from these codes.
///
/// # Errors
/// Why the file cannot be used, for the log.
pub(crate) fn load_graph(path: &Path, from: &BuiltFrom, codes: &Codes) -> Result<Graph, String> {
    let file = MappedFile::open(path, GRAPH_FORMAT)?;
    let about: AboutGraph = about(file.about())?;
    if about.from != *from {
        return Err("it is of another state".into());
    }
    let parts = [
        file.values("entries")?,
        file.values("starts")?,
        file.values("links")?,
    ];
    let graph = Graph::of_parts(parts, about.digest);
    let graph = graph.ok_or("its parts contradict each other")?;
    if graph.len() != codes.len() || graph.digest() != codes.digest() {
        return Err("it was built from other vectors".into());
    }
    Ok(graph)
}

/// What a graph was built from, according to its file; the rest of the file is not read.
pub(crate) fn graph_built_from(path: &Path) -> Option<BuiltFrom> {
    let bytes = mapped::about(path, GRAPH_FORMAT)?;
    let about: AboutGraph = about(&bytes).ok()?;
    Some(about.from)
}

/// Reads a file of columns and compares it with its checksums.
///
/// # Errors
/// What is damaged.
pub(crate) fn verify_columns(path: &Path) -> Result<(), String> {
    mapped::verify(path, COLUMNS_FORMAT)
}

/// Reads a file of vectors and compares it with its checksums.
///
/// # Errors
/// What is damaged.
pub(crate) fn verify_vectors(path: &Path) -> Result<(), String> {
    mapped::verify(path, VECTORS_FORMAT)
}

/// Reads a file of a graph and compares it with its checksums.
///
/// # Errors
/// What is damaged.
pub(crate) fn verify_graph(path: &Path) -> Result<(), String> {
    mapped::verify(path, GRAPH_FORMAT)
}

fn about<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|error| format!("it cannot be read: {error}"))
}

fn write(
    path: &Path,
    format: u32,
    about: &impl Serialize,
    sections: impl FnOnce(&mut SectionWriter<BufWriter<&mut std::fs::File>>) -> io::Result<()>,
) -> Result<()> {
    let fail = || Error::io(path);
    let about = postcard::to_stdvec(about).map_err(|error| fail()(io::Error::other(error)))?;
    atomic_file::write(path, |file| {
        let mut writer = SectionWriter::new(BufWriter::new(file), format, about).map_err(fail())?;
        sections(&mut writer).map_err(fail())?;
        writer.finish().map_err(fail())?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FacetField, FacetKind, Schema};
    use crate::segment::Segment;
    use crate::segment::pieces::{PiecesBuilder, Tokenize};
    use crate::storage::layout::{Encoded, State};
    use crate::vector::{Effort, Neighbour, normalise};

    /// Unit vectors of 50 components, some of them twice.
    fn vectors() -> Vec<Vec<f32>> {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        let mut vectors: Vec<Vec<f32>> = Vec::new();
        for at in 0..500 {
            let mut vector = match at % 10 {
                9 => vectors[at / 2].clone(),
                _ => (0..50).map(|_| random()).collect(),
            };
            normalise(&mut vector).unwrap();
            vectors.push(vector);
        }
        vectors
    }

    fn from(sequence: u64) -> BuiltFrom {
        BuiltFrom {
            state: State { sequence, next: 9 },
            model: "model".into(),
        }
    }

    /// Of each position itself, and one that all have.
    fn pieces(scan: &ExactScan) -> Pieces {
        let mut pieces = PiecesBuilder::default();
        (0..scan.len() as u32).for_each(|at| pieces.add(vec![vec![70_000, at]]));
        pieces.build()
    }

    /// Splits no text.
    struct NoPieces;

    impl Tokenize for NoPieces {
        fn pieces(&self, _: &str) -> Vec<u32> {
            Vec::new()
        }
    }

    /// A segment of texts with a facet, some of them twice.
    fn segment() -> Segment {
        let schema = Schema {
            title: Some("title".into()),
            facets: vec![FacetField {
                field: "kind".into(),
                kind: FacetKind::Text,
            }],
            ..Schema::documents()
        };
        let records: Vec<Encoded> = (0..400u32)
            .map(|at| {
                let at = at - at % 10 / 9;
                let text = format!("word{} of many words, about {}", at % 7, at * at % 31);
                let payload = serde_json::json!({
                    "title": format!("Title {at}"), "text": text, "kind": format!("kind {}", at % 5)
                });
                let mut vector = vec![0.0; 384];
                vector[at as usize % 384] = 1.0;
                Encoded {
                    payload: payload.as_object().unwrap().clone(),
                    vectors: vec![vector.into()],
                    ranges: Vec::new(),
                    read_in_part: false,
                }
            })
            .collect();
        Segment::of(&schema, &NoPieces, 7, &records.iter().collect::<Vec<_>>())
    }

    #[test]
    fn loaded_columns_are_those_saved_and_damaged_ones_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let built = segment().columns;
        save_columns(&path, &from(1), &built).unwrap();
        let (of, loaded) = load_columns(&path).unwrap();
        assert_eq!(of, from(1));
        assert!(loaded.fits(1) && !loaded.fits(2));
        assert_eq!(loaded.text, built.text);
        assert_eq!(loaded.facets, built.facets);
        assert_eq!(*loaded.numbers, *built.numbers);
        assert_eq!(*loaded.ends, *built.ends);
        let mut same = 0;
        for (position, fingerprint) in (0..).zip(built.fingerprints.iter()) {
            let copies: Vec<u32> = loaded.copies.of(*fingerprint).collect();
            assert!(copies.contains(&position));
            same += copies.len() - 1;
        }
        assert_eq!(same, 2 * 40);
        drop(loaded);

        let whole = std::fs::read(&path).unwrap();
        for part in 0..40 {
            let mut damaged = whole.clone();
            let length = whole.len() / 40;
            damaged[part * length..(part + 1) * length].fill(0xf5);
            let path = folder.path().join(format!("c{part}"));
            std::fs::write(&path, damaged).unwrap();
            assert!(load_columns(&path).is_err(), "part {part}");
        }
    }

    #[test]
    fn loaded_vectors_and_graphs_answer_as_built_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (path, graph_path) = (folder.path().join("v"), folder.path().join("g"));
        let vectors = vectors();
        let scan = ExactScan::new(&vectors);
        let graph = Graph::build(scan.codes());
        assert!(scan.codes().len() < scan.len());
        save_vectors(&path, &from(1), &scan, &pieces(&scan)).unwrap();
        save_graph(&graph_path, &from(1), &graph).unwrap();
        verify_vectors(&path).unwrap();
        verify_graph(&graph_path).unwrap();
        assert_eq!(graph_built_from(&graph_path), Some(from(1)));
        // Mapped, and read row by row.
        for most in [u64::MAX, 0] {
            let (loaded, its_pieces) = load_vectors_with(&path, &from(1), most).unwrap();
            let its_graph = load_graph(&graph_path, &from(1), loaded.codes()).unwrap();
            for query in vectors.iter().step_by(50) {
                let near: Vec<Neighbour> = scan.nearest(query, 20, None);
                assert_eq!(loaded.nearest(query, 20, None), near);
                let walk = |graph: &Graph, scan: &ExactScan| {
                    let effort = Effort::for_hits(20);
                    graph.nearest_and_reaching(scan, query, 20, 0.9, None, effort)
                };
                assert_eq!(walk(&its_graph, &loaded), walk(&graph, &scan));
            }
            for (position, vector) in (0..).zip(&vectors) {
                assert_eq!(its_pieces.of(position), [position, 70_000]);
                assert_eq!(loaded.vector(position).unwrap(), vector.as_slice());
            }
        }
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, graph_path) = (folder.path().join("v"), folder.path().join("g"));
        let mut vectors = vectors();
        let scan = ExactScan::new(&vectors);
        let graph = Graph::build(scan.codes());
        save_vectors(&path, &from(1), &scan, &pieces(&scan)).unwrap();
        save_graph(&graph_path, &from(1), &graph).unwrap();
        assert!(load_vectors(&path, &from(2)).is_err());
        assert!(load_vectors(&graph_path, &from(1)).is_err());
        assert!(load_graph(&graph_path, &from(2), scan.codes()).is_err());
        // As many vectors, and one is another.
        vectors[3][0] += 0.5;
        normalise(&mut vectors[3]).unwrap();
        let other = ExactScan::new(&vectors);
        assert!(load_graph(&graph_path, &from(1), other.codes()).is_err());
    }

    /// A damage that opening does not notice must not make a query fail.
    #[test]
    fn queries_survive_a_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, graph_path) = (folder.path().join("v"), folder.path().join("g"));
        let vectors = vectors();
        let scan = ExactScan::new(&vectors);
        save_graph(&graph_path, &from(1), &Graph::build(scan.codes())).unwrap();
        save_vectors(&path, &from(1), &scan, &pieces(&scan)).unwrap();
        let (whole, of_graph) = (
            std::fs::read(&path).unwrap(),
            std::fs::read(&graph_path).unwrap(),
        );
        for part in 0..40 {
            let damage = |bytes: &[u8], path: &Path| {
                let mut bytes = bytes.to_vec();
                let length = bytes.len() / 40;
                bytes[part * length..(part + 1) * length].fill(0xf5);
                std::fs::write(path, bytes).unwrap();
            };
            // Written under another name, as a mapped file must not change.
            let (path, graph_path) = (
                folder.path().join(format!("v{part}")),
                folder.path().join(format!("g{part}")),
            );
            damage(&whole, &path);
            damage(&of_graph, &graph_path);
            assert!(verify_vectors(&path).is_err() && verify_graph(&graph_path).is_err());
            let read = load_vectors(&path, &from(1));
            let (loaded, its_pieces) = read.unwrap_or_else(|_| (scan.clone(), pieces(&scan)));
            for position in 0..vectors.len() as u32 {
                its_pieces.of(position);
            }
            loaded.nearest(&vectors[0], 10, None);
            if let Ok(graph) = load_graph(&graph_path, &from(1), loaded.codes()) {
                let effort = Effort::for_hits(10);
                graph.nearest_and_reaching(&loaded, &vectors[0], 10, 0.5, None, effort);
            }
        }
    }
}
