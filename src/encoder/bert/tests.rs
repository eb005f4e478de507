//! The operator compared with tract's own operators, kernel by kernel, on a small network; and the
//! ways of writing a network that are recognised.

use std::collections::BTreeMap;

use prost::Message;
use safetensors::{Dtype, tensor::TensorView};
use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::DataType;

use super::recognise;
use crate::encoder::kernels::Kernel;
use crate::encoder::network::Network;
use crate::encoder::plan::{Plan, Runtime};

const WORDS: usize = 50;
const POSITIONS: usize = 90;
const INNER: usize = 80;
const WIDTH: usize = 384;

/// Numbers between -1 and 1 that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn many(&mut self, count: usize, scale: f32, mean: f32) -> Vec<f32> {
        (0..count).map(|_| mean + scale * self.next()).collect()
    }
}

/// A graph of two layers, written by this project.
fn graph() -> pb::ModelProto {
    graph_of(WIDTH, 12, INNER)
}

/// The same with another width, number of heads and inner width.
fn graph_of(width: usize, heads: usize, inner: usize) -> pb::ModelProto {
    let mut numbers = Numbers(7);
    let mut tensors = BTreeMap::new();
    let mut add = |name: String, shape: &[usize], scale: f32, mean: f32| {
        let values = numbers.many(shape.iter().product(), scale, mean);
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        tensors.insert(name, (shape.to_vec(), bytes));
    };
    let embeddings = [("word", WORDS), ("position", POSITIONS), ("token_type", 2)];
    for (kind, rows) in embeddings {
        add(
            format!("embeddings.{kind}_embeddings.weight"),
            &[rows, width],
            0.5,
            0.0,
        );
    }
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for layer in 0..2 {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        norms.push(name("attention.output.LayerNorm"));
        norms.push(name("output.LayerNorm"));
        for (part, to, from) in [
            ("attention.self.query", width, width),
            ("attention.self.key", width, width),
            ("attention.self.value", width, width),
            ("attention.output.dense", width, width),
            ("intermediate.dense", inner, width),
            ("output.dense", width, inner),
        ] {
            add(name(&format!("{part}.weight")), &[to, from], 0.15, 0.0);
            add(name(&format!("{part}.bias")), &[to], 0.1, 0.0);
        }
    }
    for norm in norms {
        add(format!("{norm}.weight"), &[width], 0.5, 1.0);
        add(format!("{norm}.bias"), &[width], 0.1, 0.0);
    }
    let views = tensors.iter().map(|(name, (shape, bytes))| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap();
        (name, view)
    });
    let file = safetensors::serialize(views, None).unwrap();
    let network = Network {
        heads,
        ..Network::default()
    };
    let graph = crate::encoder::onnx::from_safetensors(&file, &network).unwrap();
    pb::ModelProto::decode(&*graph).unwrap()
}

fn texts() -> Vec<Vec<i64>> {
    let lengths = [1, 2, 7, 8, 9, 15, 16, 17, 33, 90];
    let text = |length: i64| (0..length).map(move |at| (at * 31 + length) % WORDS as i64);
    lengths
        .into_iter()
        .map(|length| text(length).collect())
        .collect()
}

fn rows(plan: &Plan, texts: &[&[i64]]) -> Vec<f32> {
    let output = plan.run(texts).unwrap();
    let output = output.try_as_plain_ram().unwrap();
    output.as_slice::<f32>().unwrap().to_vec()
}

