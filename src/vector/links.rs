//! Reads the links out of a graph of instant-distance, which shows them only to serde.
//!
//! An `Hnsw` serialises as a struct whose field `zero` has, for each point, a tuple of 64 point
//! numbers: its links on the lowest layer, filled up with `u32::MAX`.

use serde::Serialize;
use serde::ser::{self, Impossible, Serializer};

/// The field with the lowest layer.
const LOWEST: &str = "zero";

/// Stands for no point.
const NO_POINT: u32 = u32::MAX;

/// The links of each point, one after another.
#[derive(Default)]
pub struct Links {
    /// Where the links of each point end. They start where those of the previous point end.
    pub ends: Vec<u32>,
    /// Numbers of points.
    pub links: Vec<u32>,
}

impl Links {
    /// The links of a graph's lowest layer.
    ///
    /// # Errors
    /// That the graph has another form than expected.
    pub fn of(graph: &impl Serialize) -> Result<Self, Unexpected> {
        let mut links = Self::default();
        graph.serialize(&mut links)?;
        Ok(links)
    }

    /// The links of a point.
    pub fn of_point(&self, point: usize) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map_or(0, |&end| end as usize);
        let start = point.checked_sub(1).map_or(0, end);
        self.links.get(start..end(point)).unwrap_or_default()
    }
}

/// The graph has another form than expected: it is of another version of instant-distance.
#[derive(Debug, thiserror::Error)]
#[error("the graph has an unknown form")]
pub struct Unexpected;

impl ser::Error for Unexpected {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

type Refused = Impossible<(), Unexpected>;

/// Refuses values that do not occur in a list of links.
macro_rules! refuse {
    ($($name:ident($($of:ty),*) -> $result:ty;)*) => {
        $(fn $name(self, $(_: $of),*) -> Result<$result, Unexpected> { Err(Unexpected) })*
    };
}

impl Serializer for &mut Links {
    type Ok = ();
    type Error = Unexpected;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Refused;
    type SerializeTupleVariant = Refused;
    type SerializeMap = Refused;
    type SerializeStruct = Self;
    type SerializeStructVariant = Refused;

    fn serialize_u32(self, point: u32) -> Result<(), Unexpected> {
        if point != NO_POINT {
            self.links.push(point);
        }
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unexpected> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unexpected> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unexpected> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unexpected> {
        Ok(self)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<(), Unexpected> {
        Err(Unexpected)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unexpected> {
        Err(Unexpected)
    }

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_tuple_struct(&'static str, usize) -> Refused;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Refused;
        serialize_map(Option<usize>) -> Refused;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Refused;
    }
}

impl ser::SerializeStruct for &mut Links {
    type Ok = ();
    type Error = Unexpected;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unexpected> {
        match name {
            LOWEST => value.serialize(&mut **self),
            _ => Ok(()),
        }
    }

    fn end(self) -> Result<(), Unexpected> {
        Ok(())
    }
}

/// The points.
impl ser::SerializeSeq for &mut Links {
    type Ok = ();
    type Error = Unexpected;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unexpected> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unexpected> {
        Ok(())
    }
}

/// The links of one point.
impl ser::SerializeTuple for &mut Links {
    type Ok = ();
    type Error = Unexpected;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Unexpected> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unexpected> {
        self.ends.push(self.links.len() as u32);
        Ok(())
    }
}
