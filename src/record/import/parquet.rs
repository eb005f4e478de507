//! Parquet: each row of a table is a record. Dates and times become text, bytes become base64.

use std::fs::File;
use std::io;

use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use serde_json::Value;

use super::line::{Line, Rows};

/// The rows of a file.
pub struct ParquetRows {
    rows: RowIter<'static>,
    read: u64,
}

impl ParquetRows {
    /// Reads the table's metadata, which is at the end of the file.
    pub fn new(file: File) -> Result<Self, String> {
        let reader = SerializedFileReader::new(file)
            .map_err(|error| format!("the Parquet file is damaged or cut ({error})"))?;
        Ok(Self {
            rows: RowIter::from_file_into(Box::new(reader)),
            read: 0,
        })
    }
}

impl Rows for ParquetRows {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let Some(row) = self.rows.next() else {
            return Ok(None);
        };
        self.read += 1;
        let line = self.read;
        let row = row.map_err(|error| {
            let what = format!("the Parquet file is damaged ({error})");
            io::Error::new(io::ErrorKind::InvalidData, what)
        })?;
        Ok(Some(match row.to_json_value() {
            Value::Object(payload) => Line::Record { line, payload },
            _ => Line::Skipped {
                line,
                reason: "the row has no fields".into(),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use crate::record::Import;
    use crate::record::import::tests::{read, records};

    fn table() -> Vec<u8> {
        let schema = "message t { REQUIRED INT64 n; REQUIRED BYTE_ARRAY title (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let numbers = [i64::MAX, 2];
        column
            .typed::<Int64Type>()
            .write_batch(&numbers, None, None)
            .unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let titles = ["Mill", "Käse"].map(ByteArray::from);
        column
            .typed::<ByteArrayType>()
            .write_batch(&titles, None, None)
            .unwrap();
        column.close().unwrap();
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    #[test]
    fn rows_are_records() {
        let (lines, _) = read("a.parquet", &table());
        let records = records(&lines);
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].1["n"], i64::MAX);
        assert_eq!(records[1].1["title"], "Käse");
    }

    #[test]
    fn a_cut_file_is_refused() {
        let cut = table()[..20].to_vec();
        let error = Import::read("a.parquet", std::io::Cursor::new(cut))
            .map(|_| ())
            .unwrap_err();
        assert!(error.to_string().contains("damaged or cut"), "{error}");
    }
}
