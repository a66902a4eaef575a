//! Specs in TOML, and the catalogue behind them.

use crate::common::parse;
use apical_datasets::set::csv::CsvSpec;
use apical_datasets::set::digits::DigitsSpec;
use apical_datasets::set::emnist_digits::EmnistSpec;
use apical_datasets::set::npz::NpzSpec;
use apical_datasets::set::teacher_student::TeacherStudentSpec;
use apical_datasets::set::yin_yang::YinYangSpec;
use apical_datasets::set::*;
use apical_datasets::{AnyDataKind, Column, DatasetSpec, IdxSpec, catalogue, catalogue_entry};
use insta::assert_snapshot;

fn all() -> Vec<DatasetSpec> {
    vec![
        digits::KIND.with(DigitsSpec::default()),
        yin_yang::KIND.with(YinYangSpec::default()),
        mnist::KIND.with(IdxSpec::default()),
        fashion_mnist::KIND.with(IdxSpec {
            n_train: Some(10),
            ..IdxSpec::default()
        }),
        kmnist::KIND.with(IdxSpec::default()),
        emnist_digits::KIND.with(EmnistSpec::default()),
        teacher_student::KIND.with(TeacherStudentSpec::default()),
        csv::KIND.with(CsvSpec {
            label: Some(Column::Index(3)),
            ..CsvSpec::new("a.csv")
        }),
        npz::KIND.with(NpzSpec::pair("x.npy", "y.npy")),
    ]
}

#[test]
fn written_and_read_again() {
    for spec in all() {
        let text = toml::to_string(&spec).expect("specs are written into records");
        assert_eq!(parse(&text), spec, "{text}");
        spec.check().expect("in range");
    }
}

#[test]
fn an_empty_table_takes_every_default() {
    assert_eq!(
        parse("digits = {}"),
        digits::KIND.with(DigitsSpec::default())
    );
    assert_eq!(
        parse("[teacher_student]"),
        teacher_student::KIND.with(TeacherStudentSpec::default())
    );
    assert_eq!(
        parse("csv = { path = 'a' }"),
        csv::KIND.with(CsvSpec::new("a"))
    );
    assert_eq!(
        parse("npz = { path = 'a' }"),
        npz::KIND.with(NpzSpec::archive("a"))
    );
}

