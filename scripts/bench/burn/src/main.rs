//! Backprop's step of 784-500-500-10 in burn on its CPU backend, Flex, with automatic differentiation.
//!
//!     burn-step --samples N [--repetitions R]
//!
//! Logistic units, loss half the squared error, plain descent, f32, dense inputs, as step_peers.py has them. Prints a
//! JSON object: best and median milliseconds, and what computes the products.

use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Distribution, Tensor};

type Backend = Autodiff<Flex>;

const SIZES: [usize; 4] = [784, 500, 500, 10];
const RATE: f32 = 1e-3;
const ROUNDS: usize = 9;

struct Layer {
    weights: Tensor<Backend, 2>,
    thresholds: Tensor<Backend, 2>,
}

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let number = |name: &str| -> Option<usize> {
        let at = given.iter().position(|word| word == name)?;
        given.get(at + 1)?.parse().ok()
    };
    let n = number("--samples").expect("--samples N");
    let repetitions = number("--repetitions").unwrap_or(10);
    let device = Default::default();
    let draw = |shape: [usize; 2], low: f64, high: f64| -> Tensor<Backend, 2> {
        Tensor::random(shape, Distribution::Uniform(low, high), &device)
    };
    let inputs = draw([n, SIZES[0]], 0.0, 1.0);
    let targets = draw([n, SIZES[3]], 0.2, 0.8);
    let mut layers: Vec<Layer> = (SIZES.windows(2))
        .map(|sizes| Layer {
            weights: draw([sizes[0], sizes[1]], -0.1, 0.1).require_grad(),
            thresholds: Tensor::zeros([1, sizes[1]], &device).require_grad(),
        })
        .collect();
    let mut step = || {
        let mut rates = inputs.clone();
        for layer in &layers {
            rates = sigmoid(rates.matmul(layer.weights.clone()) + layer.thresholds.clone());
        }
        let loss = (targets.clone() - rates).powi_scalar(2).sum() * (0.5 / n as f32);
        let gradients = loss.backward();
        let moved = |tensor: &Tensor<Backend, 2>| {
            let gradient = tensor.grad(&gradients).expect("a gradient");
            Tensor::from_inner(tensor.clone().inner() - gradient * RATE).require_grad()
        };
        for layer in &mut layers {
            *layer = Layer {
                weights: moved(&layer.weights),
                thresholds: moved(&layer.thresholds),
            };
        }
    };
    for _ in 0..20 {
        step();
    }
    let mut found: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let since = Instant::now();
            for _ in 0..repetitions {
                step();
            }
            1e3 * since.elapsed().as_secs_f64() / repetitions as f64
        })
        .collect();
    found.sort_by(f64::total_cmp);
    let end: f32 = layers[0].weights.clone().inner().sum().into_scalar();
    assert!(end.is_finite(), "the weights ran away");
    println!(
        "{{\"milliseconds\": {{\"best\": {}, \"median\": {}}}, \"kernel\": \"burn 0.21, Flex\"}}",
        found[0],
        found[ROUNDS / 2]
    );
}
