//! Arrays: values of NPZ and NPY files in every type and order.

use apical_datasets::{Targets, Task};
use ndarray::Axis;

use crate::common::*;

#[test]
fn arrays_of_every_type_and_order_hold_the_same_values() {
    let values: Vec<i64> = (0..120)
        .map(|i| i % 100 - if i % 2 == 0 { 0 } else { 1 })
        .collect();
    let signed = |n: usize, big: bool| -> Vec<u8> {
        let bytes = |v: &i64| {
            if big {
                v.to_be_bytes()[8 - n..].to_vec()
            } else {
                v.to_le_bytes()[..n].to_vec()
            }
        };
        values.iter().flat_map(bytes).collect()
    };
    let as_f32 = |v: &i64| *v as f32;
    let halves = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        values.iter().flat_map(|v| bytes(half_bits(*v))).collect()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("'<i1'", signed(1, false)),
        ("'|i1'", signed(1, false)),
        ("'<i2'", signed(2, false)),
        ("'>i2'", signed(2, true)),
        ("'>i4'", signed(4, true)),
        ("'<i8'", signed(8, false)),
        ("'>i8'", signed(8, true)),
        (
            "'<f4'",
            values
                .iter()
                .flat_map(|v| as_f32(v).to_le_bytes())
                .collect(),
        ),
        (
            "'>f4'",
            values
                .iter()
                .flat_map(|v| as_f32(v).to_be_bytes())
                .collect(),
        ),
        ("'<f8'", floats(values.iter().map(|&v| v as f64))),
        (
            "'>f8'",
            values
                .iter()
                .flat_map(|&v| (v as f64).to_be_bytes())
                .collect(),
        ),
        ("'|u1'", signed(1, false)),
        ("'<f2'", halves(u16::to_le_bytes)),
        ("'>f2'", halves(u16::to_be_bytes)),
    ];
    let folder = Folder::new();
    folder.write(
        "y.npy",
        npy(
            "'<u2'",
            false,
            "(20,)",
            &(0..20_u16)
                .flat_map(|i| (i % 2).to_le_bytes())
                .collect::<Vec<_>>(),
        ),
    );
    let mut reference = None;
    for (descr, data) in cases {
        folder.write("x.npy", npy(descr, false, "(20, 2, 3)", &data));
        let dataset = folder
            .load("[npz]\nx = 'x.npy'\ny = 'y.npy'")
            .expect("a valid pair");
        assert_eq!(dataset.about.input_shape, [2, 3]);
        if descr == "'|u1'" {
            // −1 reads as 255 without a sign.
            assert!(dataset.train.inputs.iter().all(|&value| value >= 0.0));
            continue;
        }
        let reference = reference.get_or_insert_with(|| dataset.clone());
        assert_eq!(dataset.train, reference.train, "{descr}");
        assert_eq!(dataset.test, reference.test, "{descr}");
    }

    let array = ndarray::Array3::from_shape_vec((20, 2, 3), values.clone()).expect("120 values");
    let mut fortran = Vec::new();
    for k in 0..3 {
        for j in 0..2 {
            fortran.extend((0..20).map(|i| array[[i, j, k]]));
        }
    }
    folder.write(
        "x.npy",
        npy("'<i8'", true, "(20, 2, 3)", &integers(fortran)),
    );
    let dataset = folder
        .load("[npz]\nx = 'x.npy'\ny = 'y.npy'")
        .expect("a valid pair");
    assert_eq!(
        dataset.train,
        reference.expect("read above").train,
        "column-major order"
    );
}

/// A whole number below 2048 as the bits of a half-precision number.
fn half_bits(value: i64) -> u16 {
    let sign = if value < 0 { 0x8000 } else { 0 };
    let magnitude = value.unsigned_abs() as u16;
    if magnitude == 0 {
        return sign;
    }
    let exponent = magnitude.ilog2() as u16;
    sign | (exponent + 15) << 10 | (magnitude << (10 - exponent)) & 0x3ff
}

#[test]
fn potentials_stay_with_their_inputs() {
    let folder = Folder::new();
    let x = npy("'<f8'", false, "(40, 1)", &floats((0..40).map(f64::from)));
    let y = npy(
        "'<f8'",
        false,
        "(40, 2)",
        &floats((0..40).flat_map(|i| [f64::from(i) / 2.0, -f64::from(i)])),
    );
    folder.write("a.npz", npz(&[("x.npy", &x), ("y.npy", &y)]));
    let dataset = folder
        .load("[npz]\npath = 'a.npz'")
        .expect("a valid archive");
    assert_eq!(dataset.about.task, Task::Regression { n_outputs: 2 });
    assert_eq!(dataset.n_outputs(), 2);
    for part in [&dataset.train, &dataset.validation, &dataset.test] {
        let Targets::Potentials(potentials) = &part.targets else {
            panic!("potentials were written")
        };
        for (input, target) in part
            .inputs
            .axis_iter(Axis(0))
            .zip(potentials.axis_iter(Axis(0)))
        {
            assert_eq!(target.to_vec(), [input[0] / 2.0, -input[0]]);
        }
    }
}

#[test]
fn integer_labels_need_not_be_contiguous() {
    let folder = Folder::new();
    let x = npy("'<f8'", false, "(40, 1)", &floats((0..40).map(f64::from)));
    let y = npy(
        "'<i8'",
        false,
        "(40,)",
        &integers((0..40).map(|i| [7, -3, 100][i % 3])),
    );
    folder.write("a.npz", npz(&[("x.npy", &x), ("y.npy", &y)]));
    let dataset = folder
        .load("[npz]\npath = 'a.npz'")
        .expect("a valid archive");
    assert_eq!(dataset.about.class_names, ["-3", "7", "100"]);
    let rows = sorted_rows(&dataset);
    assert!(
        rows.iter()
            .enumerate()
            .all(|(i, (_, class))| *class == [1, 0, 2][i % 3])
    );
}
