//! Which samples go into which part: given splits, folds and splits of each seed.

use apical_datasets::{Dataset, Streams, Targets};

use crate::common::*;

/// The first input of every sample of each part.
fn firsts(dataset: &Dataset) -> [Vec<f32>; 3] {
    [&dataset.train, &dataset.validation, &dataset.test].map(|part| part.inputs.column(0).to_vec())
}

fn load(folder: &Folder, spec: &str, seed: u64) -> Dataset {
    let folders = [folder.path().to_owned()];
    parse(spec)
        .load(Streams::new(seed), &folders)
        .expect("valid")
}

#[test]
fn a_column_says_the_part_of_each_row() {
    let folder = Folder::new();
    let part = |i: usize| match i % 10 {
        0 => "Test",
        1 => "val",
        _ => "train",
    };
    let rows = (0..40).map(|i| format!("{i},{},{}\n", part(i), ["a", "b"][i / 2 % 2]));
    let text: String = std::iter::once("x,part,kind\n".to_owned())
        .chain(rows)
        .collect();
    folder.write("a.csv", &text);
    let spec = "[csv]\npath = 'a.csv'\nsplit_column = 'part'";
    let [train, validation, test] = firsts(&load(&folder, spec, 1));
    assert_eq!(test, [0.0, 10.0, 20.0, 30.0]);
    assert_eq!(validation, [1.0, 11.0, 21.0, 31.0]);
    assert_eq!(train.len(), 32);
    let dataset = load(&folder, spec, 1);
    assert_eq!(
        (dataset.n_inputs(), dataset.about.class_names.len()),
        (1, 2)
    );

    // Nothing is left to decide.
    assert_eq!(dataset.notes, [] as [&str; 0]);
    for (option, value) in [
        ("split_seed", "'per_seed'"),
        ("split", "{ train = 0.5, validation = 0.2, test = 0.3 }"),
    ] {
        let notes = load(&folder, &format!("{spec}\n{option} = {value}"), 1).notes;
        let expected = format!("so that `{option}` decides nothing");
        assert!(
            notes.len() == 1 && notes[0].contains(&expected),
            "{notes:?}"
        );
    }

    // Without a validation part, one is taken from the training part alone.
    folder.write("a.csv", text.replace(",val,", ",train,"));
    let [train, validation, same_test] = firsts(&load(&folder, spec, 1));
    assert_eq!((train.len(), validation.len()), (30, 6));
    assert_eq!(same_test, test);
    let per_seed = load(&folder, &format!("{spec}\nsplit_seed = 'per_seed'"), 1);
    assert_eq!(
        per_seed.notes,
        [] as [&str; 0],
        "it decides the validation part"
    );
    folder.write("a.csv", text.replace(",val,", ",hold out,"));
    let error = folder.error(spec);
    assert!(
        error.contains("line 3, column part: \"hold out\" is no part"),
        "{error}"
    );
    folder.write("a.csv", text.replace(",Test,", ",train,"));
    assert!(folder.error(spec).contains("0 test samples"));
}

fn members_of(first: usize, n: usize, classes: i64) -> (Vec<u8>, Vec<u8>) {
    let x = floats((first..first + n).map(|i| i as f64));
    let y = integers((0..n as i64).map(|i| i % classes));
    (
        npy("'<f8'", false, &format!("({n}, 1)"), &x),
        npy("'<i8'", false, &format!("({n},)"), &y),
    )
}

