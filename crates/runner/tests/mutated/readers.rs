//! All readers of foreign bytes, each as the program uses it.

use std::fs;
use std::path::Path;

use apical_datasets::{DatasetSpec, Streams, npz_arrays, parse_idx_images, parse_idx_labels};
use apical_experiment::spec::Overrides;
use apical_experiment::{Experiment, align, start};
use apical_learning::{Network, Snapshot, Transfer, read_tensors};

use crate::base::{self, PROTOCOL, SPEC, archive, gzip, idx, source};
use crate::mutation::Stream;
use crate::records::{checkpoints, records, run_in};

/// A reader, and its share of all inputs: quick ones have more.
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    pub(crate) share: u64,
    /// Makes an input and reads it, and says whether it was taken.
    pub(crate) read: Box<dyn Fn(&mut Stream) -> bool>,
}

/// All shares.
pub(crate) const SHARES: u64 = 10_000;

fn reader(name: &'static str, share: u64, read: impl Fn(&mut Stream) -> bool + 'static) -> Reader {
    Reader {
        name,
        share,
        read: Box::new(read),
    }
}

/// The readers, with the files that they need below `folder`. Slow ones come last.
pub(crate) fn all(folder: &Path) -> Vec<Reader> {
    let mut all = in_memory();
    all.extend([
        images(&folder.join("images")),
        tables(&folder.join("tables")),
        arrays(&folder.join("arrays")),
        starts(&folder.join("starts")),
        specifications(),
        reader("records", 5, records(folder.join("records"), SPEC, true)),
        reader("old_records", 5, records(folder.join("old"), SPEC, false)),
        reader(
            "records_of_protocols",
            4,
            records(folder.join("protocol"), PROTOCOL, true),
        ),
        reader("checkpoints", 1, checkpoints(folder.join("checkpoint"))),
    ]);
    assert_eq!(all.iter().map(|reader| reader.share).sum::<u64>(), SHARES);
    all
}

/// What is read from bytes.
fn in_memory() -> Vec<Reader> {
    let images = idx(0x803, &[3, 4, 4], &[7; 48]);
    let labels = idx(0x801, &[5], &[0, 1, 2, 3, 4]);
    let arrays = archive(&[("x", &[6, 2]), ("y", &[6])]);
    let model = archive(&MODEL);
    let of_run = |name, n_asked| {
        let folder = base::folder();
        run_in(folder.path(), SPEC, n_asked)
            .remove(name)
            .expect("a run leaves it")
    };
    let tensors = of_run("weights.safetensors", usize::MAX);
    let snapshot = of_run("checkpoint.safetensors", 3);
    vec![
        reader("idx_images", 1600, move |stream| {
            parse_idx_images(Path::new("a"), &stream.mutated(&images)).is_ok()
        }),
        reader("idx_labels", 1000, move |stream| {
            parse_idx_labels(Path::new("a"), &stream.mutated(&labels)).is_ok()
        }),
        reader("npz", 2700, move |stream| {
            npz_arrays(Path::new("a.npz"), &stream.mutated(&arrays)).is_ok()
        }),
        reader("safetensors", 2300, move |stream| {
            read_tensors(&stream.mutated(&tensors)).is_ok()
        }),
        reader("snapshot", 1415, move |stream| {
            Snapshot::from_bytes(&stream.mutated(&snapshot)).is_ok()
        }),
        reader("align", 250, move |stream| {
            let bytes = stream.mutated(&model);
            let model = align::read(Path::new("a.npz"), &bytes, Transfer::Logistic);
            model.is_ok_and(|model| align::align(&model).is_ok_and(|of| !of.tables().is_empty()))
        }),
    ]
}

/// The arrays of a model whose changes are judged.
const MODEL: [(&str, &[usize]); 6] = [
    ("weights_1", &[3, 2]),
    ("weights_2", &[2, 3]),
    ("inputs", &[4, 2]),
    ("targets", &[4, 2]),
    ("changes_1", &[3, 2]),
    ("changes_2", &[2, 3]),
];

/// One of the ways in which a file may hold `bytes` with faults: plain, packed, or packed with faults of the packing.
fn packed(stream: &mut Stream, bytes: &[u8]) -> Vec<u8> {
    match stream.below(3) {
        0 => stream.mutated(bytes),
        1 => gzip(&stream.mutated(bytes)),
        _ => stream.mutated(&gzip(bytes)),
    }
}

/// A set of images whose four files are looked for by name.
fn images(folder: &Path) -> Reader {
    let below = folder.join("mnist");
    fs::create_dir_all(&below).expect("made");
    let pixels = |n: usize| (0..n * 784).map(|i| (i % 251) as u8).collect::<Vec<u8>>();
    let classes = |n: usize| (0..n).map(|i| (i % 10) as u8).collect::<Vec<u8>>();
    let files = [
        (
            "train-images-idx3-ubyte",
            idx(0x803, &[8, 28, 28], &pixels(8)),
        ),
        ("train-labels-idx1-ubyte", idx(0x801, &[8], &classes(8))),
        (
            "t10k-images-idx3-ubyte",
            idx(0x803, &[4, 28, 28], &pixels(4)),
        ),
        ("t10k-labels-idx1-ubyte", idx(0x801, &[4], &classes(4))),
    ]
    .map(|(name, bytes)| (below.join(name), bytes));
    for (path, bytes) in &files {
        fs::write(path, bytes).expect("written");
    }
    let spec = data("mnist = { verify = false, n_validation = 3 }");
    let folders = vec![folder.to_owned()];
    spec.load(Streams::new(1), &folders)
        .expect("what is right is read");
    reader("idx_files", 120, move |stream| {
        let (path, bytes) = stream.of_all(&files);
        fs::write(path, packed(stream, bytes)).expect("written");
        let is_taken = spec.load(Streams::new(1), &folders).is_ok();
        fs::write(path, bytes).expect("written");
        is_taken
    })
}