fn fused(graph: &pb::ModelProto, kernel: Kernel) -> Plan {
    let plan = Plan::new(&graph.encode_to_vec(), Runtime::Fused(kernel)).unwrap();
    assert_eq!(plan.runtime(), Runtime::Fused(kernel), "not recognised");
    plan
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn token_vectors_are_those_of_tract_up_to_quantisation() {
    let graph = graph();
    let tract = Plan::new(&graph.encode_to_vec(), Runtime::Tract).unwrap();
    let fused = fused(&graph, Kernel::best());
    for text in texts() {
        let (ours, theirs) = (rows(&fused, &[&text]), rows(&tract, &[&text]));
        assert_eq!(ours.len(), theirs.len());
        let tokens = ours.chunks(WIDTH).zip(theirs.chunks(WIDTH));
        for (ours, theirs) in tokens {
            let cosine = cosine(ours, theirs);
            assert!(cosine > 0.999, "cosine {cosine} in {} tokens", text.len());
        }
    }
}

#[test]
fn every_width_and_number_of_heads_is_run() {
    // Heads of 16, 32, 48, 64 and 128 numbers; widths that fill a panel of columns, and others.
    for (width, heads, inner) in [
        (16, 1, 16),
        (96, 3, 176),
        (240, 5, 80),
        (128, 2, 512),
        (256, 2, 48),
    ] {
        let graph = graph_of(width, heads, inner);
        let tract = Plan::new(&graph.encode_to_vec(), Runtime::Tract).unwrap();
        let expected = rows(&fused(&graph, Kernel::Portable), &[&texts()[8]]);
        for kernel in Kernel::available() {
            let found = rows(&fused(&graph, kernel), &[&texts()[8]]);
            assert!(found == expected, "{kernel:?} differs with width {width}");
        }
        let exact = rows(&tract, &[&texts()[8]]);
        for (found, exact) in expected.chunks(width).zip(exact.chunks(width)) {
            let cosine = cosine(found, exact);
            assert!(cosine > 0.99, "cosine {cosine} with width {width}");
        }
    }
    // Rows are processed by 16 numbers; others are left to tract.
    for (width, heads, inner) in [(24, 2, 32), (32, 4, 64), (32, 2, 50)] {
        let plan = Plan::new(
            &graph_of(width, heads, inner).encode_to_vec(),
            Runtime::default(),
        );
        assert_eq!(plan.unwrap().runtime(), Runtime::Tract);
    }
}

#[test]
fn every_kernel_gives_the_same_bits() {
    let graph = graph();
    let texts = texts();
    let texts: Vec<&[i64]> = texts.iter().map(Vec::as_slice).collect();
    let expected = rows(&fused(&graph, Kernel::Portable), &texts);
    for kernel in Kernel::available() {
        println!("{kernel:?}");
        let found = rows(&fused(&graph, kernel), &texts);
        let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits();
        assert!(found.iter().zip(&expected).all(same), "{kernel:?} differs");
    }
}

#[test]
fn a_text_has_the_same_rows_alone_and_among_others() {
    let plan = fused(&graph(), Kernel::best());
    let texts = texts();
    let all: Vec<&[i64]> = texts.iter().map(Vec::as_slice).collect();
    let alone: Vec<f32> = all.iter().flat_map(|text| rows(&plan, &[text])).collect();
    assert_eq!(rows(&plan, &all), alone);
}

#[test]
fn unknown_tokens_and_too_long_texts_are_errors() {
    let plan = fused(&graph(), Kernel::best());
    for text in [vec![WORDS as i64], vec![-1], vec![1; POSITIONS + 1]] {
        assert!(plan.run(&[&text]).is_err());
    }
    assert!(rows(&plan, &[]).is_empty());
}

/// Writes a graph as PyTorch's exporters do: layer normalisation in nine operations, GELU with a
/// division and the factor ½ at the end, the scale of the scores as a division, positions from a
/// constant list of numbers, and constants as operations.
fn as_pytorch_writes_it(mut model: pb::ModelProto) -> pb::ModelProto {
    let graph = model.graph.as_mut().unwrap();
    let mut nodes = vec![];
    let op = |kind: &str, inputs: &[&str], output: &str| pb::NodeProto {
        op_type: kind.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        ..Default::default()
    };
    let tensor = |name: &str, dims: Vec<i64>, number: f32| pb::TensorProto {
        name: name.into(),
        dims,
        data_type: DataType::Float as i32,
        raw_data: number.to_le_bytes().to_vec(),
        ..Default::default()
    };
    let constant = |output: &str, value: pb::TensorProto| pb::NodeProto {
        attribute: vec![pb::AttributeProto {
            name: "value".into(),
            t: Some(value),
            ..Default::default()
        }],
        ..op("Constant", &[], output)
    };
    for (name, number) in [
        ("epsilon", 1e-12),
        ("two", 2.0),
        ("root_2", std::f32::consts::SQRT_2),
        ("root_32", 32.0_f32.sqrt()),
    ] {
        nodes.push(constant(name, tensor(name, vec![], number)));
    }
    let mean = |input: &str, output: &str| pb::NodeProto {
        attribute: vec![pb::AttributeProto {
            name: "axes".into(),
            ints: vec![-1],
            ..Default::default()
        }],
        ..op("ReduceMean", &[input], output)
    };
    let numbers: Vec<i64> = (0..POSITIONS as i64).collect();
    graph.initializer.push(pb::TensorProto {
        name: "position_ids".into(),
        dims: vec![1, POSITIONS as i64],
        data_type: DataType::Int64 as i32,
        int64_data: numbers,
        ..Default::default()
    });
    for node in std::mem::take(&mut graph.node) {
        let output = node.output[0].clone();
        let part = |name: &str| format!("{output}/{name}");
        match node.op_type.as_str() {
            "LayerNormalization" => {
                let [input, gain, shift] = [&node.input[0], &node.input[1], &node.input[2]];
                nodes.push(mean(input, &part("mean")));
                nodes.push(op("Sub", &[input, &part("mean")], &part("centred")));
                nodes.push(op("Pow", &[&part("centred"), "two"], &part("squares")));
                nodes.push(mean(&part("squares"), &part("variance")));
                nodes.push(op("Add", &[&part("variance"), "epsilon"], &part("raised")));
                nodes.push(op("Sqrt", &[&part("raised")], &part("deviation")));
                let unit = [&*part("centred"), &*part("deviation")];
                nodes.push(op("Div", &unit, &part("unit")));
                nodes.push(op("Mul", &[&part("unit"), gain], &part("scaled")));
                nodes.push(op("Add", &[&part("scaled"), shift], &output));
            }
            "Slice" => {
                let inputs = ["position_ids", "zero", "length", "one"];
                nodes.push(op("Slice", &inputs, "positions_read"));
                nodes.push(op("Gather", &["positions", "positions_read"], &output));
            }
            "Mul" if output.ends_with(".scaled") => {
                nodes.push(op("Div", &[&node.input[0], "root_2"], &output));
            }
            // x · ½, which is left for the end.
            "Mul" if output.ends_with(".halved") => {
                nodes.push(op("Identity", &[&node.input[0]], &output));
            }
            "Mul" if output.ends_with(".gelu.gelu") => {
                let factors = [&*node.input[0], &*node.input[1]];
                nodes.push(op("Mul", &factors, &part("doubled")));
                nodes.push(op("Mul", &[&part("doubled"), "half"], &output));
            }
            "MatMul" if output.ends_with(".scores") => {
                let inputs = [&*node.input[0], &*node.input[1]];
                nodes.push(op("MatMul", &inputs, &part("unscaled")));
                nodes.push(op("Div", &[&part("unscaled"), "root_32"], &output));
            }
            _ => nodes.push(node),
        }
    }
    graph.node = nodes;
    for tensor in &mut graph.initializer {
        if tensor.name.contains(".query.") {
            let numbers = tensor.raw_data.as_chunks().0.iter();
            let unscaled = numbers.map(|bytes| f32::from_le_bytes(*bytes) * 32.0_f32.sqrt());
            tensor.raw_data = unscaled.flat_map(f32::to_le_bytes).collect();
        }
    }
    model
}

#[test]
fn what_pytorch_writes_is_recognised() {
    let (ours, theirs) = (graph(), as_pytorch_writes_it(graph()));
    let found = |model: &pb::ModelProto| recognise::weights(model.graph.as_ref().unwrap()).unwrap();
    let (ours, mut theirs) = (found(&ours), found(&theirs));
    assert_eq!(theirs.layers.len(), 2);
    // The scale went through a product and a quotient.
    for (ours, theirs) in ours.layers.iter().zip(&mut theirs.layers) {
        let close = |a: &f32, b: &f32| (a - b).abs() <= 1e-6 * a.abs();
        let mut weights = ours.query.weight.iter().zip(&theirs.query.weight);
        assert!(weights.all(|(a, b)| close(a, b)));
        theirs.query = ours.query.clone();
    }
    assert!(ours == theirs, "other weights were found");
}

/// The graph after a change to each node.
fn changed(change: impl Fn(&mut pb::NodeProto)) -> pb::ModelProto {
    let mut model = graph();
    model
        .graph
        .as_mut()
        .unwrap()
        .node
        .iter_mut()
        .for_each(change);
    model
}

#[test]
fn another_network_is_left_to_tract() {
    let rename = |from: &'static str, to: &'static str| {
        move |node: &mut pb::NodeProto| {
            if node.op_type == from {
                node.op_type = to.into();
            }
        }
    };
    let others = [
        ("another activation", changed(rename("Erf", "Tanh"))),
        (
            "a residual from elsewhere",
            changed(|node| {
                if node.output[0] == "encoder.layer.1.residual.2" {
                    node.input[1] = "encoder.layer.0.output.LayerNorm.norm".into();
                }
            }),
        ),
        (
            "values of another layer's input",
            changed(|node| {
                if node.output[0] == "encoder.layer.1.attention.self.value.product" {
                    node.input[0] = "embeddings.LayerNorm.norm".into();
                }
            }),
        ),
    ];
    for (what, model) in others {
        let found = recognise::weights(model.graph.as_ref().unwrap());
        assert!(found.is_none(), "{what} was recognised");
        let plan = Plan::new(&model.encode_to_vec(), Runtime::default()).unwrap();
        assert_eq!(plan.runtime(), Runtime::Tract, "{what}");
        assert_eq!(rows(&plan, &[&[1, 2, 3]]).len(), 3 * WIDTH);
    }
}

#[test]
fn a_graph_that_goes_round_in_a_circle_is_not_recognised() {
    let of_itself = |output: &'static str| {
        changed(move |node| {
            if node.output[0] == output {
                node.input.fill(output.into());
            }
        })
    };
    let layers = changed(|node| {
        for input in &mut node.input {
            if input.as_str() == "embeddings.LayerNorm.norm" {
                *input = "encoder.layer.1.output.LayerNorm.norm".into();
            }
        }
    });
    for model in [
        of_itself("last_hidden_state"),
        of_itself("embedded"),
        layers,
    ] {
        assert!(recognise::weights(model.graph.as_ref().unwrap()).is_none());
    }
}

