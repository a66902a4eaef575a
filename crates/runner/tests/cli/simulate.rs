//! Traces of a circuit through the program.

use std::fs;

use apical_datasets::read_rows;
use apical_learning::{Learner, Network, Streams, Transfer, load_tensors};
use apical_microcircuit::circuit::max_2026;
use apical_microcircuit::{Continuous, ContinuousSpec};
use ndarray::{Array2, array};

use crate::program::{Place, read};

const CIRCUIT: &str = "presentation_ms = 20.0\nprecision = \"f64\"\nrates = [0.01, 0.005]\n\
                       interneuron_rates = 0.01\napical_rates = 0.005\nnoise = { sigma = 0.1 }\n";

fn spec() -> String {
    format!(
        "seed = 3\n[network]\nsizes = [3, 4, 2]\ntransfer = \"logistic\"\nforward_scale = 1.0\n\
         [inputs]\nrows = [[0.9, 0.1, 0.5], [0.2, 0.8, 0.4]]\n\
         [targets]\nkind = \"potentials\"\nrows = [[1.0, 0.2], [0.1, 1.2]]\n[circuit]\n{CIRCUIT}"
    )
}

#[test]
fn the_archive_holds_what_observing_the_circuit_shows() {
    let place = Place::new(&spec());
    place
        .line("simulate small.toml --record soma,apical,interneuron_rate,target --every 0.5 --out t.npz --save-after after.safetensors", 0);
    let array = |name: &str| {
        let path = place.path("t.npz");
        read_rows(&path, name, "path", &[]).expect("an array")
    };
    let network = Network::new(vec![3, 4, 2], Transfer::Logistic, false).expect("valid");
    let streams = Streams::new(3);
    let start = network.draw_forward(&[1.0, 1.0], streams);
    let circuit: ContinuousSpec = toml::from_str(CIRCUIT).expect("valid");
    let mut circuit =
        Continuous::<f64>::new(&network, &start, &circuit, streams).expect("a circuit");
    let inputs = array![[0.9_f32, 0.1, 0.5], [0.2, 0.8, 0.4]];
    let targets = array![[1.0_f32, 0.2], [0.1, 1.2]];
    let mut session = circuit.session(streams, 1);
    let (mut soma, mut apical, mut rate) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..2 {
        let row = |matrix: &Array2<f32>| matrix.slice(ndarray::s![i..i + 1, ..]).to_owned();
        let (x, u) = (row(&inputs), row(&targets));
        circuit
            .observe(
                &mut session,
                x.view(),
                Some(u.view()),
                true,
                |step, state| {
                    if step % 5 == 0 {
                        soma.extend(state.soma(1).into_iter().chain(state.soma(2)));
                        apical.extend(state.apical(1));
                        rate.extend(state.interneuron_rate(1));
                    }
                },
            )
            .expect("finite");
    }
    let narrow = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<f32>>();
    for (name, seen, n_columns) in [
        ("soma", &soma, 6),
        ("apical", &apical, 4),
        ("interneuron_rate", &rate, 2),
    ] {
        let read = array(name);
        assert_eq!(read.dim(), (81, n_columns), "{name}");
        let read: Vec<f32> = read.into_iter().take(80 * n_columns).collect();
        assert_eq!(read, narrow(seen), "{name}");
    }
    let times = array("time_ms");
    assert_eq!(
        (times.nrows(), times[[1, 0]], times[[80, 0]]),
        (81, 0.5, 40.0)
    );
    assert_eq!(array("target").row(79), targets.row(1));
    let mut after = circuit.clone();
    let bytes = fs::read(place.path("after.safetensors")).expect("saved");
    load_tensors(&mut after, &bytes).expect("weights of this circuit");
    for name in circuit.tensors().names() {
        assert_eq!(after.tensor(name), circuit.tensor(name), "{name}");
    }
}

#[test]
fn columns_are_headed_by_quantity_neuron_and_unit() {
    let place = Place::new(&spec());
    fs::write(place.path("x.csv"), "a,b,c\n0.5,0.5,0.5\n").expect("written");
    fs::write(place.path("y.csv"), "0.25,0.75\n").expect("written");
    place
        .line("simulate small.toml --record input,soma,target --every 10 --inputs x.csv --targets y.csv --targets-are rates --no-plasticity --out t.csv --figure t.svg --save-before a --save-after b", 0);
    let text = read(&place.path("t.csv"));
    insta::assert_snapshot!(text.lines().next().expect("a header"), @"time (ms),input 0.0,input 0.1,input 0.2,soma 1.0,soma 1.1,soma 1.2,soma 1.3,soma 2.0,soma 2.1,target 2.0,target 2.1");
    let times: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(times, ["0", "10", "20"]);
    // φ⁻¹(0.25) = −ln 3.
    assert!(text.contains(",-1.0986"), "{text}");
    assert!(read(&place.path("t.svg")).contains("layer 2, neuron 0"));
    let saved = |name| fs::read(place.path(name)).expect("saved");
    assert_eq!(saved("a"), saved("b"));
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let place = Place::new(&spec());
    fs::write(place.path("x.csv"), "0.5,0.5\n").expect("written");
    for (arguments, code, parts) in [
        (
            &["--record", "somma"][..],
            2,
            &["`somma`, did you mean `soma`?"][..],
        ),
        (
            &["--every", "1e-300"],
            2,
            &["--every 1e-300 is no whole number of steps of 0.1 ms"],
        ),
        (&["--neurons", "1.0"], 2, &["--figure"]),
        (
            &["--weights", "/dev/zero"],
            4,
            &["/dev/zero cannot be read: this is no file"],
        ),
        (
            &["--every", "0.33"],
            2,
            &["--every 0.33 is no whole number of steps of 0.1 ms"],
        ),
        (
            &["--inputs", "x.csv"],
            2,
            &["`inputs` is 2 columns wide in a network that needs 3"],
        ),
        (&["--inputs", "none.csv"], 4, &["none.csv: no such file"]),
        (&["--weights", "none"], 4, &["none cannot be read"]),
        (
            &["--weights", "x.csv"],
            4,
            &["the weights in x.csv cannot be used", "safetensors"],
        ),
        (
            &["--figure", "f.svg", "--neurons", "1.9"],
            2,
            &["no neuron `1.9`"],
        ),
        (
            &["--targets-are", "rates"],
            2,
            &["`targets` is 1, expected rates strictly between"],
        ),
        (
            &["--set", "circuit.dt_ms=2.0"],
            2,
            &["unstable", "--set circuit.dt_ms=2.0"],
        ),
    ] {
        let all = [&["simulate", "small.toml", "--out", "t.csv"], arguments].concat();
        let call = place.call(&all).with_code(code);
        for part in parts {
            call.says(part);
        }
        assert!(!place.path("t.csv").exists(), "{arguments:?}");
    }
}

