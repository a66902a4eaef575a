//! Weights and potentials of the benchmarks' 30-50-10 after three patterns, as JSON: what the loops
//! of scripts/bench are compared with.

#[path = "../benches/peer/mod.rs"]
mod peer;

use apical_learning::{Learner, NoClock, PhaseTimer, Streams};
use serde_json::{Map, json};

fn main() {
    let mut circuit = peer::circuit(peer::spec(true, 0.0));
    let mut session = circuit.session(Streams::new(0), 1);
    let mut timer = PhaseTimer::new(&NoClock);
    let patterns = peer::patterns();
    for pattern in 0..3 {
        circuit
            .learn(
                &mut session,
                patterns.range(pattern, pattern + 1),
                &mut timer,
            )
            .expect("finite potentials");
    }
    let mut values = Map::new();
    for (name, _) in peer::tensors() {
        let tensor = circuit.tensor(name).expect("listed");
        values.insert(name.to_string(), json!(tensor.iter().collect::<Vec<_>>()));
    }
    let state = session.potentials();
    for (name, potentials) in [
        ("soma.1", state.soma(1)),
        ("soma.2", state.soma(2)),
        ("interneuron.1", state.interneuron(1)),
    ] {
        values.insert(name.into(), json!(potentials.iter().collect::<Vec<_>>()));
    }
    println!(
        "{}",
        json!({ "n_steps": 3 * peer::N_STEPS, "values": values })
    );
}
