//! Vectors quantised to one byte per component, with a bound on the error.

use std::sync::OnceLock;

use bytemuck::{Pod, Zeroable};

use super::kernels::{Kernel, Line, QueryLine, Rows};
use super::vectors::MAX_DIMENSION;
use crate::mapped::Values;

/// Quantised vectors: `vector ≈ scale · code`. Each component is rounded to the nearest of 255
/// steps between plus and minus the largest component of the vector.
#[derive(Clone, Default)]
pub struct Codes {
    /// Lines of 64 bytes in each row.
    width: usize,
    lines: Values<Line>,
    scales: Values<Scale>,
    digest: OnceLock<u64>,
}

/// How a row of codes relates to its vector.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Scale {
    /// The length of a step.
    pub scale: f32,
    /// Euclidean length of `vector - scale · code`, rounded up.
    pub error: f32,
}

impl Codes {
    /// Quantises unit vectors, given one after another.
    pub fn new(dimension: usize, vectors: &[f32]) -> Self {
        use rayon::prelude::*;
        if dimension == 0 {
            return Self::default();
        }
        let (width, count) = (width(dimension), vectors.len() / dimension);
        let mut lines = vec![Line::ZERO; width * count];
        let mut scales = vec![Scale::zeroed(); count];
        lines
            .par_chunks_mut(width)
            .zip(&mut scales)
            .zip(vectors.par_chunks_exact(dimension))
            .for_each(|((lines, scale), vector)| *scale = quantise(vector, lines));
        Self {
            width,
            lines: lines.into(),
            scales: scales.into(),
            digest: OnceLock::new(),
        }
    }

    /// Codes of vectors with so many components, and their digest; `None` if the parts contradict
    /// each other.
    pub fn of_parts(
        dimension: usize,
        lines: Values<Line>,
        scales: Values<Scale>,
        digest: u64,
    ) -> Option<Self> {
        let width = width(dimension);
        let fits = dimension <= MAX_DIMENSION && lines.len() == width * scales.len();
        fits.then_some(Self {
            width,
            lines,
            scales,
            digest: digest.into(),
        })
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// Lines of 64 bytes in each row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Their bytes.
    pub fn lines(&self) -> &Values<Line> {
        &self.lines
    }

    /// Their scales and errors.
    pub fn scales(&self) -> &Values<Scale> {
        &self.scales
    }

    /// Their bytes, row by row.
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            lines: &self.lines,
            width: self.width,
        }
    }

    /// Replaces `steps` with the lengths of the steps of some rows; 0 for rows that do not exist.
    pub fn steps(&self, rows: &[u32], steps: &mut Vec<f32>) {
        let scales: &[Scale] = &self.scales;
        let scales = rows.iter().map(|&row| scales.get(row as usize));
        steps.clear();
        steps.extend(scales.map(|scale| scale.map_or(0.0, |scale| scale.scale)));
    }

    /// A number that differs, almost certainly, for other codes. A graph belongs to the codes it
    /// was built from.
    pub fn digest(&self) -> u64 {
        *self.digest.get_or_init(|| {
            let lines = crc32fast::hash(self.lines.as_bytes());
            let scales = crc32fast::hash(self.scales.as_bytes());
            u64::from(lines) << 32 | u64::from(scales)
        })
    }
}

/// Lines of 64 bytes for so many components.
fn width(dimension: usize) -> usize {
    dimension.div_ceil(64)
}

/// Writes a vector's code.
fn quantise(vector: &[f32], lines: &mut [Line]) -> Scale {
    let largest = vector.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    // The step of a vector of tiny components would be zero.
    let scale = if largest > 0.0 {
        (largest / 127.0).max(f32::MIN_POSITIVE)
    } else {
        1.0
    };
    let mut square = 0.0f64;
    for (line, part) in lines.iter_mut().zip(vector.chunks(64)) {
        for (byte, &x) in line.0.iter_mut().zip(part) {
            let step = (x / scale).round();
            square += (f64::from(x) - f64::from(scale) * f64::from(step)).powi(2);
            *byte = (step as i16 + 128) as u8;
        }
    }
    Scale {
        scale,
        error: round_up(square.sqrt()),
    }
}

/// A query in 16 bits per component, for bounding its cosine with quantised vectors.
pub struct QueryCode {
    lines: Vec<QueryLine>,
    /// What the kernels add to each dot product.
    offset: i32,
    scale: f32,
    /// Length of the part that the quantised form represents.
    length: f32,
    /// The part of the bound that does not depend on the vector.
    constant: f32,
    /// Whether it has only 8 bits per component.
    is_coarse: bool,
}

impl QueryCode {
    /// Quantises a unit vector.
    pub fn new(query: &[f32]) -> Self {
        Self::with_levels(query, QueryLine::LARGEST)
    }

