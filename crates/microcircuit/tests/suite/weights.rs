//! Stored and derived weights.

use std::sync::Arc;

use apical_kernels::{Padded, Start as ProductStart};
use apical_learning::{ForwardWeights, LearnError, Streams, TensorName, uniform};
use apical_microcircuit::table::{
    Compartment, Connection, ConnectionId, How, Kind, Population, Source, Start, Table, Values,
    Weights,
};
use ndarray::{Array2, array};

/// Forward weights, these transposed, and minus half of that.
fn chain() -> (Weights<f64>, [ConnectionId; 3]) {
    let population = |layer, n| Population {
        kind: Kind::Pyramidal,
        layer,
        n,
    };
    let (below, above) = (population(1, 3), population(2, 2));
    let mut table = Table::default();
    let mut connect = |name, to, from, values| {
        table.push(Connection {
            name,
            to,
            onto: Compartment::Basal,
            from,
            values,
        })
    };
    let (stream, scale) = ("weights", 1.0);
    let start = Start::Drawn { stream, scale };
    let stored = Values::Stored { start, rate: 0.5 };
    let forward = connect(TensorName::forward(2), above, below, stored);
    let derived = |of, how| Values::Derived(Source { of, how });
    let transposed = derived(forward, How::Transposed);
    let feedback = connect(TensorName::feedback(1), below, above, transposed);
    let lateral = TensorName::PyramidalFromInterneuron { layer: 1 };
    let half = derived(feedback, How::Scaled(-0.5));
    let lateral = connect(lateral, below, above, half);
    let network = ForwardWeights {
        weights: Vec::new(),
        thresholds: None,
    };
    let weights = Weights::new(Arc::new(table), &network, Streams::new(1));
    (weights, [forward, feedback, lateral])
}

#[test]
fn derived_connections_follow_what_they_are_derived_from() {
    let (mut weights, [forward, feedback, lateral]) = chain();
    let w = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let name = TensorName::forward(2);
    (weights.write(name, w.view().into_dyn(), false)).expect("stored");
    assert_eq!(weights.names(), [name]);
    let lateral_name = TensorName::PyramidalFromInterneuron { layer: 1 };
    let expected = w.t().mapv(|w| -0.5 * w);
    assert_eq!(
        weights.tensor(lateral_name),
        Some(expected.clone().into_dyn())
    );
    assert_eq!(weights.copy(lateral).transposed(), expected);
    assert!(weights.stored(lateral).is_none());
    assert_eq!(weights.table().rate(feedback), 0.0);
    assert_eq!(weights.table().rates(0.5)[forward], 0.25);
    let refused = weights.write(lateral_name, expected.view().into_dyn(), true);
    assert!(matches!(refused, Err(LearnError::NoTensor { .. })));
}

#[test]
fn products_are_those_of_the_tensor() {
    let (weights, ids) = chain();
    for id in ids {
        let w: Array2<f64> = weights.copy(id).view().to_owned();
        let mut x = Padded::zeros(4, w.nrows());
        x.assign(uniform([4, w.nrows()], 1.0, &mut Streams::new(2).stream("x")).view());
        let mut out = Padded::zeros(4, w.ncols());
        weights.transmit(id, &x, ProductStart::Zero, &mut out);
        weights.transmit(id, &x, ProductStart::Output, &mut out);
        let apart = &out.view() - &(2.0 * x.view().dot(&w));
        assert!(apart.iter().all(|d| d.abs() < 1e-14), "{apart}");
    }
}

#[test]
fn negatives_are_known_from_the_table_or_the_values() {
    let (mut weights, [forward, feedback, lateral]) = chain();
    assert!(!weights.is_negative(lateral, feedback));
    assert!(!weights.is_negative(forward, forward));
    let zero = Array2::zeros((2, 3)).into_dyn();
    (weights.write(TensorName::forward(2), zero.view(), false)).expect("stored");
    assert!(weights.is_negative(forward, forward));
}