fn data(spec: &str) -> DatasetSpec {
    toml::from_str(spec).expect("a data set")
}

/// Files of one's own, each with what a specification says of it.
fn own(name: &'static str, share: u64, folder: &Path, files: Vec<(&str, Vec<u8>)>) -> Reader {
    fs::create_dir_all(folder).expect("made");
    let folders = vec![folder.to_owned()];
    let path = folder.join("data");
    let files = files.into_iter().map(|(spec, bytes)| {
        let spec = data(spec);
        fs::write(&path, &bytes).expect("written");
        let whole = spec.load(Streams::new(1), &folders);
        whole.unwrap_or_else(|error| panic!("{spec:?}: {error}"));
        (spec, bytes)
    });
    let files: Vec<(DatasetSpec, Vec<u8>)> = files.collect();
    reader(name, share, move |stream| {
        let (spec, bytes) = stream.of_all(&files);
        fs::write(&path, packed(stream, bytes)).expect("written");
        spec.load(Streams::new(1), &folders).is_ok()
    })
}

fn tables(folder: &Path) -> Reader {
    let rows = |row: &dyn Fn(usize) -> String| (0..12).map(row).collect::<String>();
    let kinds = ["late", "\"a, b\"", "ж"];
    let labelled = rows(&|i| format!("{i}.5,{},{}\n", 1_700_000_000 + 20 * i, kinds[i % 3]));
    let split = rows(&|i| {
        format!(
            "{};{i}e-3;{}\n",
            i % 2,
            ["train", "validation", "test"][i % 3]
        )
    });
    let targets = rows(&|i| format!("{i}.25\t0.{i}\t0.{}\n", i + 1));
    own(
        "csv",
        250,
        folder,
        vec![
            (
                "csv = { path = \"data\", scaling = \"standardise\" }",
                format!("a,b,kind\n{labelled}").into(),
            ),
            (
                "csv = { path = \"data\", header = false, folds = 3 }",
                labelled.into(),
            ),
            (
                "csv = { path = \"data\", label = \"k\", split_column = \"part\", delimiter = \";\" }",
                format!("k;x;part\r\n{split}").into(),
            ),
            (
                "csv = { path = \"data\", targets = [1, 2], delimiter = \"\\t\", target_scaling = \"standardise\" }",
                format!("x\ty\tz\n{targets}").into(),
            ),
        ],
    )
}

fn arrays(folder: &Path) -> Reader {
    let given =
        ["train", "validation", "test"].map(|part| [format!("x_{part}"), format!("y_{part}")]);
    let shapes: [&[usize]; 2] = [&[6, 2], &[6]];
    let given: Vec<(&str, &[usize])> = (given.iter().flatten().enumerate())
        .map(|(i, name)| (&**name, shapes[i % 2]))
        .collect();
    own(
        "npz_files",
        150,
        folder,
        vec![
            (
                "npz.path = \"data\"",
                archive(&[("x", &[15, 2]), ("y", &[15])]),
            ),
            (
                "npz = { path = \"data\", scaling = \"standardise\" }",
                archive(&given),
            ),
            (
                "npz = { path = \"data\", folds = 4 }",
                archive(&[("x", &[12, 2, 2]), ("y", &[12, 2])]),
            ),
        ],
    )
}

/// Weights that training begins from.
fn starts(folder: &Path) -> Reader {
    fs::create_dir_all(folder).expect("made");
    let runs = base::folder();
    let of_run = run_in(runs.path(), SPEC, usize::MAX).remove("weights.safetensors");
    let own = archive(&[("weights_1", &[3, 4]), ("weights_2", &[3, 3])]);
    let files = [of_run.expect("a run leaves it"), own];
    let networks = [false, true]
        .map(|with| Network::new(vec![4, 3, 3], Transfer::Logistic, with).expect("a network"));
    let path = folder.join("w");
    reader("starting_weights", 185, move |stream| {
        let bytes = stream.of_all(&files);
        fs::write(&path, stream.mutated(bytes)).expect("written");
        start::read(&path, stream.of_all(&networks)).is_ok()
    })
}

/// Specifications: those that are built in, and two small ones.
fn specifications() -> Reader {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let texts = base::files(&built_in)
        .into_iter()
        .map(|path| fs::read(path).expect("read"));
    let own = [SPEC, PROTOCOL].map(|text| text.as_bytes().to_vec());
    let texts: Vec<Vec<u8>> = own.into_iter().chain(texts).collect();
    reader("specifications", 15, move |stream| {
        let text = stream.of_all(&texts);
        let text = String::from_utf8_lossy(&stream.mutated(text)).into_owned();
        Experiment::read(source(text, Path::new("")), Overrides::default()).is_ok()
    })
}
