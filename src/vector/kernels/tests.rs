use proptest::prelude::*;

use super::*;

fn line() -> impl Strategy<Value = Line> {
    prop::collection::vec(1u8..=255, 64).prop_map(|bytes| Line(bytes.try_into().unwrap()))
}

fn query_line(largest: i16) -> impl Strategy<Value = QueryLine> {
    prop::collection::vec(-largest..=largest, 64)
        .prop_map(|whole| QueryLine::new(whole.try_into().unwrap()))
}

proptest! {
    /// With any width and any number of rows, whole registers or not.
    #[test]
    fn every_kernel_equals_the_sum_in_64_bits(
        (query, lines, rows) in (1usize..8).prop_flat_map(|width| (
            prop::collection::vec(query_line(QueryLine::LARGEST / 8), width),
            prop::collection::vec(line(), width * 9),
            prop::collection::vec(0u32..9, 0..30),
        ))
    ) {
        let width = query.len();
        let of = Rows { lines: &lines, width };
        let sums: Vec<i32> = rows
            .iter()
            .map(|&row| {
                let components = query.iter().zip(of.row(row)).flat_map(|(query, line)| {
                    query.whole.into_iter().zip(line.0)
                });
                let sum: i64 = components.map(|(q, c)| i64::from(q) * i64::from(c)).sum();
                sum as i32
            })
            .collect();
        for kernel in Kernel::available() {
            let mut dots = vec![7; rows.len()];
            kernel.query_dots(&query, of, &rows, &mut dots);
            prop_assert_eq!(&dots, &sums, "{:?}", kernel);
            // The same rows one after another.
            let run: Vec<Line> = rows.iter().flat_map(|&row| of.row(row)).copied().collect();
            let mut dots = vec![7; rows.len()];
            kernel.query_dots_run(&query, &run, &mut dots);
            prop_assert_eq!(&dots, &sums, "{:?}", kernel);
        }
        let (a, b) = (of.row(0), of.row(1));
        let bytes = |row: &[Line]| row.iter().flat_map(|line| line.0).collect::<Vec<_>>();
        let sum: i32 = bytes(a)
            .into_iter()
            .zip(bytes(b))
            .map(|(a, b)| (i32::from(a) - 128) * (i32::from(b) - 128))
            .sum();
        for kernel in Kernel::available() {
            prop_assert_eq!(kernel.code_dot(a, b), sum, "{:?}", kernel);
        }
        // A code with many others.
        let code: Vec<QueryLine> = a.iter().map(QueryLine::of_code).collect();
        let run: Vec<Line> = rows.iter().flat_map(|&row| of.row(row)).copied().collect();
        let offset: i32 = bytes(a).into_iter().map(|byte| (i32::from(byte) - 128) * 128).sum();
        let sums = rows.iter().map(|&row| Kernel::Portable.code_dot(a, of.row(row)) + offset);
        let sums: Vec<i32> = sums.collect();
        for kernel in Kernel::available() {
            let (mut dots, mut dots_run) = (vec![7; rows.len()], vec![7; rows.len()]);
            kernel.code_dots(&code, of, &rows, &mut dots);
            kernel.code_dots_run(&code, &run, &mut dots_run);
            prop_assert_eq!(&dots, &sums, "{:?}", kernel);
            prop_assert_eq!(&dots_run, &sums, "{:?}", kernel);
        }
    }

    /// Scores must not depend on the machine.
    #[test]
    fn every_kernel_adds_floats_in_the_same_order(
        a in prop::collection::vec(-0.2f32..0.2, 1..900),
        seed in -0.2f32..0.2,
    ) {
        let b: Vec<f32> = a.iter().rev().map(|x| x * 0.7 + seed).collect();
        let exact: f64 = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        let dot = Kernel::Portable.dot(&a, &b);
        prop_assert!((f64::from(dot) - exact).abs() < 1e-4);
        for kernel in Kernel::available() {
            prop_assert_eq!(kernel.dot(&a, &b).to_bits(), dot.to_bits(), "{:?}", kernel);
        }
    }
}

#[test]
fn a_query_is_split_without_loss() {
    for whole in [
        -QueryLine::LARGEST,
        -256,
        -129,
        -128,
        -1,
        0,
        127,
        128,
        255,
        QueryLine::LARGEST,
    ] {
        let line = QueryLine::new([whole; 64]);
        assert_eq!(
            256 * i32::from(line.high[3]) + i32::from(line.low[3]),
            i32::from(whole)
        );
    }
}

#[test]
fn extreme_codes_do_not_overflow() {
    let (low, high) = ([Line([1; 64]); MOST_LINES], [Line([255; 64]); MOST_LINES]);
    for kernel in Kernel::available() {
        assert_eq!(
            kernel.code_dot(&low, &high),
            -127 * 127 * 4_096,
            "{kernel:?}"
        );
    }
}