    /// The same in 8 bits per component, where that is faster: the bounds are about twice as wide,
    /// which is enough to leave out most vectors.
    pub fn coarse(query: &[f32]) -> Option<Self> {
        let faster = Kernel::best().is_faster_with_bytes();
        faster.then(|| Self {
            is_coarse: true,
            ..Self::with_levels(query, 127)
        })
    }

    /// With so many steps between zero and the largest component.
    fn with_levels(query: &[f32], levels: i16) -> Self {
        let dimension = query.len().min(MAX_DIMENSION);
        // The dot product with any code fits an i32.
        let most = i32::MAX / (127 * dimension.max(1) as i32);
        let levels = most.min(i32::from(levels)) as f32;
        let largest = query.iter().fold(0.0f32, |max, x| max.max(x.abs()));
        let scale = if largest > 0.0 { largest / levels } else { 1.0 };
        let (mut error, mut length, mut sum) = (0.0f64, 0.0f64, 0);
        let lines = query[..dimension].chunks(64).map(|part| {
            let mut whole = [0; 64];
            for (whole, &x) in whole.iter_mut().zip(part) {
                *whole = (x / scale).round() as i16;
                let kept = f64::from(scale) * f64::from(*whole);
                error += (f64::from(x) - kept).powi(2);
                length += kept * kept;
                sum += i32::from(*whole);
            }
            QueryLine::new(whole)
        });
        let lines = lines.collect();
        Self {
            lines,
            offset: sum.wrapping_mul(128),
            scale,
            length: round_up(length.sqrt()),
            constant: round_up(error.sqrt()) * 1.000_01 + rounding(dimension),
            is_coarse: false,
        }
    }

    /// Estimates the cosines with some rows of codes; see [`Self::bound`]. Rows that do not exist
    /// get any number.
    pub fn estimate(&self, codes: &Codes, rows: &[u32], estimates: &mut Estimates) {
        let Estimates { dots, cosines } = estimates;
        dots.resize(rows.len(), 0);
        Kernel::best().query_dots(&self.lines, codes.rows(), rows, dots);
        let scales: &[Scale] = &codes.scales;
        cosines.clear();
        cosines.extend(rows.iter().zip(dots).map(|(&row, dot)| {
            let scale = scales.get(row as usize).map_or(0.0, |scale| scale.scale);
            self.cosine(*dot, scale)
        }));
    }

    /// The same for rows that follow one another, given their lines and scales.
    pub fn estimate_run(&self, lines: &[Line], scales: &[Scale], estimates: &mut Estimates) {
        let Estimates { dots, cosines } = estimates;
        dots.resize(scales.len(), 0);
        if self.is_coarse {
            Kernel::best().code_dots_run(&self.lines, lines, dots);
        } else {
            Kernel::best().query_dots_run(&self.lines, lines, dots);
        }
        cosines.clear();
        let pairs = dots.iter().zip(scales);
        cosines.extend(pairs.map(|(dot, scale)| self.cosine(*dot, scale.scale)));
    }

    #[inline(always)]
    fn cosine(&self, dot: i32, scale: f32) -> f32 {
        dot.wrapping_sub(self.offset) as f32 * (self.scale * scale)
    }

    /// How far the estimate of a cosine can be off.
    ///
    /// Let q = q̂ + r and v = v̂ + s: the quantised parts and the remainders. Then `q·v - q̂·v̂ =
    /// q̂·s + r·v`. By Cauchy-Schwarz, this is at most `|q̂||s| + |r||v|`, where |v| is 1.
    #[inline]
    pub fn bound(&self, of: Scale) -> f32 {
        self.length * of.error + self.constant
    }
}

/// Space for estimates, to be used again.
#[derive(Default)]
pub struct Estimates {
    dots: Vec<i32>,
    /// One for each row asked for.
    pub cosines: Vec<f32>,
}

/// A row of codes, to be compared with others: as a point of a graph under construction, and as
/// one of several records.
#[derive(Clone, Copy)]
pub struct Point<'a> {
    lines: &'a [Line],
    scale: f32,
}

impl<'a> Point<'a> {
    /// The code in a row.
    pub fn new(codes: &'a Codes, row: u32) -> Self {
        let scale = codes.scales.get(row as usize);
        Self {
            lines: codes.rows().row(row),
            scale: scale.map_or(0.0, |scale| scale.scale),
        }
    }

    /// The cosine of the quantised vectors.
    #[inline]
    pub fn cosine(&self, other: &Self) -> f32 {
        let dot = Kernel::best().code_dot(self.lines, other.lines);
        dot as f32 * (self.scale * other.scale)
    }
}

/// A code in the form that kernels compare with many others.
pub struct PointQuery {
    lines: Vec<QueryLine>,
    /// What the kernels add to each dot product.
    offset: i32,
    scale: f32,
}

