//! Labels and first lines of tables: what is missing, what is taken for what, and what is refused.

use apical_datasets::Dataset;

use crate::common::*;

const CSV: &str = "[csv]\npath = 'a.csv'";

fn load(options: &str, text: &str) -> Result<Dataset, String> {
    let folder = Folder::new();
    folder.write("a.csv", text);
    let loaded = folder.load(&format!("{CSV}\n{options}"));
    loaded.map_err(|error| error.to_string())
}

/// Forty rows with the labels in turn.
fn labelled(labels: &[&str]) -> String {
    let rows = (0..40).map(|i| format!("{i},{}\n", labels[i % labels.len()]));
    std::iter::once("x,kind\n".to_owned()).chain(rows).collect()
}

#[test]
fn what_is_missing_is_an_error_in_every_column() {
    for missing in [
        "", "NA", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?",
    ] {
        let of_label = format!("x,kind\n0.4,{missing}\n{}", &labelled(&["1", "2"])[7..]);
        let error = load("", &of_label).expect_err("a missing label");
        assert!(error.contains("line 2, column kind: "), "{error}");
        assert!(error.contains("stands for a missing label"), "{error}");
        for (options, column) in [("targets = 'kind'", "kind"), ("label = 'x'", "kind")] {
            let error = load(options, &of_label).expect_err("a missing number");
            let expected =
                format!("line 2, column {column}: {missing:?} stands for a missing value");
            assert!(error.contains(&expected), "{error}");
        }
        let of_part = format!("x,kind,part\n1,a,{missing}\n");
        let error = load("split_column = 'part'", &of_part).expect_err("no part");
        assert!(error.contains("line 2, column part: "), "{error}");
    }
}

#[test]
fn an_unclosed_quote_is_named_where_it_opens() {
    let rows = labelled(&["x", "y"]);
    let spoilt = format!("{rows}1.4,\"y\n0.5,x\n0.6,y\n");
    let error = load("", &spoilt).expect_err("an unclosed quote");
    assert!(
        error.contains("line 42: the quote that opens here is never closed"),
        "{error}"
    );
    let closed_later = format!("{rows}1.4,\"y\n0.5,x\n0.6,\"\n");
    let error = load("", &closed_later).expect_err("a label of several lines");
    assert!(
        error.contains("line 42, column kind: the label \"y\\n0.5,x\\n0.6,\" has a line break"),
        "{error}"
    );
    let quoted = rows.replace(",x\n", ",\"x, of \"\"two\"\" words\"\n");
    let dataset = load("", &quoted).expect("sound quotes");
    assert_eq!(dataset.about.class_names, ["x, of \"two\" words", "y"]);
}

#[test]
fn a_first_line_of_numbers_is_a_sample_or_refused() {
    let rows = |first: &str, labels: [&str; 2]| -> String {
        let rows = (0..40).map(|i| format!("{}.5,{i},{}\n", i % 7, labels[i % 2]));
        std::iter::once(format!("{first}\n")).chain(rows).collect()
    };
    let n_samples = |dataset: &Dataset| {
        [&dataset.train, &dataset.validation, &dataset.test].map(|part| part.n_samples())
    };
    let iris = load("", &rows("5.1,3.5,setosa", ["setosa", "virginica"])).expect("a sample");
    assert_eq!(n_samples(&iris).iter().sum::<usize>(), 41);
    assert!(
        iris.notes[0].contains("line 1 is read as a sample"),
        "{:?}",
        iris.notes
    );
    let lonely = load("", &rows("5.1,3.5,setosa", ["a", "b"])).expect_err("undecided");
    assert!(
        lonely.contains("line 1: all cells but \"setosa\" are numbers"),
        "{lonely}"
    );
    assert!(lonely.contains("header = false"), "{lonely}");
    let missing = load("", &rows("5.1,NA,a", ["a", "b"])).expect_err("a sample that lacks a value");
    assert!(
        missing.contains("line 1, column 1: \"NA\" stands for"),
        "{missing}"
    );
    for (first, options) in [
        ("0,1,kind", ""),
        ("1,2,kind", ""),
        ("1990,1991,kind", "label = 'kind'"),
        ("x,3,kind", ""),
    ] {
        let dataset = load(options, &rows(first, ["a", "b"])).expect("a header");
        assert_eq!(n_samples(&dataset).iter().sum::<usize>(), 40, "{first}");
        assert_eq!(dataset.notes, [] as [&str; 0]);
    }
    let told = load("header = false", &rows("5.1,3.5,a", ["a", "b"])).expect("a sample");
    assert_eq!(
        (n_samples(&told).iter().sum::<usize>(), told.notes.len()),
        (41, 0)
    );
}

