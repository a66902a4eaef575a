//! Specs in TOML, and the catalogue behind them.

use crate::common::parse;
use apical_datasets::{
    Column, CsvSpec, DatasetSpec, DigitsSpec, IdxSpec, NpzSpec, TeacherStudentSpec, YinYangSpec,
    catalogue, catalogue_entry,
};
use insta::assert_snapshot;

fn all() -> Vec<DatasetSpec> {
    vec![
        DatasetSpec::Digits(DigitsSpec::default()),
        DatasetSpec::YinYang(YinYangSpec::default()),
        DatasetSpec::Mnist(IdxSpec::default()),
        DatasetSpec::FashionMnist(IdxSpec {
            n_train: Some(10),
            ..IdxSpec::default()
        }),
        DatasetSpec::Kmnist(IdxSpec::default()),
        DatasetSpec::EmnistDigits(IdxSpec::default()),
        DatasetSpec::TeacherStudent(TeacherStudentSpec::default()),
        DatasetSpec::Csv(CsvSpec {
            label: Some(Column::Index(3)),
            ..CsvSpec::new("a.csv")
        }),
        DatasetSpec::Npz(NpzSpec::pair("x.npy", "y.npy")),
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
        DatasetSpec::Digits(DigitsSpec::default())
    );
    assert_eq!(
        parse("[teacher_student]"),
        DatasetSpec::TeacherStudent(TeacherStudentSpec::default())
    );
    assert_eq!(
        parse("csv = { path = 'a' }"),
        DatasetSpec::Csv(CsvSpec::new("a"))
    );
    assert_eq!(
        parse("npz = { path = 'a' }"),
        DatasetSpec::Npz(NpzSpec::archive("a"))
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
fn every_kind_is_in_the_catalogue_once() {
    let kinds: Vec<_> = all().iter().map(DatasetSpec::kind).collect();
    let names: Vec<_> = catalogue().iter().map(|entry| entry.name).collect();
    assert_eq!(kinds, names);
    for spec in all() {
        assert_eq!(spec.entry().name, spec.kind());
        let table = toml::Table::try_from(&spec).expect("specs are tables");
        assert_eq!(table.keys().collect::<Vec<_>>(), [spec.kind()]);
    }
    assert_eq!(
        catalogue_entry("fashion-mnist"),
        catalogue_entry("fashion_mnist")
    );
    assert_eq!(catalogue_entry("unknown"), None);
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