impl PointQuery {
    /// For comparing a code with codes of so many lines: what is missing counts as zero, and what is
    /// left over does not count.
    pub fn new(code: &Point<'_>, width: usize) -> Self {
        let mut sum = 0i32;
        let lines = (0..width).map(|at| {
            let line = code.lines.get(at).unwrap_or(&Line::ZERO);
            let components = line.0.iter().map(|&byte| i32::from(byte) - 128);
            sum += components.sum::<i32>();
            QueryLine::of_code(line)
        });
        Self {
            lines: lines.collect(),
            offset: sum.wrapping_mul(128),
            scale: code.scale,
        }
    }

    /// The cosines with some rows of codes, given the lengths of their steps: the same numbers as those
    /// of [`Point::cosine`], several times as fast.
    pub fn cosines(
        &self,
        codes: &Codes,
        (rows, steps): (&[u32], &[f32]),
        estimates: &mut Estimates,
    ) {
        let Estimates { dots, cosines } = estimates;
        dots.resize(rows.len(), 0);
        Kernel::best().code_dots(&self.lines, codes.rows(), rows, dots);
        cosines.clear();
        let pairs = dots.iter().zip(steps);
        cosines.extend(pairs.map(|(dot, step)| self.cosine(*dot, *step)));
    }

    /// The same for codes that follow one another, given their lines and the lengths of their steps.
    fn cosines_run(&self, lines: &[Line], scales: &[f32], estimates: &mut Estimates) {
        let Estimates { dots, cosines } = estimates;
        dots.clear();
        dots.resize(scales.len(), 0);
        Kernel::best().code_dots_run(&self.lines, lines, dots);
        cosines.clear();
        let pairs = dots.iter().zip(scales);
        cosines.extend(pairs.map(|(dot, scale)| self.cosine(*dot, *scale)));
    }

    #[inline(always)]
    fn cosine(&self, dot: i32, scale: f32) -> f32 {
        dot.wrapping_sub(self.offset) as f32 * (self.scale * scale)
    }
}

/// Codes of one width side by side, to be compared with one another.
#[derive(Default)]
pub struct Gathered {
    /// Lines of 64 bytes in each.
    width: usize,
    lines: Vec<Line>,
    scales: Vec<f32>,
}

impl Gathered {
    /// Adds a code. It should be as wide as the first: what is missing counts as zero, and what is
    /// left over does not count.
    pub fn push(&mut self, code: Point<'_>) {
        if self.scales.is_empty() {
            self.width = code.lines.len();
        }
        self.scales.push(code.scale);
        self.lines.extend(code.lines.iter().take(self.width));
        let end = self.scales.len() * self.width;
        self.lines.resize(end, Line::ZERO);
    }

    /// The cosines of a code with each of these: the same numbers as those of [`Point::cosine`],
    /// several times as fast.
    pub fn cosines(&self, code: &Point<'_>, estimates: &mut Estimates) {
        let code = PointQuery::new(code, self.width);
        code.cosines_run(&self.lines, &self.scales, estimates);
    }

    /// The cosine of each of these codes with each of them, row by row: the same numbers as those of
    /// [`Self::cosines`], in half the time, because a cosine is the same both ways.
    pub fn between(&self) -> Vec<f32> {
        let count = self.scales.len();
        let mut between = vec![0.0; count * count];
        let mut estimates = Estimates::default();
        for (at, &scale) in self.scales.iter().enumerate() {
            let lines = self.lines.get(at * self.width..).unwrap_or_default();
            let own = lines.get(..self.width).unwrap_or_default();
            let code = PointQuery::new(&Point { lines: own, scale }, self.width);
            // Those with the codes before it are known.
            code.cosines_run(lines, &self.scales[at..], &mut estimates);
            for (other, &cosine) in (at..count).zip(&estimates.cosines) {
                between[at * count + other] = cosine;
                between[other * count + at] = cosine;
            }
        }
        between
    }
}

impl instant_distance::Point for Point<'_> {
    /// One minus the cosine of the quantised vectors.
    fn distance(&self, other: &Self) -> f32 {
        1.0 - self.cosine(other)
    }
}

/// Needed to read the graph's links; the points themselves are not read.
impl serde::Serialize for Point<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// The most that f32 arithmetic can add: both the estimate and the cosine sum products of unit
/// vectors, with a sixteenth of the components added one after another in each lane, the sum of
/// the lanes and the few products after them, each rounded by 6e-8. Twice that.
fn rounding(dimension: usize) -> f32 {
    (dimension as f32 / 16.0 + 9.0) * 1.2e-7
}

/// The f32 just above a non-negative number: a bound may be too wide but never too narrow.
fn round_up(x: f64) -> f32 {
    (x as f32).next_up()
}
