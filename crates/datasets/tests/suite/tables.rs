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

/// What is far from zero keeps what differs: t and t − 1.7e9 are scaled to the same bits.
#[test]
fn values_are_scaled_before_they_are_rounded() {
    let folder = Folder::new();
    let late = |i: usize| f64::from(u8::from(i.is_multiple_of(3)));
    let time = |i: usize| 20.0 * late(i) + i as f64 / 4.0;
    let write = |offset: f64| {
        let rows = (0..60).map(|i| format!("{},{}\n", offset + time(i), late(i)));
        let text: String = std::iter::once("t,late\n".to_owned()).chain(rows).collect();
        folder.write("a.csv", text);
        let x = floats((0..60).map(|i| offset + time(i)));
        let x = npy("'<f8'", false, "(60, 1)", &x);
        let y = npy(
            "'<i8'",
            false,
            "(60,)",
            &integers((0..60).map(|i| late(i) as i64)),
        );
        folder.write("a.npz", npz(&[("x.npy", &x), ("y.npy", &y)]));
        let whole = integers((0..60).map(|i| (4.0 * (offset + time(i))) as i64));
        let x = npy("'<i8'", false, "(60, 1)", &whole);
        folder.write("b.npz", npz(&[("x.npy", &x), ("y.npy", &y)]));
    };
    for spec in [
        "csv]\npath = 'a.csv'",
        "npz]\npath = 'a.npz'",
        "npz]\npath = 'b.npz'",
    ] {
        for scaling in ["standardise", "unit"] {
            let spec = format!("[{spec}\nscaling = '{scaling}'");
            write(0.0);
            let near = folder.load(&spec).expect("valid");
            write(1.7e9);
            let far = folder.load(&spec).expect("valid");
            assert_eq!(far.train, near.train, "{spec}");
            assert_eq!(far.test, near.test, "{spec}");
            assert_eq!(far.notes, [] as [&str; 0]);
        }
        let unscaled = folder.load(&format!("[{spec}")).expect("valid");
        let note = "in single precision: set `scaling`";
        assert!(unscaled.notes[0].contains(note), "{:?}", unscaled.notes);
    }
    let spec = "[csv]\npath = 'a.csv'\ntargets = 't'\ntarget_scaling = 'standardise'";
    write(0.0);
    let near = folder.load(spec).expect("valid");
    write(1.7e9);
    assert_eq!(folder.load(spec).expect("valid").train, near.train);
}

#[test]
fn scaling_that_overflows_names_the_column() {
    let folder = Folder::new();
    let error = |cells: [&str; 2], scaling: &str| {
        let rows = (0..40).map(|i| format!("{},1,{}\n", cells[i % 2], ["x", "y"][i / 2 % 2]));
        let text: String = std::iter::once("a,b,c\n".to_owned()).chain(rows).collect();
        folder.write("a.csv", text);
        let loaded = folder.load(&format!("[csv]\npath = 'a.csv'\nscaling = '{scaling}'"));
        loaded
            .map(|set| set.train.inputs)
            .map_err(|error| error.to_string())
    };
    for scaling in ["unit", "standardise"] {
        for cells in [["1e308", "-1e308"], ["0", "5e-324"]] {
            let error = error(cells, scaling).expect_err("no constants");
            assert!(
                error.contains("column a are too large or too close together"),
                "{error}"
            );
        }
        let constant = error(["0.1", "0.1"], scaling).expect("a constant column");
        assert!(constant.iter().all(|&value| value == 0.0));
        assert!(error(["1e200", "2e200"], scaling).is_ok() || scaling == "standardise");
    }
}
