//! Files of starting weights, whole and faulty.

use std::fs;

use apical_datasets::NamedArray;
use apical_learning::Transfer;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

use super::*;

fn network(thresholds: bool) -> Network {
    Network::new(vec![2, 3, 1], Transfer::Logistic, thresholds).expect("a network")
}

type Named<'a> = (&'a str, &'a [usize], &'a [f64]);

const W1: Named<'_> = ("weights_1", &[3, 2], &[0.5, -1.0, 2.0, 0.25, 0.0, 3.5]);
const W2: Named<'_> = ("weights_2", &[1, 3], &[1.0, -2.0, 0.125]);
const B1: Named<'_> = ("thresholds_1", &[3], &[0.1, 0.2, 0.3]);

fn npz(arrays: &[Named<'_>]) -> Vec<u8> {
    let array = |(name, shape, values): &Named<'_>| {
        NamedArray::numbers((*name).to_owned(), shape.to_vec(), values.to_vec())
    };
    let arrays: Vec<NamedArray> = arrays.iter().map(array).collect();
    apical_datasets::npz(&arrays).expect("an archive")
}

fn tensors(arrays: &[Named<'_>]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = (arrays.iter())
        .map(|(_, _, values)| {
            values
                .iter()
                .flat_map(|value| (*value as f32).to_le_bytes())
                .collect()
        })
        .collect();
    let views = arrays.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (
            *name,
            TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("a view"),
        )
    });
    serialize(views, None).expect("written")
}

fn read_bytes(bytes: &[u8], network: &Network) -> Result<GivenStart, StartError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("start");
    fs::write(&path, bytes).expect("written");
    read(&path, network)
}

#[test]
fn weights_are_read_from_both_kinds_of_files() {
    let found = read_bytes(&npz(&[W1, W2, B1]), &network(true)).expect("weights");
    assert_eq!(found.weights.weights[0].row(1).to_vec(), [2.0, 0.25]);
    assert_eq!(found.weights.weights[1].row(0).to_vec(), [1.0, -2.0, 0.125]);
    let thresholds = found.weights.thresholds.clone().expect("thresholds");
    assert_eq!(thresholds[0].to_vec(), [0.1_f32, 0.2, 0.3]);
    assert_eq!(thresholds[1].to_vec(), [0.0]);
    let own = |name, of: Named<'static>| (name, of.1, of.2);
    let of_run = tensors(&[
        own("pyramidal_from_pyramidal.1_0", W1),
        own("pyramidal_from_pyramidal.2_1", W2),
        own("pyramidal_threshold.1", B1),
        ("pyramidal_from_pyramidal.1_2", &[3, 1], &[9.0, 9.0, 9.0]),
        ("moment.1", &[1], &[9.0]),
    ]);
    let again = read_bytes(&of_run, &network(true)).expect("weights");
    assert_eq!(again.weights, found.weights);
    assert_ne!(again.sha256, found.sha256);
    let without = read_bytes(&npz(&[W1, W2]), &network(false)).expect("weights");
    assert_eq!(without.weights.thresholds, None);
}

#[test]
fn what_does_not_fit_is_refused_with_what_was_expected() {
    let refused = |bytes: &[u8], thresholds: bool| {
        let error = read_bytes(bytes, &network(thresholds)).expect_err("a fault");
        (error.to_string(), error)
    };
    let (words, error) = refused(&npz(&[W1]), true);
    assert!(matches!(error, StartError::Missing { .. }), "{words}");
    assert!(
        words.contains("has no `weights_2`: expected weights of shape [1, 3]; it has `weights_1`"),
        "{words}"
    );
    let (words, error) = refused(&npz(&[W1, ("weights_2", &[3, 1], W2.2)]), true);
    assert!(matches!(error, StartError::Shape { .. }), "{words}");
    assert!(
        words.contains("has shape [3, 1], expected [1, 3]"),
        "{words}"
    );
    let (words, error) = refused(&npz(&[W1, W2, ("weights_3", &[1], &[1.0])]), true);
    assert!(matches!(error, StartError::Unknown { .. }), "{words}");
    assert!(
        words.contains("`weights_3`") && words.contains("weights_1 to 2, thresholds_1 to 2"),
        "{words}"
    );
    let (words, error) = refused(&npz(&[W1, W2, B1]), false);
    assert!(matches!(error, StartError::Unknown { .. }), "{words}");
    assert!(words.contains("`thresholds = false`"), "{words}");
    let (words, error) = refused(
        &npz(&[W1, ("weights_2", &[1, 3], &[1.0, 1e300, 0.0])]),
        true,
    );
    assert!(matches!(error, StartError::NotFinite { .. }), "{words}");
    let (words, error) = refused(
        &npz(&[W1, ("weights_2", &[1, 3], &[1.0, f64::NAN, 0.0])]),
        true,
    );
    assert!(matches!(error, StartError::Npz(_)), "{words}");
    let infinite = (
        "pyramidal_from_pyramidal.1_0",
        W1.1,
        &[f64::INFINITY; 6][..],
    );
    let (words, error) = refused(&tensors(&[infinite]), true);
    assert!(matches!(error, StartError::NotFinite { .. }), "{words}");
    let deeper = [
        ("pyramidal_from_pyramidal.1_0", W1.1, W1.2),
        ("pyramidal_from_pyramidal.2_1", W2.1, W2.2),
        ("pyramidal_from_pyramidal.3_2", &[1, 1][..], &[1.0][..]),
    ];
    let (words, error) = refused(&tensors(&deeper), true);
    assert!(matches!(error, StartError::Unknown { .. }), "{words}");
    let (words, error) = refused(b"no weights at all", true);
    assert!(matches!(error, StartError::Safetensors { .. }), "{words}");
    let (words, error) = refused(b"PK no archive", true);
    assert!(matches!(error, StartError::Npz(_)), "{words}");
    let error = read(Path::new("nowhere/w.npz"), &network(true)).expect_err("no file");
    assert!(matches!(error, StartError::Unreadable { .. }), "{error}");
}
