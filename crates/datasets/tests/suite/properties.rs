//! Properties of the loaders on arbitrary, mutated and valid bytes, and of the splits.

use crate::common::*;
use apical_datasets::{
    Dataset, DatasetError, Streams, Targets, parse_idx_images, parse_idx_labels, shuffle,
    split_random, split_stratified,
};
use proptest::prelude::*;
use std::path::Path;

/// Whatever loads is consistent: as many targets as inputs, all finite, all classes in range.
fn assert_valid(dataset: &Dataset) {
    for part in [&dataset.train, &dataset.validation, &dataset.test] {
        assert!(part.n_samples() > 0);
        assert_eq!(part.n_samples(), part.targets.n_samples());
        assert_eq!(part.inputs.ncols(), dataset.n_inputs());
        assert!(part.inputs.iter().all(|value| value.is_finite()));
        match &part.targets {
            Targets::Classes(classes) => {
                assert!(
                    classes
                        .iter()
                        .all(|&class| (class as usize) < dataset.n_outputs())
                );
            }
            Targets::Potentials(potentials) => {
                assert_eq!(potentials.ncols(), dataset.n_outputs());
                assert!(potentials.iter().all(|value| value.is_finite()));
            }
        }
    }
}

fn assert_error_or_valid(result: Result<Dataset, DatasetError>) {
    match result {
        Ok(dataset) => assert_valid(&dataset),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Overwrites, cuts or extends valid bytes.
fn mutate(
    mut bytes: Vec<u8>,
    edits: &[(prop::sample::Index, u8)],
    cut: Option<prop::sample::Index>,
) -> Vec<u8> {
    for (at, value) in edits {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
}

fn cut() -> impl Strategy<Value = Option<prop::sample::Index>> {
    prop::option::weighted(0.3, any::<prop::sample::Index>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let folder = Folder::new();
        write_image_set(&folder, "kmnist");
        folder.write("kmnist/train-images-idx3-ubyte", &bytes);
        folder.write("a.csv", &bytes);
        folder.write("a.npz", &bytes);
        folder.write("a.npy", &bytes);
        for spec in ["[kmnist]", "[csv]\npath='a.csv'", "[csv]\npath='a.csv'\nheader=false",
                     "[npz]\npath='a.npz'", "[npz]\nx='a.npy'\ny='a.npy'"] {
            assert_error_or_valid(folder.load(spec));
        }
    }

    #[test]
    fn mutated_image_files(edits in edits(), cut in cut(), compressed in any::<bool>()) {
        let folder = Folder::new();
        write_image_set(&folder, "kmnist");
        let (pixels, numbers) = samples(30, 0);
        // Half of the edits go into the header, where they matter most.
        let mut bytes = images(&pixels);
        for (at, value) in &edits {
            bytes[at.index(16)] ^= value & 1;
        }
        let bytes = mutate(bytes, &edits[..edits.len() / 2 + 1], cut);
        let name = if compressed { "kmnist/train-images-idx3-ubyte.gz" } else { "kmnist/train-images-idx3-ubyte" };
        folder.write(name, if compressed { mutate(gzip(&bytes), &edits[..1], None) } else { bytes });
        folder.write("kmnist/train-labels-idx1-ubyte", mutate(labels(&numbers), &edits[..1], None));
        assert_error_or_valid(folder.load("[kmnist]\nn_validation = 5\nverify = false"));
    }

    #[test]
    fn mutated_tables(edits in edits(), cut in cut()) {
        let folder = Folder::new();
        folder.write("a.csv", mutate(small_csv().into_bytes(), &edits, cut));
        assert_error_or_valid(folder.load("[csv]\npath = 'a.csv'"));
    }

    #[test]
    fn mutated_archives(edits in edits(), cut in cut()) {
        let folder = Folder::new();
        folder.write("a.npz", mutate(small_npz(), &edits, cut));
        assert_error_or_valid(folder.load("[npz]\npath = 'a.npz'"));
    }

    #[test]
    fn mutated_arrays(edits in edits(), cut in cut(), fortran in any::<bool>()) {
        let folder = Folder::new();
        let x = npy("'<f8'", fortran, "(20, 2)", &floats((0..40).map(f64::from)));
        let y = npy("'|u1'", false, "(20,)", &(0..20).map(|i| i % 2).collect::<Vec<_>>());
        // Only the header: edits of the data rarely matter.
        let n_data = 40 * 8;
        let (header, data) = x.split_at(x.len() - n_data);
        let mut bytes = mutate(header.to_vec(), &edits, cut);
        bytes.extend(data);
        folder.write("x.npy", bytes);
        folder.write("y.npy", y);
        assert_error_or_valid(folder.load("[npz]\nx = 'x.npy'\ny = 'y.npy'"));
    }

    #[test]
    fn idx_round_trip(n in 0_usize..5, rows in 1_usize..6, columns in 1_usize..6, seed in any::<u8>()) {
        let pixels: Vec<u8> = (0..n * rows * columns).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let file = idx(0x803, &[n as u32, rows as u32, columns as u32], &pixels);
        let read = parse_idx_images(Path::new("a"), &file).expect("a valid file");
        prop_assert_eq!((read.n_images, read.n_rows, read.n_columns, read.pixels), (n, rows, columns, &pixels[..]));
        let file = labels(&pixels);
        prop_assert_eq!(parse_idx_labels(Path::new("a"), &file).expect("a valid file"), &pixels[..]);
    }

    #[test]
    fn csv_round_trip(rows in prop::collection::vec((-1e30_f32..1e30, any::<i16>()), 20..60)) {
        let text: String = rows.iter().enumerate()
            .map(|(i, (a, b))| format!("{a:?};{b};class {}\n", i % 2)).collect();
        let folder = Folder::new();
        folder.write("a.csv", gzip(text.as_bytes()));
        let dataset = folder.load("[csv]\npath = 'a.csv'\nheader = false\ndelimiter = ';'").expect("a valid file");
        let mut read: Vec<[u32; 2]> = [&dataset.train, &dataset.validation, &dataset.test].iter()
            .flat_map(|part| part.inputs.rows().into_iter().map(|row| [row[0].to_bits(), row[1].to_bits()]).collect::<Vec<_>>())
            .collect();
        let mut written: Vec<[u32; 2]> = rows.iter().map(|(a, b)| [a.to_bits(), f32::from(*b).to_bits()]).collect();
        read.sort_unstable();
        written.sort_unstable();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn every_sample_goes_into_exactly_one_part(
        labels in prop::collection::vec(0_u32..5, 3..200), seed in any::<u64>(), shares in (1_usize..30, 1_usize..30),
    ) {
        let n = labels.len();
        let n_validation = 1 + (n - 3) * shares.0 / 100;
        let n_test = 1 + (n - 3) * shares.1 / 100;
        let counts = [n - n_validation - n_test, n_validation, n_test];
        let mut rng = Streams::new(seed).stream("split");
        for split in [split_stratified(&labels, counts, &mut rng), split_random(counts, &mut rng)] {
            prop_assert_eq!([split.train.len(), split.validation.len(), split.test.len()], counts);
            let mut all = [split.train, split.validation, split.test].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn stratified_parts_hold_equal_shares(sizes in prop::collection::vec(1_usize..80, 2..6), seed in any::<u64>()) {
        let labels: Vec<u32> = (0..).zip(&sizes).flat_map(|(class, &n)| vec![class; n]).collect();
        let n = labels.len();
        let (n_validation, n_test) = (n / 5, n / 4);
        let counts = [n - n_validation - n_test, n_validation, n_test];
        let split = split_stratified(&labels, counts, &mut Streams::new(seed).stream("split"));
        for (part, count) in [&split.train, &split.validation, &split.test].iter().zip(counts) {
            for (class, &size) in (0..).zip(&sizes) {
                let found = part.iter().filter(|&&sample| labels[sample] == class).count() as f64;
                let fair = size as f64 * count as f64 / n as f64;
                prop_assert!((found - fair).abs() < 2.0, "class {class}: {found} of {size}, fair {fair}");
            }
        }
    }

    #[test]
    fn shuffling_keeps_every_item(n in 0_usize..200, seed in any::<u64>()) {
        let mut items: Vec<usize> = (0..n).collect();
        shuffle(&mut items, &mut Streams::new(seed).stream("order"));
        items.sort_unstable();
        prop_assert_eq!(items, (0..n).collect::<Vec<_>>());
    }
}
