//! Tables: values, labels, scaling and splits of CSV files.

use crate::common::*;

#[test]
fn tables_with_and_without_header() {
    let folder = Folder::new();
    folder.write("flowers.csv", format!("\u{feff}{}", small_csv()));
    let dataset = folder
        .load("[csv]\npath = 'flowers.csv'")
        .expect("a valid table");
    assert_eq!(dataset.about.name, "flowers");
    assert_eq!(dataset.about.class_names, ["a", "b"]);
    let sizes = [&dataset.train, &dataset.validation, &dataset.test].map(|part| part.n_samples());
    assert_eq!(sizes, [28, 6, 6]);
    for (i, (row, class)) in sorted_rows(&dataset).into_iter().enumerate() {
        assert_eq!(
            (row, class as usize),
            (vec![i as f32, (i * i) as f32 + 0.5], i % 2)
        );
    }

    let text: String = (0..40).map(|i| format!("{}\t{i}\n", 10 - i % 3)).collect();
    folder.write("b.tsv", text);
    let spec = "[csv]\npath = 'b.tsv'\nheader = false\ndelimiter = '\\t'\nlabel = 0\nname = 'mine'";
    let dataset = folder
        .load(&spec.replace('\'', "\""))
        .expect("a valid table");
    assert_eq!(dataset.about.name, "mine");
    assert_eq!(
        dataset.about.class_names,
        ["8", "9", "10"],
        "numbers are in numeric order"
    );
    assert!(
        sorted_rows(&dataset)
            .iter()
            .enumerate()
            .all(|(i, (_, class))| *class as usize == 2 - i % 3)
    );
}

#[test]
fn labels_of_equal_value_are_one_class() {
    let folder = Folder::new();
    let text: String = (0..40)
        .map(|i| format!("{i},{}\n", ["1", "1.0", "-0", "0"][i % 4]))
        .collect();
    folder.write("a.csv", text);
    let dataset = folder
        .load("[csv]\npath = 'a.csv'\nheader = false")
        .expect("a valid table");
    assert_eq!(dataset.about.class_names, ["-0", "1"]);
}

#[test]
fn scaling_is_fitted_on_the_training_part_alone() {
    let folder = Folder::new();
    let text: String = (0..60)
        .map(|i| format!("{},7,{}\n", i * i, i % 2))
        .collect();
    folder.write("a.csv", text);
    let spec =
        |scaling: &str| format!("[csv]\npath = 'a.csv'\nheader = false\nscaling = '{scaling}'");
    let raw = folder.load(&spec("none")).expect("valid");
    let unit = folder.load(&spec("unit")).expect("valid");
    let standard = folder.load(&spec("standardise")).expect("valid");

    let column = raw.train.inputs.column(0).mapv(f64::from);
    let (low, high) = (
        column.fold(f64::MAX, |a, &b| a.min(b)),
        column.fold(0.0_f64, |a, &b| a.max(b)),
    );
    let (mean, deviation) = (column.mean().expect("not empty"), column.std(0.0));
    for (part, (as_unit, as_standard)) in [&raw.train, &raw.validation, &raw.test].into_iter().zip(
        [&unit.train, &unit.validation, &unit.test]
            .into_iter()
            .zip([&standard.train, &standard.validation, &standard.test]),
    ) {
        for (row, &value) in part.inputs.column(0).iter().enumerate() {
            let value = f64::from(value);
            assert!(
                (f64::from(as_unit.inputs[[row, 0]]) - (value - low) / (high - low)).abs() < 1e-6
            );
            assert!(
                (f64::from(as_standard.inputs[[row, 0]]) - (value - mean) / deviation).abs() < 1e-5
            );
            assert_eq!(
                [as_unit.inputs[[row, 1]], as_standard.inputs[[row, 1]]],
                [0.0; 2],
                "constant"
            );
        }
    }
    assert!(
        standard
            .train
            .inputs
            .column(0)
            .mean()
            .expect("not empty")
            .abs()
            < 1e-6
    );
    assert!(
        standard
            .test
            .inputs
            .column(0)
            .mean()
            .expect("not empty")
            .abs()
            > 1e-3
    );
}

#[test]
fn one_split_for_all_runs_and_another_for_another_split_seed() {
    let folder = Folder::new();
    folder.write("a.csv", small_csv());
    let load = |spec: &str, run: u64| {
        let folders = [folder.path().to_owned()];
        parse(spec)
            .load(apical_datasets::Streams::new(run), &folders)
            .expect("valid")
    };
    let spec = "[csv]\npath = 'a.csv'";
    assert_eq!(load(spec, 1), load(spec, 2));
    assert_ne!(
        load(spec, 1).test,
        load("[csv]\npath = 'a.csv'\nsplit_seed = 1", 1).test
    );
}
