//! The constant tensors of an ONNX graph.

use tract_onnx::pb::{TensorProto, tensor_proto::DataType};

/// A constant tensor.
pub(super) struct Constant<'a> {
    pub(super) shape: &'a [i64],
    pub(super) tensor: &'a TensorProto,
}

impl Constant<'_> {
    /// Its numbers, if there are as many as its shape says. A tensor whose numbers are in another
    /// file has none.
    pub(super) fn numbers(&self) -> Option<Vec<f32>> {
        if self.tensor.data_type != DataType::Float as i32 {
            return None;
        }
        let numbers: Vec<f32> = if self.tensor.float_data.is_empty() {
            let numbers = self.tensor.raw_data.as_chunks().0.iter();
            numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect()
        } else {
            self.tensor.float_data.clone()
        };
        let mut sizes = self.shape.iter().map(|size| usize::try_from(*size).ok());
        let count = sizes.try_fold(1_usize, |count, size| count.checked_mul(size?));
        (count == Some(numbers.len())).then_some(numbers)
    }

    /// Its whole numbers.
    pub(super) fn integers(&self) -> Option<Vec<i64>> {
        if self.tensor.data_type != DataType::Int64 as i32 {
            return None;
        }
        if !self.tensor.int64_data.is_empty() {
            return Some(self.tensor.int64_data.clone());
        }
        let numbers = self.tensor.raw_data.as_chunks().0;
        Some(
            numbers
                .iter()
                .map(|bytes| i64::from_le_bytes(*bytes))
                .collect(),
        )
    }
}