#[test]
fn what_was_seen_before_a_runaway_is_written() {
    let place = Place::new(&spec());
    let runaway = [
        "--set",
        "circuit.runaway_potential=0.3",
        "--every",
        "0.1",
        "--out",
        "t.csv",
    ];
    let call = place.call(&[&["simulate", "small.toml"], &runaway[..]].concat());
    let call = call.with_code(3);
    call.says("left ±0.3 at");
    assert!(read(&place.path("t.csv")).lines().count() > 2);
}

/// Shown at the end of every step, the first row being rest.
#[test]
fn error_neurons_are_traced_as_observing_them_shows() {
    let circuit =
        "precision = \"f64\"\nrates = 0.5\nfeedback = \"tied\"\nupdate_order = \"layer_sweep\"\n";
    let spec = spec()
        .replace("kind = \"potentials\"", "kind = \"rates\"")
        .replace("[[1.0, 0.2], [0.1, 1.2]]", "[[0.8, 0.2], [0.3, 0.7]]");
    let spec = spec.split("[circuit]").next().expect("a specification");
    let place = Place::new(&format!("{spec}[error_neurons_continuous]\n{circuit}"));
    place.line(
        "simulate small.toml --record soma,prediction,error,target --out t.npz --figure t.svg",
        0,
    );
    let network = Network::new(vec![3, 4, 2], Transfer::Logistic, false).expect("valid");
    let streams = Streams::new(3);
    let start = network.draw_forward(&[1.0, 1.0], streams);
    let circuit: max_2026::ErrorNeuronsContinuousSpec = toml::from_str(circuit).expect("valid");
    let mut circuit =
        max_2026::Continuous::<f64>::new(&network, &start, &circuit, streams).expect("a circuit");
    let mut session = circuit.session(streams, 1);
    let inputs = array![[0.9_f32, 0.1, 0.5], [0.2, 0.8, 0.4]];
    let targets = array![[0.8_f32, 0.2], [0.3, 0.7]];
    let (mut soma, mut error) = (vec![0.0; 6], vec![0.0; 6]);
    for i in 0..2 {
        let row = |matrix: &Array2<f32>| matrix.slice(ndarray::s![i..i + 1, ..]).to_owned();
        let (x, r) = (row(&inputs), row(&targets));
        let mut seen = |_: usize, state: &max_2026::State<f64>| {
            soma.extend(state.soma(1).into_iter().chain(state.soma(2)));
            error.extend(state.error(1).into_iter().chain(state.error(2)));
        };
        circuit
            .observe(&mut session, x.view(), Some(r.view()), true, &mut seen)
            .expect("finite");
    }
    let array = |name: &str| read_rows(&place.path("t.npz"), name, "path", &[]).expect("an array");
    for (name, seen) in [("soma", soma), ("error", error)] {
        let read = array(name);
        assert_eq!(read.dim(), (41, 6), "{name}");
        let narrow: Vec<f32> = seen.iter().map(|&v| v as f32).collect();
        assert_eq!(read.into_iter().collect::<Vec<f32>>(), narrow, "{name}");
    }
    assert_eq!(array("target").row(40), targets.row(1));
    let figure = fs::read_to_string(place.path("t.svg")).expect("a figure");
    assert!(figure.contains("error neuron") && !figure.contains("interneuron"));

    let call = place.call(&[
        "simulate",
        "small.toml",
        "--out",
        "t.csv",
        "--record",
        "dendrite",
    ]);
    call.with_code(2).says("prediction");
    let both = format!(
        "{}\n[error_neurons_continuous]\nrates = 1.0\n",
        self::spec()
    );
    fs::write(place.path("both.toml"), both).expect("written");
    let call = place.call(&["simulate", "both.toml", "--out", "t.csv"]);
    call.with_code(2)
        .says("exactly one of `circuit` and `error_neurons_continuous`");
}
