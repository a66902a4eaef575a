//! The fast loop allocates nothing inside a step.

#![expect(
    unsafe_code,
    reason = "an allocator that counts has to be an allocator"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use apical_learning::{
    EncodedPart, Learner, Network, NoClock, PhaseTimer, Streams, Transfer, uniform,
};
use apical_microcircuit::{Continuous, ContinuousSpec};
use serde_json::json;

thread_local! {
    static N_ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is the system allocator's; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that ends may allocate after its counter is gone.
        let _ = N_ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of a presentation of `n_steps` steps, after one that made all room.
fn of_presentation(n_steps: usize) -> usize {
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    let network = Network::new(vec![30, 50, 10], softplus, true).expect("valid");
    let spec: ContinuousSpec = serde_json::from_value(json!({
        "start": "random", "rates": 0.01, "apical_rates": 0.001, "feedback_rates": 0.001,
        "noise": { "sigma": 0.3 }, "readout_window_ms": 1.0,
        "presentation_ms": n_steps as f64 / 10.0,
    }))
    .expect("valid");
    let streams = Streams::new(0);
    let start = network.draw_forward(&[1.0, 1.0], streams);
    let mut circuit = Continuous::<f32>::new(&network, &start, &spec, streams).expect("valid");
    let mut rng = streams.stream("samples");
    let target_potentials = uniform([1, 10], 2.0, &mut rng);
    let part = EncodedPart {
        inputs: uniform([1, 30], 1.0, &mut rng),
        target_rates: target_potentials.mapv(|u| softplus.rate(u)),
        target_potentials,
        labels: None,
    };
    let mut session = circuit.session(streams, 1);
    let mut timer = PhaseTimer::new(&NoClock);
    let mut counts = [0; 2];
    for count in &mut counts {
        let before = N_ALLOCATIONS.get();
        circuit
            .learn(&mut session, part.all(), &mut timer)
            .expect("finite potentials");
        *count = N_ALLOCATIONS.get() - before;
    }
    counts[1]
}

#[test]
fn a_longer_presentation_allocates_no_more() {
    let (short, long) = (of_presentation(20), of_presentation(2000));
    assert!(short > 0, "the allocator counts");
    assert_eq!(short, long);
}