mod rows_of_numbers {
    //! The operations on rows, with every kernel, against f64.

    use super::super::rows::{gelu, quantise, softmax};
    use super::Numbers;
    use crate::encoder::kernels::{Isa, Kernel, Task};

    struct Softmax<'a>(&'a mut [f32], usize);

    impl Task for Softmax<'_> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            softmax(isa, self.0, self.1);
        }
    }

    fn softmax_with(kernel: Kernel, scores: &[f32]) -> Vec<f32> {
        let mut row = scores.to_vec();
        row.resize(scores.len().next_multiple_of(16), 9.0);
        kernel.run(Softmax(&mut row, scores.len()));
        assert!(
            row[scores.len()..]
                .iter()
                .all(|share| *share == 0.0 || share.is_nan())
        );
        row.truncate(scores.len());
        row
    }

    #[test]
    fn shares_add_up_to_one_and_follow_the_scores() {
        for kernel in Kernel::available() {
            for length in [1, 2, 15, 16, 17, 65, 256] {
                let scores: Vec<f32> = (0..length).map(|i| ((i * 37) % 41) as f32 - 20.0).collect();
                let shares = softmax_with(kernel, &scores);
                assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                let total: f64 = scores.iter().map(|s| f64::from(*s).exp()).sum();
                for (share, score) in shares.iter().zip(&scores) {
                    let exact = f64::from(*score).exp() / total;
                    assert!((f64::from(*share) - exact).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn a_share_has_the_precision_of_f32() {
        for kernel in Kernel::available() {
            for step in 0..8_700 {
                let x = -0.01 * step as f32;
                let shares = softmax_with(kernel, &[0.0, x]);
                let exact = f64::from(x).exp() / (1.0 + f64::from(x).exp());
                let error = (f64::from(shares[1]) - exact).abs() / exact;
                assert!(error < 4.0 * f64::from(f32::EPSILON), "{x}: {error}");
            }
        }
    }

    #[test]
    fn a_hidden_token_gets_nothing_and_a_number_that_is_none_is_not_hidden() {
        for kernel in Kernel::available() {
            let shares = softmax_with(kernel, &[1.0, f32::MIN, 1.0, f32::MIN]);
            assert_eq!(shares, [0.5, 0.0, 0.5, 0.0]);
            let shares = softmax_with(kernel, &[1.0, f32::NAN, 2.0]);
            assert!(shares.iter().all(|share| share.is_nan()));
        }
    }

    struct Gelu<'a>(&'a mut [f32]);

    impl Task for Gelu<'_> {
        type Output = ();

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) {
            gelu(isa, self.0);
        }
    }

    /// x · Φ(x), with Φ as the integral of the density by Simpson's rule.
    fn exact_gelu(x: f64) -> f64 {
        let density = |t: f64| (-0.5 * t * t).exp() / std::f64::consts::TAU.sqrt();
        let (steps, end) = (400, x.clamp(-9.0, 9.0));
        let width = end / f64::from(steps);
        let weight = |step: i32| match step {
            0 => 1.0,
            step if step == steps => 1.0,
            step if step % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let sum: f64 = (0..=steps)
            .map(|step| weight(step) * density(f64::from(step) * width))
            .sum();
        x * (0.5 + sum * width / 3.0)
    }

    #[test]
    fn gelu_is_exact_to_a_small_part_of_a_step() {
        let numbers: Vec<f32> = (-1_200..1_200).map(|step| 0.01 * step as f32).collect();
        for kernel in Kernel::available() {
            let mut row = numbers.clone();
            kernel.run(Gelu(&mut row));
            for (x, found) in numbers.iter().zip(&row) {
                let error = (f64::from(*found) - exact_gelu(f64::from(*x))).abs();
                let most = 6e-5_f64.max(1e-5 * f64::from(x.abs()));
                assert!(error < most, "gelu of {x} is off by {error}");
            }
        }
    }

    struct Quantise<'a>(&'a [f32], &'a mut [u8]);

    impl Task for Quantise<'_> {
        type Output = (f32, i32);

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Self::Output {
            let scale = quantise(isa, self.0, self.1);
            (scale.step, scale.zero)
        }
    }

    #[test]
    fn a_quantised_number_is_at_most_one_step_off() {
        let mut numbers = Numbers(3);
        for (scale, mean) in [(1.0, 0.0), (3.0, 3.5), (1e-3, -8.0), (0.0, 0.0), (0.0, 2.0)] {
            let row = numbers.many(160, scale, mean);
            for kernel in Kernel::available() {
                let mut bytes = vec![0; row.len()];
                let (step, zero) = kernel.run(Quantise(&row, &mut bytes));
                for (number, byte) in row.iter().zip(&bytes) {
                    let back = (i32::from(*byte) - zero) as f32 * step;
                    assert!(
                        (number - back).abs() <= step * 1.001,
                        "{number} became {back}"
                    );
                }
            }
        }
    }
}
