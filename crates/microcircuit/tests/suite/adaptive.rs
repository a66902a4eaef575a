//! The adaptive integrator.

use apical_microcircuit::integrator::adaptive::{Equations, Pace, Solver, Tolerances};

/// y′′ = −y.
struct Oscillator([f64; 2]);

impl Equations<f64> for Oscillator {
    fn store(&mut self, out: &mut Vec<f64>) {
        out.clear();
        out.extend(self.0);
    }

    fn load(&mut self, values: &[f64]) {
        self.0.copy_from_slice(values);
    }

    fn change(&mut self, y: &[f64], out: &mut Vec<f64>) {
        self.load(y);
        out.clear();
        out.extend([y[1], -y[0]]);
    }
}

#[test]
fn an_oscillation_comes_back_within_its_tolerance() {
    let mut errors = [1e-4, 1e-8].map(|tolerance| {
        let tolerances = Tolerances {
            relative: tolerance,
            absolute: tolerance,
        };
        let (mut system, mut pace) = (Oscillator([1.0, 0.0]), Pace::default());
        let mut solver = Solver::new(&mut system, tolerances);
        let period = std::f64::consts::TAU;
        solver
            .advance(&mut system, period, &mut pace)
            .expect("smooth");
        let [y, slope] = system.0;
        ((y - 1.0).abs().max(slope.abs()) / tolerance, pace.n_taken)
    });
    assert!(errors.iter().all(|&(error, _)| error < 30.0), "{errors:?}");
    errors.reverse();
    let [(_, fine), (_, coarse)] = errors;
    assert!(fine > 3 * coarse, "{fine} and {coarse} steps");
}
