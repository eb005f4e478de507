//! The judgements of collections: how relevant records are to queries. They are kept in the
//! catalogue, under the collection's name, and change in the same transactions as the names do: they
//! go when the collection is dropped, follow it when it is renamed, and stay when it is re-encoded,
//! given other settings or replaced by a newer version of its records. A judgement of a record that
//! is gone stays too, since the record may come back; it is left out of exports.

use std::collections::BTreeMap;

use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::{COLLECTIONS, Catalogue};
use crate::error::{Error, Result};
use crate::query::Query;
use crate::vocabulary::limits::{MAX_GRADE, MAX_JUDGED_ID, MAX_JUDGED_QUERIES, MAX_JUDGEMENTS};
use crate::vocabulary::{JudgedQuery, Judgement, Progress};

/// Collection, query and record -> grade.
type Key = (&'static str, &'static str, &'static str);
pub(super) const JUDGEMENTS: TableDefinition<'_, Key, u8> = TableDefinition::new("judgements");

/// The outcome of a transaction that may refuse to change anything.
type Outcome = std::result::Result<Progress, Refusal>;

enum Refusal {
    NoCollection,
    TooMany(String),
}

impl Catalogue {
    /// Keeps a judgement, in place of an earlier one of the same record for the same query.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for an empty or overlong query, a grade above [`MAX_GRADE`], or one
    /// judgement too many; [`Error::NoCollection`], [`Error::NoRecord`].
    pub fn judge(&self, name: &str, judgement: &Judgement) -> Result<Progress> {
        let q = query(&judgement.q)?;
        let (id, grade) = (&*judgement.id, judgement.grade);
        if grade > MAX_GRADE {
            return Err(Error::BadQuery(format!(
                "grade is {grade}; it must be between 0 (not relevant) and {MAX_GRADE} (relevant)"
            )));
        }
        if id.len() > MAX_JUDGED_ID {
            return Err(Error::BadQuery(format!(
                "the id has {} bytes; a record can be judged if it has at most {MAX_JUDGED_ID}",
                id.len()
            )));
        }
        // The record must be there.
        self.collection(name)?.record(id)?;
        self.change(name, |write| {
            let mut table = write.open_table(JUDGEMENTS)?;
            let known = table.get((name, q, id))?.is_some();
            let mut progress = count(&table, name)?;
            if !known {
                let first = of_query(&table, name, q)?.is_empty();
                if first && progress.queries >= MAX_JUDGED_QUERIES {
                    let most = format!("{MAX_JUDGED_QUERIES} queries have judgements");
                    return Ok(Err(Refusal::TooMany(most)));
                }
                if progress.judgements >= MAX_JUDGEMENTS {
                    let most = format!("there are {MAX_JUDGEMENTS} judgements");
                    return Ok(Err(Refusal::TooMany(most)));
                }
                progress.queries += u32::from(first);
                progress.judgements += 1;
            }
            table.insert((name, q, id), grade)?;
            Ok(Ok(progress))
        })
    }

    /// Takes a judgement back; nothing happens if there is none.
    ///
    /// # Errors
    /// [`Error::NoCollection`]; [`Error::BadQuery`] for an empty or overlong query.
    pub fn take_back(&self, name: &str, q: &str, id: &str) -> Result<Progress> {
        let q = query(q)?;
        self.change(name, |write| {
            let mut table = write.open_table(JUDGEMENTS)?;
            table.remove((name, q, id))?;
            count(&table, name).map(Ok)
        })
    }

    /// The judgements of a collection, in order of query and id.
    ///
    /// # Errors
    /// [`Error::NoCollection`]; the catalogue cannot be read.
    pub fn judgements(&self, name: &str) -> Result<Vec<JudgedQuery>> {
        self.check_exists(name)?;
        self.read(|read| {
            let mut judged: Vec<JudgedQuery> = Vec::new();
            for row in read.open_table(JUDGEMENTS)?.range((name, "", "")..)? {
                let (key, grade) = row?;
                let (of, q, id) = key.value();
                if of != name {
                    break;
                }
                if judged.last().is_none_or(|last| last.q != q) {
                    judged.push(JudgedQuery {
                        q: q.to_owned(),
                        grades: Vec::new(),
                    });
                }
                if let Some(last) = judged.last_mut() {
                    last.grades.push((id.to_owned(), grade.value()));
                }
            }
            Ok(judged)
        })
    }

    /// The grades of records for one query, and how much has been judged in all.
    ///
    /// # Errors
    /// As for [`Catalogue::judgements`].
    pub fn judged(&self, name: &str, q: &str) -> Result<(BTreeMap<String, u8>, Progress)> {
        let q = query(q)?;
        self.check_exists(name)?;
        self.read(|read| {
            let table = read.open_table(JUDGEMENTS)?;
            Ok((of_query(&table, name, q)?, count(&table, name)?))
        })
    }

    /// How much has been judged in a collection.
    ///
    /// # Errors
    /// As for [`Catalogue::judgements`].
    pub fn progress(&self, name: &str) -> Result<Progress> {
        self.check_exists(name)?;
        self.read(|read| count(&read.open_table(JUDGEMENTS)?, name))
    }

    /// Changes judgements in one transaction, if the collection is still there.
    fn change(
        &self,
        name: &str,
        change: impl FnOnce(&WriteTransaction) -> Result<Outcome, redb::Error>,
    ) -> Result<Progress> {
        let outcome = self.database.write(|write| {
            if write.open_table(COLLECTIONS)?.get(name)?.is_none() {
                return Ok(Err(Refusal::NoCollection));
            }
            change(write)
        });
        match outcome.map_err(self.failed())? {
            Ok(progress) => Ok(progress),
            Err(Refusal::NoCollection) => Err(self.no_collection(name)),
            Err(Refusal::TooMany(most)) => Err(Error::BadQuery(format!(
                "in collection '{name}', {most} already, which is the most; export them, or take \
                 some back"
            ))),
        }
    }

    fn check_exists(&self, name: &str) -> Result<()> {
        match self.number(name)? {
            Some(_) => Ok(()),
            None => Err(self.no_collection(name)),
        }
    }
}

/// Removes the judgements of a collection.
pub(super) fn forget(write: &WriteTransaction, name: &str) -> Result<(), redb::Error> {
    take(write, name).map(drop)
}

/// Gives the judgements of a collection to its new name.
pub(super) fn rename(write: &WriteTransaction, name: &str, to: &str) -> Result<(), redb::Error> {
    let taken = take(write, name)?;
    let mut table = write.open_table(JUDGEMENTS)?;
    for (q, id, grade) in taken {
        table.insert((to, &*q, &*id), grade)?;
    }
    Ok(())
}

fn take(write: &WriteTransaction, name: &str) -> Result<Vec<(String, String, u8)>, redb::Error> {
    let mut table = write.open_table(JUDGEMENTS)?;
    let mut taken = Vec::new();
    for row in table.range((name, "", "")..)? {
        let (key, grade) = row?;
        let (of, q, id) = key.value();
        if of != name {
            break;
        }
        taken.push((q.to_owned(), id.to_owned(), grade.value()));
    }
    for (q, id, _) in &taken {
        table.remove((name, &**q, &**id))?;
    }
    Ok(taken)
}

fn of_query(
    table: &impl ReadableTable<Key, u8>,
    name: &str,
    q: &str,
) -> Result<BTreeMap<String, u8>, redb::Error> {
    let mut grades = BTreeMap::new();
    for row in table.range((name, q, "")..)? {
        let (key, grade) = row?;
        let (of, of_q, id) = key.value();
        if (of, of_q) != (name, q) {
            break;
        }
        grades.insert(id.to_owned(), grade.value());
    }
    Ok(grades)
}

fn count(table: &impl ReadableTable<Key, u8>, name: &str) -> Result<Progress, redb::Error> {
    let mut progress = Progress::default();
    let mut last = String::new();
    for row in table.range((name, "", "")..)? {
        let (key, _) = row?;
        let (of, q, _) = key.value();
        if of != name {
            break;
        }
        if progress.judgements == 0 || last != q {
            progress.queries += 1;
            q.clone_into(&mut last);
        }
        progress.judgements += 1;
    }
    Ok(progress)
}

/// A query as its judgements are kept.
fn query(q: &str) -> Result<&str> {
    let q = q.trim();
    Query::new(q).check()?;
    Ok(q)
}