#[test]
fn labels_are_merged_and_kept_apart_with_a_word() {
    let notes = |labels: &[&str]| {
        let dataset = load("", &labelled(labels)).expect("valid");
        (dataset.about.class_names, dataset.notes.join("\n"))
    };
    let (classes, note) = notes(&["1", "1.0", "01", "2"]);
    assert_eq!(classes, ["1", "2"]);
    assert_eq!(
        note,
        "labels that are equal as numbers are one class: `1` and `1.0` and `01`"
    );
    let (classes, note) = notes(&["1", "1.0", "a"]);
    assert_eq!(classes, ["1", "1.0", "a"]);
    assert!(
        note.contains("are different classes, as not every label is a number: `1` and `1.0`"),
        "{note}"
    );
    let (classes, note) = notes(&["9007199254740993", "9007199254740992"]);
    assert_eq!(
        classes,
        ["9007199254740992", "9007199254740993"],
        "equal in double precision"
    );
    assert_eq!(note, "");
    let (classes, note) = notes(&["Setosa", "setosa", "b"]);
    assert_eq!(classes, ["Setosa", "b", "setosa"]);
    assert!(
        note.contains("look alike are different classes: `Setosa` and `setosa`"),
        "{note}"
    );
    for (one, other) in [
        ("é", "e\u{301}"),
        ("ﬁn", "fin"),
        ("a b", "a\u{a0} b"),
        ("ab", "a\u{200b}b"),
        ("cat", "с\u{430}т"),
        ("Café", "Саfé"),
        ("B", "Β"),
    ] {
        let (classes, note) = notes(&[one, other]);
        assert_eq!(classes.len(), 2);
        assert!(note.contains("look alike"), "{one}: {note}");
    }
    for word in ["-", "inf", "unknown"] {
        let (classes, note) = notes(&["1", "2", word]);
        assert_eq!(classes.len(), 3);
        let expected =
            format!("most labels are numbers, and `{word}` is taken for a class as well");
        assert!(note.contains(&expected), "{note}");
    }
    assert_eq!(notes(&["1", "a", "b"]).1, "", "words, one of them a number");
    let (classes, note) = notes(&["a", "\" a\"", "b", "b"]);
    assert_eq!(classes, ["a", "b"]);
    assert_eq!(
        note,
        "spaces around labels do not count: \" a\" for `a` is taken"
    );
    let (_, note) = notes(&[" a", " b"]);
    assert_eq!(note, "", "a space after every comma");
}

#[test]
fn classes_that_no_part_measures_and_rows_of_one_1_are_named() {
    let rare = format!("{}3,rare\n", labelled(&["a", "b"]));
    let notes = load("", &rare).expect("valid").notes;
    let without = |part| format!("classes without a sample in the {part} part: `rare`");
    assert_eq!(notes, [without("validation"), without("test")]);

    let rows = |odd: &str| -> String {
        let rows = (0..40).map(|i| format!("{i},{},{}\n", i % 2, 1 - i % 2));
        std::iter::once(format!("x,y,z\n{odd}"))
            .chain(rows)
            .collect()
    };
    let notes = |odd| {
        let loaded = load("targets = ['y', 'z']", &rows(odd));
        loaded.expect("valid").notes.join("\n")
    };
    assert!(
        notes("").contains("one of the 2 targets is 1"),
        "{}",
        notes("")
    );
    assert_eq!(notes("1,1,1\n"), "");
    assert_eq!(notes("1,0.5,0\n"), "");
}