#[test]
fn mistakes_are_rejected() {
    let error = |text: &str| {
        toml::from_str::<DatasetSpec>(text)
            .expect_err("a mistake")
            .to_string()
    };
    assert_snapshot!(error("digits = { seed = 1 }"), @"
TOML parse error at line 1, column 12
  |
1 | digits = { seed = 1 }
  |            ^^^^
unknown field `seed`, expected `split_seed`
");
    assert_snapshot!(error("mnits = {}"), @"
TOML parse error at line 1, column 1
  |
1 | mnits = {}
  | ^^^^^
unknown variant `mnits`, expected one of `digits`, `yin_yang`, `mnist`, `fashion_mnist`, `kmnist`, `emnist_digits`, `teacher_student`, `csv`, `npz`
");
    assert_snapshot!(error("csv = { path = 'a', label = -1 }"), @"
TOML parse error at line 1, column 29
  |
1 | csv = { path = 'a', label = -1 }
  |                             ^^
invalid value: integer `-1`, expected the name of a column or its index from 0
");
    assert_snapshot!(error("csv = { path = 'a', label = true }"), @"
TOML parse error at line 1, column 29
  |
1 | csv = { path = 'a', label = true }
  |                             ^^^^
invalid type: boolean `true`, expected the name of a column or its index from 0
");
}

#[test]
fn a_spec_is_called_as_its_entry() {
    for spec in all() {
        assert_eq!(catalogue_entry(spec.kind()), Some(spec.entry()));
        let table = toml::Table::try_from(&spec).expect("specs are tables");
        assert_eq!(table.keys().collect::<Vec<_>>(), [spec.kind()]);
    }
    let hyphens = catalogue_entry("fashion-mnist");
    assert_eq!(hyphens, Some(fashion_mnist::KIND.entry()));
    assert_eq!(catalogue_entry("unknown"), None);
}

/// `apical data check` does so.
#[test]
fn every_set_but_the_users_own_needs_no_options() {
    for entry in catalogue() {
        if entry.n_samples.is_some() {
            let spec = parse(&format!("[{}]", entry.name));
            assert_eq!(spec.kind(), entry.name);
            spec.check().expect("in range");
        }
    }
}

#[test]
fn digests_and_addresses_are_well_formed() {
    for entry in catalogue() {
        for file in entry.files {
            for digest in [file.sha256, file.content_sha256].into_iter().flatten() {
                let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
                assert!(digest.len() == 64 && digest.chars().all(is_hex), "{digest}");
            }
            assert!(
                file.urls()
                    .iter()
                    .all(|url| url.starts_with("http") && url.ends_with(file.name))
            );
            assert_ne!(
                file.urls().is_empty(),
                entry.by_hand.is_empty(),
                "a mirror or instructions"
            );
            assert_eq!(format!("{}.gz", file.plain_name()), file.name);
        }
    }
}

/// Records hold specs as text, and runs are recognised by it.
#[test]
fn the_text_of_a_spec_never_changes() {
    let texts: Vec<_> = all()
        .iter()
        .map(|spec| toml::to_string(spec).expect("specs are written into records"))
        .collect();
    assert_snapshot!(texts.join("\n"), @r#"
[digits]
split_seed = 0

[yin_yang]
seed = 0
n_train = 5000
n_validation = 1000
n_test = 1000

[mnist]
n_validation = 5000
verify = true

[fashion_mnist]
n_train = 10
n_validation = 5000
verify = true

[kmnist]
n_validation = 5000
verify = true

[emnist_digits]
n_validation = 5000
verify = true

[teacher_student]
sizes = [30, 20, 10]
factors = [2.0, 10.0]
n_train = 10000
n_validation = 1000
n_test = 1000

[teacher_student.transfer.softplus]
gamma = 0.1
beta = 1.0
theta = 3.0

[csv]
path = "a.csv"
label = 3
header = true
delimiter = ","
scaling = "none"
split_seed = 0

[csv.split]
train = 0.7
validation = 0.15
test = 0.15

[npz]
x = "x.npy"
y = "y.npy"
scaling = "none"
split_seed = 0

[npz.split]
train = 0.7
validation = 0.15
test = 0.15
"#);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let error = |text: &str| {
        toml::from_str::<DatasetSpec>(text)
            .expect_err("a mistake")
            .to_string()
    };
    let texts = [
        "yin_yang = { seed = 'x' }",
        "yin_yang = { n_train = -1 }",
        "[csv]\npath = 'a'\nsplit = { train = 0.7, validation = 0.2, tests = 0.2 }",
        "[csv]\npath = 'a'\nsplit = { train = 0.7, validation = '0.2', test = 0.2 }",
        "[csv]\nheader = true",
        "[csv]\npath = 'a'\ndelimiter = ',,'",
        "[csv]\npath = 'a'\nscaling = 'units'",
        "[teacher_student]\nsizes = [3, 'x']",
        "[teacher_student.transfer.softplus]\ngamma = 1\nbeta = 'b'\ntheta = 1",
        "[teacher_student]\ntransfer = 'tan'",
        "[teacher_student]\nsizes = 3",
        "[emnist_digits]\nverify = 1",
        "digits = 3",
        "digits = {}\ncsv = {}",
        "",
    ];
    let errors: Vec<_> = texts.into_iter().map(error).collect();
    assert_snapshot!(errors.join("\n"), @r#"
TOML parse error at line 1, column 21
  |
1 | yin_yang = { seed = 'x' }
  |                     ^^^
invalid value: string "x", expected a whole number of 0 or more, or "per_seed"

TOML parse error at line 1, column 24
  |
1 | yin_yang = { n_train = -1 }
  |                        ^^
invalid value: integer `-1`, expected usize

TOML parse error at line 3, column 42
  |
3 | split = { train = 0.7, validation = 0.2, tests = 0.2 }
  |                                          ^^^^^
unknown field `tests`, expected one of `train`, `validation`, `test`

TOML parse error at line 3, column 37
  |
3 | split = { train = 0.7, validation = '0.2', test = 0.2 }
  |                                     ^^^^^
invalid type: string "0.2", expected f64

TOML parse error at line 1, column 1
  |
1 | [csv]
  | ^^^^^
missing field `path`

TOML parse error at line 3, column 13
  |
3 | delimiter = ',,'
  |             ^^^^
invalid value: string ",,", expected a character

TOML parse error at line 3, column 11
  |
3 | scaling = 'units'
  |           ^^^^^^^
unknown variant `units`, expected one of `none`, `unit`, `standardise`

TOML parse error at line 2, column 13
  |
2 | sizes = [3, 'x']
  |             ^^^
invalid type: string "x", expected usize

TOML parse error at line 3, column 8
  |
3 | beta = 'b'
  |        ^^^
invalid type: string "b", expected f64

TOML parse error at line 2, column 12
  |
2 | transfer = 'tan'
  |            ^^^^^
unknown variant `tan`, expected one of `logistic`, `softplus`, `tanh`, `relu`

TOML parse error at line 2, column 9
  |
2 | sizes = 3
  |         ^
invalid type: integer `3`, expected a sequence

TOML parse error at line 2, column 10
  |
2 | verify = 1
  |          ^
invalid type: integer `1`, expected a boolean

TOML parse error at line 1, column 10
  |
1 | digits = 3
  |          ^
invalid type: integer `3`, expected struct DigitsSpec

TOML parse error at line 1, column 1
  |
1 | digits = {}
  | ^
wanted exactly 1 element, more than 1 element

TOML parse error at line 1, column 1
  |
1 | 
  | ^
wanted exactly 1 element, found 0 elements
"#);
}

#[test]
fn a_name_alone_is_no_spec() {
    #[derive(Debug, serde::Deserialize)]
    struct Holder {
        #[expect(dead_code, reason = "only its errors are looked at")]
        dataset: DatasetSpec,
    }
    let error = |text: &str| {
        toml::from_str::<Holder>(text)
            .expect_err("a mistake")
            .to_string()
    };
    let texts = [
        "dataset = 'digits'",
        "dataset = 3",
        "[dataset.digits]\nseed = 1",
        "[dataset.digit]",
    ];
    assert_snapshot!(texts.map(error).join("\n"), @r#"
TOML parse error at line 1, column 11
  |
1 | dataset = 'digits'
  |           ^^^^^^^^
invalid type: unit variant, expected newtype variant

TOML parse error at line 1, column 11
  |
1 | dataset = 3
  |           ^
wanted string or table

TOML parse error at line 2, column 1
  |
2 | seed = 1
  | ^^^^
unknown field `seed`, expected `split_seed`

TOML parse error at line 1, column 10
  |
1 | [dataset.digit]
  |          ^^^^^
unknown variant `digit`, expected one of `digits`, `yin_yang`, `mnist`, `fashion_mnist`, `kmnist`, `emnist_digits`, `teacher_student`, `csv`, `npz`
"#);
}
