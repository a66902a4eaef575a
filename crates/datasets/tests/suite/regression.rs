//! Regression on the user's own data: target columns, scaling of targets, and what is out of reach.

use apical_datasets::{DatasetSpec, Streams, Targets, Task};
use apical_kernels::Transfer;

use crate::common::*;

/// Forty rows of an input, a target of 25 to 346 and one of −1 to 1.
fn diabetes() -> String {
    let rows = (0..40).map(|i| {
        format!(
            "{i},{},{}\n",
            25 + (i * 37) % 322,
            (i % 5) as f64 / 2.0 - 1.0
        )
    });
    std::iter::once("x,y,z\n".to_owned()).chain(rows).collect()
}

const BOTH: &str = "[csv]\npath = 'a.csv'\ntargets = ['z', 'y']";

#[test]
fn target_columns_are_outputs_in_their_order() {
    let folder = Folder::new();
    folder.write("a.csv", diabetes());
    for spec in [BOTH, "[csv]\npath = 'a.csv'\ntargets = [2, 1]"] {
        let dataset = folder.load(spec).expect("valid");
        assert_eq!(dataset.about.task, Task::Regression { n_outputs: 2 });
        let names: Vec<_> = dataset.target_units.iter().map(|unit| &unit.name).collect();
        assert_eq!(names, ["column z", "column y"]);
        for part in [&dataset.train, &dataset.validation, &dataset.test] {
            let Targets::Potentials(potentials) = &part.targets else {
                panic!("numbers were written")
            };
            for (input, target) in part.inputs.rows().into_iter().zip(potentials.rows()) {
                let i = input[0] as usize;
                let expected = [(i % 5) as f32 / 2.0 - 1.0, (25 + (i * 37) % 322) as f32];
                assert_eq!(target.to_vec(), expected);
            }
        }
    }
    let one = folder
        .load("[csv]\npath = 'a.csv'\ntargets = 'y'")
        .expect("valid");
    assert_eq!((one.n_inputs(), one.n_outputs()), (2, 1));
    let twice = folder.error("[csv]\npath = 'a.csv'\ntargets = ['y', 1]");
    assert!(twice.contains("column y is named twice"), "{twice}");
    let none = folder.error("[csv]\npath = 'a.csv'\ntargets = ['x', 'y', 'z']");
    assert!(none.contains("no input column beside"), "{none}");
}

#[test]
fn targets_out_of_reach_are_refused_and_scaled_ones_are_not() {
    let folder = Folder::new();
    folder.write("a.csv", diabetes());
    let softplus = Transfer::Softplus {
        gamma: 0.1,
        beta: 1.0,
        theta: 3.0,
    };
    let check = |scaling: &str, transfer| {
        let dataset = folder.load(&format!("{BOTH}\ntarget_scaling = '{scaling}'"));
        dataset
            .expect("valid")
            .check_targets(transfer)
            .map_err(|error| error.to_string())
    };
    for (transfer, column, remedy) in [
        (Transfer::Logistic, "column y", "standardise"),
        (Transfer::Tanh, "column y", "standardise"),
        (Transfer::Relu, "column z", "unit"),
    ] {
        let error = check("none", transfer).expect_err("out of reach");
        assert!(error.contains(column) && error.contains(remedy), "{error}");
        assert_eq!(check(remedy, transfer), Ok(()));
    }
    assert_eq!(check("none", softplus), Ok(()), "which has no upper end");
    let generated: DatasetSpec = parse("[teacher_student]\nsizes = [3, 2]\nfactors = [1.0]");
    let generated = generated.load(Streams::new(0), &[]).expect("generated");
    assert!(
        generated
            .target_units
            .iter()
            .all(|unit| unit.is_potential())
    );
}

#[test]
fn scaled_targets_stand_for_the_numbers_of_the_file() {
    let folder = Folder::new();
    folder.write("a.csv", diabetes());
    let raw = folder.load(BOTH).expect("valid");
    let mut checksums = vec![raw.about.checksum.sha256.clone()];
    for scaling in ["standardise", "unit"] {
        let spec = format!("{BOTH}\ntarget_scaling = '{scaling}'");
        let scaled = folder.load(&spec).expect("valid");
        let Targets::Potentials(u) = &scaled.train.targets else {
            panic!("numbers were written")
        };
        let Targets::Potentials(y) = &raw.train.targets else {
            panic!("numbers were written")
        };
        for ((_, output), (u, y)) in u.indexed_iter().zip(y).map(|((at, u), y)| (at, (u, y))) {
            let unit = &scaled.target_units[output];
            let back = unit.offset + unit.width * f64::from(*u);
            assert!((back - f64::from(*y)).abs() < 1e-4, "{back} is not {y}");
        }
        assert_eq!(scaled.train.inputs, raw.train.inputs);
        checksums.push(scaled.about.checksum.sha256.clone());
        // The same potentials of other numbers are other data.
        let double: String = diabetes()
            .lines()
            .map(|line| match line.split(',').collect::<Vec<_>>()[..] {
                [x, y, z] => match y.parse::<f64>() {
                    Ok(y) => format!("{x},{},{z}\n", 2.0 * y),
                    Err(_) => "x,y,z\n".to_owned(),
                },
                _ => unreachable!("three cells"),
            })
            .collect();
        folder.write("a.csv", double);
        let doubled = folder.load(&spec).expect("valid");
        assert_eq!(doubled.train, scaled.train);
        checksums.push(doubled.about.checksum.sha256.clone());
        folder.write("a.csv", diabetes());
    }
    checksums.sort_unstable();
    checksums.dedup();
    assert_eq!(checksums.len(), 5);
}

#[test]
fn targets_that_are_one_number_are_named() {
    let notes = |last: &str| {
        let folder = Folder::new();
        let rows = (0..40).map(|i| format!("{i},25,{}\n", i % 7));
        let text: String = std::iter::once("x,y,z\n".to_owned()).chain(rows).collect();
        folder.write("a.csv", text + last);
        let spec = "[csv]\npath = 'a.csv'\ntargets = ['y', 'z']\ntarget_scaling = 'unit'";
        folder.load(spec).expect("valid").notes
    };
    let found = notes("");
    assert!(
        found.len() == 1 && found[0].contains("one number in every sample: column y (25);"),
        "{found:?}"
    );
    assert_eq!(notes("1,26,3\n"), [] as [&str; 0]);
}

#[test]
fn generated_targets_that_overflow_are_refused() {
    let spec = "[teacher_student]\nsizes = [3, 9, 9, 9, 9, 9, 9, 1]\n\
                factors = [1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6]\ntransfer = \"relu\"";
    let error = parse(spec)
        .load(Streams::new(0), &[])
        .expect_err("too large");
    assert!(
        error.to_string().contains("teacher_student.factors"),
        "{error}"
    );
}