#[test]
fn an_archive_gives_its_parts() {
    let folder = Folder::new();
    let (x_train, y_train) = members_of(0, 20, 2);
    let (x_test, y_test) = members_of(100, 6, 2);
    let (x_val, y_val) = members_of(200, 4, 2);
    let all: [(&str, &[u8]); 6] = [
        ("x_train.npy", &x_train),
        ("y_train.npy", &y_train),
        ("x_test.npy", &x_test),
        ("y_test.npy", &y_test),
        ("x_val.npy", &x_val),
        ("y_val.npy", &y_val),
    ];
    let spec = "[npz]\npath = 'a.npz'";
    folder.write("a.npz", npz(&all));
    let [train, validation, test] = firsts(&load(&folder, spec, 1));
    assert_eq!(train, (0..20).map(|i| i as f32).collect::<Vec<_>>());
    assert_eq!(validation, [200.0, 201.0, 202.0, 203.0]);
    assert_eq!(test, [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]);

    folder.write("a.npz", npz(&all[..4]));
    let [train, validation, same_test] = firsts(&load(&folder, spec, 1));
    assert_eq!((train.len(), validation.len()), (16, 4));
    assert!(train.iter().chain(&validation).all(|&x| x < 20.0));
    assert_eq!(same_test, test);

    folder.write("a.npz", npz(&all[..3]));
    assert!(folder.error(spec).contains("no array `y_test`"));
    folder.write("a.npz", npz(&[&all[..4], &[("x.npy", &x_val)]].concat()));
    assert!(folder.error(spec).contains("both `x` and a given split"));
    let (_, three) = members_of(0, 6, 3);
    folder.write(
        "a.npz",
        npz(&[&all[..3], &[("y_test.npy", &three)]].concat()),
    );
    let error = folder.error(spec);
    assert!(
        error.contains("class `2` has 2 of 26 samples and none falls into the training"),
        "{error}"
    );
    let wide = npy("'<f8'", false, "(3, 2)", &floats((0..6).map(f64::from)));
    let (_, short) = members_of(0, 3, 2);
    folder.write(
        "a.npz",
        npz(&[&all[..2], &[("x_test.npy", &wide), ("y_test.npy", &short)]].concat()),
    );
    assert!(
        folder
            .error(spec)
            .contains("array `x_test`: samples have shape [2], those of `x_train`")
    );
    folder.write("a.npz", npz(&all));
    assert!(
        folder
            .error(&format!("{spec}\nfolds = 5"))
            .contains("`folds` does too")
    );
}

#[test]
fn every_seed_has_its_own_split_where_that_is_asked_for() {
    let folder = Folder::new();
    folder.write("a.csv", small_csv());
    folder.write("a.npz", small_npz());
    for kind in ["csv", "npz"] {
        let spec = format!("[{kind}]\npath = 'a.{kind}'");
        let per_seed = format!("{spec}\nsplit_seed = 'per_seed'");
        assert!(parse(&per_seed).depends_on_run() && !parse(&spec).depends_on_run());
        let of = |seed| load(&folder, &per_seed, seed).test;
        assert_eq!(
            of(3),
            load(&folder, &format!("{spec}\nsplit_seed = 3"), 7).test
        );
        assert_ne!(of(3), of(4));
    }
    let digits = |seed| load(&folder, "digits = { split_seed = 'per_seed' }", seed).test;
    assert_eq!(digits(0), load(&folder, "digits = {}", 5).test);
    assert_ne!(digits(0), digits(1));
}

#[test]
fn folds_test_every_sample_once() {
    let folder = Folder::new();
    folder.write("a.csv", small_csv());
    let spec = "[csv]\npath = 'a.csv'\nfolds = 5";
    assert!(parse(spec).depends_on_run());
    let mut tested = Vec::new();
    for seed in 0..5 {
        let dataset = load(&folder, spec, seed);
        let [train, validation, test] = firsts(&dataset);
        assert_eq!((train.len(), validation.len(), test.len()), (24, 8, 8));
        let Targets::Classes(classes) = &dataset.test.targets else {
            panic!("classes were written")
        };
        assert_eq!(classes.iter().filter(|&&class| class == 0).count(), 4);
        assert_eq!(firsts(&load(&folder, spec, seed + 5))[2], test);
        tested.extend(test);
    }
    tested.sort_by(f32::total_cmp);
    assert_eq!(tested, (0..40).map(|i| i as f32).collect::<Vec<_>>());
}

#[test]
fn duplicates_across_parts_are_counted() {
    let folder = Folder::new();
    let rows = (0..40).map(|i| {
        let part = ["train", "train", "validation", "test"][i % 4];
        // −0 and 0 are the same input; test rows repeat training rows three times.
        let x = match i {
            3 => "-0".to_owned(),
            7 => "4".to_owned(),
            11 => "2".to_owned(),
            _ => i.to_string(),
        };
        format!("{x},{part},{}\n", ["a", "b"][i / 4 % 2])
    });
    let text: String = std::iter::once("x,part,kind\n".to_owned())
        .chain(rows)
        .collect();
    folder.write("a.csv", text);
    let shared = load(&folder, "[csv]\npath = 'a.csv'\nsplit_column = 'part'", 0).shared_inputs();
    assert_eq!(
        [
            shared.validation_in_train,
            shared.test_in_train,
            shared.test_in_validation
        ],
        [0, 2, 1]
    );
}
