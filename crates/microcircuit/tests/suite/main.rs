//! Tests of the circuit, by kind of truth.

mod adaptive;
mod conformance;
mod continuous_accuracy;
mod continuous_fast;
mod continuous_feedback;
mod continuous_golden;
mod continuous_loop_gain;
mod continuous_noise;
mod continuous_oracle;
mod continuous_properties;
mod continuous_prospective;
mod continuous_spec;
mod continuous_step;
mod direction;
mod error_neurons;
mod feedback;
mod golden;
mod learned_golden;
mod meter;
mod paths;
mod properties;
mod spec;
mod stability;
mod support;
mod theory_factor;
mod weights;
