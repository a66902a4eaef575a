//! Every kind of bad input gives its own error, and the message says where and what to do.

use crate::common::*;
use insta::assert_snapshot;

const KMNIST: &str = "[kmnist]\nn_validation = 5";
const CSV: &str = "[csv]\npath = 'a.csv'";
const NPZ: &str = "[npz]\npath = 'a.npz'";

fn image_error(file: &str, bytes: Vec<u8>) -> String {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    folder.write(&format!("kmnist/{file}"), bytes);
    folder.error(KMNIST)
}

fn csv_error(options: &str, text: impl AsRef<[u8]>) -> String {
    let folder = Folder::new();
    folder.write("a.csv", text);
    folder.error(&format!("{CSV}\n{options}"))
}

fn npz_error(members: &[(&str, &[u8])]) -> String {
    let folder = Folder::new();
    folder.write("a.npz", npz(members));
    folder.error(NPZ)
}

fn x_error(x: &[u8]) -> String {
    npz_error(&[
        ("x.npy", x),
        ("y.npy", &npy("'<i8'", false, "(2,)", &integers([0, 1]))),
    ])
}

fn y_error(y: &[u8]) -> String {
    let x = npy("'<f8'", false, "(40, 1)", &floats((0..40).map(f64::from)));
    npz_error(&[("x.npy", &x), ("y.npy", y)])
}

#[test]
fn the_unspoilt_files_load() {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    folder.write("a.csv", small_csv());
    folder.write("a.npz", small_npz());
    for spec in [KMNIST, CSV, NPZ] {
        folder.load(spec).expect("a valid file");
    }
}

#[test]
fn missing_files() {
    let folder = Folder::new();
    assert_snapshot!(folder.error("[mnist]"), @"data set `mnist`: files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz not found in DIR: run `apical data fetch mnist`, or name their folder with `--data-dir`");
    folder.write("fashion-mnist/train-images-idx3-ubyte.gz", "");
    assert_snapshot!(folder.error("[fashion_mnist]"), @"data set `fashion_mnist`: files train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz not found in DIR: run `apical data fetch fashion_mnist`, or name their folder with `--data-dir`");
    assert_snapshot!(folder.error("[emnist_digits]"), @"data set `emnist_digits`: files emnist-digits-train-images-idx3-ubyte.gz, emnist-digits-train-labels-idx1-ubyte.gz, emnist-digits-test-images-idx3-ubyte.gz, emnist-digits-test-labels-idx1-ubyte.gz not found in DIR: no mirror serves the files one by one: download the EMNIST archive `gzip.zip` from NIST (https://www.nist.gov/itl/products-and-services/emnist-dataset) and put the four files `emnist-digits-*` of its folder `gzip` into `emnist-digits/` below a data folder");
    assert_snapshot!(folder.error(CSV), @"a.csv: no such file here or in DIR: check `csv.path`");
    assert_snapshot!(folder.error("[npz]\nx = 'x.npy'\ny = 'y.npy'"), @"x.npy: no such file here or in DIR: check `npz.x`");
    assert_snapshot!(
        parse("[mnist]").load(apical_datasets::Streams::new(0), &[]).expect_err("no folder"), @"data set `mnist`: files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz not found in any folder (none was given): run `apical data fetch mnist`, or name their folder with `--data-dir`"
    );
}

#[test]
fn image_files() {
    const IMAGES: &str = "train-images-idx3-ubyte";
    const LABELS: &str = "t10k-labels-idx1-ubyte";
    let (pixels, _) = samples(30, 0);
    assert_snapshot!(image_error(IMAGES, vec![]), @"DIR/kmnist/train-images-idx3-ubyte: empty file: expected an IDX file");
    assert_snapshot!(image_error(IMAGES, vec![0, 0]), @"DIR/kmnist/train-images-idx3-ubyte: ends at byte 2 inside the header: expected 16 header bytes");
    assert_snapshot!(image_error(IMAGES, images(&pixels)[..9].to_vec()), @"DIR/kmnist/train-images-idx3-ubyte: ends at byte 9 inside the header: expected 16 header bytes");
    assert_snapshot!(image_error(IMAGES, labels(&pixels)), @"DIR/kmnist/train-images-idx3-ubyte: magic number at byte 0 is 0x00000801, expected 0x00000803 (images)");
    assert_snapshot!(image_error(IMAGES, images(&pixels)[..5000].to_vec()), @"DIR/kmnist/train-images-idx3-ubyte: the header claims 23520 bytes of images, the content has 4984: the file is truncated or damaged, fetch it again");
    assert_snapshot!(image_error(IMAGES, idx(0x803, &[13_000_000, 28, 28], &pixels)), @"DIR/kmnist/train-images-idx3-ubyte: the header claims 10192000000 bytes of images, the content has 23520: the file is truncated or damaged, fetch it again");
    assert_snapshot!(image_error(IMAGES, idx(0x803, &[u32::MAX; 3], &pixels)), @"DIR/kmnist/train-images-idx3-ubyte: the header claims 18446744073709551615 bytes of images, the content has 23520: the file is truncated or damaged, fetch it again");
    assert_snapshot!(image_error(IMAGES, idx(0x803, &[30, 56, 14], &pixels)), @"DIR/kmnist/train-images-idx3-ubyte: images are [56, 14], expected [28, 28] (bytes 8 to 15 of the header)");
    assert_snapshot!(image_error(LABELS, labels(&[1, 2, 3])), @"DIR/kmnist/t10k-images-idx3-ubyte has 10 samples but DIR/kmnist/t10k-labels-idx1-ubyte has 3: expected as many of both");
    assert_snapshot!(image_error(LABELS, labels(&[0, 1, 2, 3, 4, 5, 10, 7, 8, 9])), @"DIR/kmnist/t10k-labels-idx1-ubyte: label 10 at byte 14: expected 0 to 9");
    assert_snapshot!(image_error("train-labels-idx1-ubyte", labels(&[3; 30])), @"DIR/kmnist/train-labels-idx1-ubyte: every sample is of class `tsu`: expected at least two classes");
}

#[test]
fn too_few_images() {
    let folder = Folder::new();
    write_image_set(&folder, "kmnist");
    assert_snapshot!(folder.error("[kmnist]"), @"DIR/kmnist/train-images-idx3-ubyte: 30 samples give 0 training, 30 validation and 10 test samples: expected at least one in each, add samples or change the split");
    assert_snapshot!(folder.error("[kmnist]\nn_train = 26\nn_validation = 5"), @"option `kmnist.n_train` is 26: expected 1 to 25, as DIR/kmnist/train-images-idx3-ubyte holds 30 images");
}

#[test]
fn checksums() {
    let folder = Folder::new();
    write_image_set(&folder, "mnist");
    assert_snapshot!(folder.error("[mnist]\nn_validation = 5"), @"DIR/mnist/train-images-idx3-ubyte: SHA-256 is 35808900b30f20e68b67c9bdfd568e121b0f5941791df6115698b474ef9ba729, expected ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db: download the file again, or set `verify = false` to use it as it is");
    folder
        .load("[mnist]\nn_validation = 5\nverify = false")
        .expect("used as it is");
    write_image_set(&folder, "kmnist");
    let (pixels, _) = samples(30, 0);
    folder.write("kmnist/train-images-idx3-ubyte.gz", gzip(&images(&pixels)));
    assert_snapshot!(folder.error(KMNIST), @"DIR/kmnist/train-images-idx3-ubyte.gz: SHA-256 is 634f5b9f84ef2bd467fcbcbd747ff7264bf2373a65c635105fa6be100a897da1, expected 51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4: download the file again, or set `verify = false` to use it as it is");
}

#[test]
fn gzip_files() {
    let (pixels, _) = samples(30, 0);
    let whole = gzip(&images(&pixels));
    assert_snapshot!(image_error("train-images-idx3-ubyte.gz", whole[..whole.len() / 2].to_vec()), @"DIR/kmnist/train-images-idx3-ubyte.gz: gzip stream breaks after 7078 decompressed bytes: download the file again");
    assert_snapshot!(image_error("t10k-labels-idx1-ubyte.gz", gzip(&vec![0; 20_000_000])), @"DIR/kmnist/t10k-labels-idx1-ubyte.gz: expands to more than 10008 bytes: expected at most that for t10k-labels-idx1-ubyte of data set `kmnist`");
}

/// A file that deflates a thousandfold is refused before it fills the memory.
#[test]
fn compressed_files_of_the_users_own() {
    let folder = Folder::new();
    let bomb = gzip("0,a\n".repeat(5 << 20).as_bytes());
    assert!(bomb.len() < 100_000);
    folder.write("a.csv.gz", bomb);
    assert_snapshot!(folder.error("[csv]\npath = 'a.csv.gz'\nheader = false"), @"DIR/a.csv.gz: the table expands to more than 100 times its compressed length and 16 MiB: decompress it first");
    let x = npy("'|u1'", false, "(20971520, 1)", &vec![0; 20 << 20]);
    let y = npy("'|u1'", false, "(20971520,)", &vec![0; 20 << 20]);
    folder.write("a.npz", npz(&[("x.npy", &x), ("y.npy", &y)]));
    assert_snapshot!(folder.error("[npz]\npath = 'a.npz'"), @"DIR/a.npz: array `x` expands to more than 100 times its compressed length and 16 MiB: save it with `numpy.savez`, which does not compress");
    folder.write("x.npy.gz", gzip(&x));
    folder.write("y.npy", &y);
    assert_snapshot!(folder.error("[npz]\nx = 'x.npy.gz'\ny = 'y.npy'"), @"DIR/x.npy.gz: the file expands to more than 100 times its compressed length and 16 MiB: decompress it first");
}

#[test]
fn tables() {
    assert_snapshot!(csv_error("", ""), @"DIR/a.csv: empty file: expected one sample on each line");
    assert_snapshot!(csv_error("", "a,b\n"), @"DIR/a.csv: empty file: expected one sample on each line");
    assert_snapshot!(csv_error("", "a,b,c\n1,2,x\n\n3,oops,y\n"), @r#"DIR/a.csv: line 4, column b: "oops" is not a number"#);
    assert_snapshot!(csv_error("", "\r\na,b,c\r\n\r\n1,2,x\r\n\r\n\r\n3,oops,y\r\n"), @r#"DIR/a.csv: line 7, column b: "oops" is not a number"#);
    assert_snapshot!(csv_error("", "a,b,\"c\nc\"\n1,2,x\n3,oops,y\n"), @r#"DIR/a.csv: line 4, column b: "oops" is not a number"#);
    assert_snapshot!(csv_error("header = false", "a,b,c\n1,2,x\n"), @r#"DIR/a.csv: line 1, column 0: "a" is not a number: set `header = true` if line 1 names the columns"#);
    assert_snapshot!(csv_error("", "a,b,c\n1,,x\n"), @r#"DIR/a.csv: line 2, column b: "" stands for a missing value: drop the row or fill the value"#);
    assert_snapshot!(csv_error("", "a,b,c\n1,NaN,x\n"), @r#"DIR/a.csv: line 2, column b: "NaN" stands for a missing value: drop the row or fill the value"#);
    assert_snapshot!(csv_error("", "a,b,c\n1,1e39,x\n"), @r#"DIR/a.csv: line 2, column b: "1e39" is not a finite single-precision number: drop the row, or set `scaling`"#);
    assert_snapshot!(csv_error("", "a,b,c\n1,2,x\n1,2\n"), @"DIR/a.csv: line 3 has 2 cells, expected 3 as on the first line: check `delimiter` and quoting");
    assert_snapshot!(csv_error("", "a,b,c\n1,2,\n"), @r#"DIR/a.csv: line 2, column c: "" stands for a missing label: drop the row or fill the label; if it is a class, give it another name"#);
    assert_snapshot!(csv_error("", "1,2,3\n4,5,6\n"), @"DIR/a.csv: every cell of the header on line 1 is a number: set `header = false` if the file has none");
    assert_snapshot!(csv_error("", "a;b;c\n1;2;x\n"), @"DIR/a.csv: no input column beside the label: check `delimiter`");
    assert_snapshot!(csv_error("", b"a,b,c\n1,2,\xff\n"), @"DIR/a.csv: line 2: text is not UTF-8: save the file in that encoding");
    assert_snapshot!(csv_error("label = 'spezies'", small_csv()), @"DIR/a.csv: no column `spezies`, did you mean `species`?: the columns are first, second, species");
    assert_snapshot!(csv_error("label = 'zzz'", small_csv()), @"DIR/a.csv: no column `zzz`: the columns are first, second, species");
    assert_snapshot!(csv_error("label = 'a'", "a,a,c\n1,2,x\n"), @"DIR/a.csv: 2 columns are called `a`: give the label as an index from 0");
    assert_snapshot!(csv_error("scaling = 'unit'", "a,b,c\n1,1e309,x\n"), @r#"DIR/a.csv: line 2, column b: "1e309" is not a finite double-precision number: drop the row or fill the value"#);
    assert_snapshot!(csv_error("label = 'd'", "1,2,x\n3,4,y\n"), @"DIR/a.csv: no column `d`: the columns are 1, 2, x; if line 1 is a sample, set `header = false` and give columns as indices from 0");
    assert_snapshot!(csv_error("", b"\xff\xfea\0"), @"DIR/a.csv: the text is in UTF-16: save the file in UTF-8");
    assert_snapshot!(csv_error("label = 3", small_csv()), @"DIR/a.csv: label column 3 does not exist: expected an index from 0 to 2");
}

#[test]
fn tables_that_cannot_be_split() {
    assert_snapshot!(csv_error("", "a,b\n1,x\n2,x\n3,x\n4,x\n5,x\n6,x\n7,x\n"), @"DIR/a.csv: every sample is of class `x`: expected at least two classes");
    assert_snapshot!(csv_error("", "a,b\n1,x\n2,y\n"), @"DIR/a.csv: 2 samples give 2 training, 0 validation and 0 test samples: expected at least one in each, add samples or change the split");
    let each_its_own: String = (0..40).map(|i| format!("{i},{i}.5\n")).collect();
    assert_snapshot!(csv_error("header = false", each_its_own), @"DIR/a.csv: class `28.5` has 1 of 40 samples and none falls into the training part: is the label column a class, and is the training fraction large enough?");
}

#[test]
fn archives() {
    let folder = Folder::new();
    folder.write("a.npz", "");
    assert_snapshot!(folder.error(NPZ), @"DIR/a.npz: empty file: expected an NPZ archive");
    folder.write("a.npz", "no archive");
    assert_snapshot!(folder.error(NPZ), @"DIR/a.npz: not a readable NPZ archive: invalid Zip archive: Could not find EOCD");
    let whole = small_npz();
    folder.write("a.npz", &whole[..whole.len() - 30]);
    assert_snapshot!(folder.error(NPZ), @"DIR/a.npz: not a readable NPZ archive: invalid Zip archive: Could not find EOCD");
    assert_snapshot!(npz_error(&[("images.npy", b""), ("y.npy", b"")]), @"DIR/a.npz: no array `x`: the arrays are images, y; save them as `numpy.savez(path, x=..., y=...)`, or `x_train=..., y_train=..., x_test=..., y_test=...`");
}

#[test]
fn arrays() {
    let folder = Folder::new();
    folder.write("x.npy", "");
    folder.write("y.npy", "");
    assert_snapshot!(folder.error("[npz]\nx = 'x.npy'\ny = 'y.npy'"), @"DIR/x.npy: empty file: expected an NPY array");
    assert_snapshot!(x_error(b""), @r#"DIR/a.npz: array `x`: malformed NPY header at byte 0: expected the bytes 93 4e 55 4d 50 59 ("\x93NUMPY")"#);
    assert_snapshot!(x_error(b"NUMPY"), @r#"DIR/a.npz: array `x`: malformed NPY header at byte 0: expected the bytes 93 4e 55 4d 50 59 ("\x93NUMPY")"#);
    assert_snapshot!(x_error(b"\x93NUMPY\x09\x00"), @"DIR/a.npz: array `x`: malformed NPY header at byte 6: expected version 1, 2 or 3 and the length of the header");
    assert_snapshot!(x_error(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}"), @"DIR/a.npz: array `x`: malformed NPY header at byte 8: expected a header length within the file");
    assert_snapshot!(x_error(&npy_raw("{'descr': '<f8'}", b"")), @"DIR/a.npz: array `x`: malformed NPY header at byte 26: expected the keys descr, fortran_order and shape");
    assert_snapshot!(x_error(&npy_raw("{'descr' '<f8'}", b"")), @"DIR/a.npz: array `x`: malformed NPY header at byte 19: expected `:`");
    assert_snapshot!(x_error(&npy_raw("{'shape': (-1,)}", b"")), @"DIR/a.npz: array `x`: malformed NPY header at byte 21: expected a length below 2^64");
    assert_snapshot!(x_error(&npy_raw("{'color': 3}", b"")), @"DIR/a.npz: array `x`: malformed NPY header at byte 11: expected one of the keys descr, fortran_order, shape");
    assert_snapshot!(x_error(&npy("'<c8'", false, "(1, 1)", &floats([1.0]))), @"DIR/a.npz: array `x` has element type <c8: expected float16, float32, float64, bool, or an integer of 8 to 64 bits");
    assert_snapshot!(x_error(&npy("[('a', '<f8')]", false, "(1, 1)", &floats([1.0]))), @"DIR/a.npz: array `x` has element type [('a', '<f8')]: expected float16, float32, float64, bool, or an integer of 8 to 64 bits");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(4000000000, 4000000000)", &floats([1.0]))), @"DIR/a.npz: array `x`: shape [4000000000, 4000000000] of <f8 asks for 18446744073709551615 bytes, there are 8: the file is truncated or damaged");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(0, 18446744073709551615)", b"")), @"DIR/a.npz: array `x` has shape [0, 18446744073709551615]: expected no empty axis");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(2, 3)", &floats([1.0; 5]))), @"DIR/a.npz: array `x`: shape [2, 3] of <f8 asks for 48 bytes, there are 40: the file is truncated or damaged");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(2,)", &floats([1.0; 2]))), @"DIR/a.npz: array `x` has shape [2]: expected samples on the first axis, inputs on the others");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(0, 0)", b"")), @"DIR/a.npz: array `x` has shape [0, 0]: expected no empty axis");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(2, 2)", &floats([1.0, 2.0, f64::NAN, 4.0]))), @"DIR/a.npz: array `x`, row 1, element 0: NaN stands for a missing value: drop the row or fill the value");
    assert_snapshot!(x_error(&npy("'<f8'", false, "(3, 1)", &floats([1.0; 3]))), @"DIR/a.npz, array `x`, has 3 samples but DIR/a.npz, array `y`, has 2: expected as many of both");
    assert_snapshot!(y_error(&npy("'<f8'", false, "(40,)", &floats([1.0; 40]))), @"DIR/a.npz: array `y` has element type <f8 with one axis: expected integers for classes, or floating-point numbers of shape [n_samples, n_outputs] for regression");
    assert_snapshot!(y_error(&npy("'<i8'", false, "(40, 1)", &integers([1; 40]))), @"DIR/a.npz: array `y` has shape [40, 1]: expected [n_samples] of integers, or [n_samples, n_outputs] of floating-point numbers");
    assert_snapshot!(y_error(&npy("'<i8'", false, "(40,)", &integers([7; 40]))), @"DIR/a.npz: every sample is of class `7`: expected at least two classes");
    assert_snapshot!(y_error(&npy("'<f8'", false, "(40, 1)", &floats([f64::INFINITY; 40]))), @"DIR/a.npz: array `y`, row 0, element 0: inf is not a finite single-precision number");
}

#[test]
fn options() {
    let error = |spec: &str| parse(spec).check().expect_err("out of range").to_string();
    assert_snapshot!(error("[mnist]\nn_validation = 0"), @"option `mnist.n_validation` is 0: expected 1 to 59999");
    assert_snapshot!(error("[mnist]\nn_train = 55001"), @"option `mnist.n_train` is 55001: expected 1 to 55000");
    assert_snapshot!(error("[yin_yang]\nn_test = 0"), @"option `yin_yang.n_test` is 0: expected 1 to 10000000");
    assert_snapshot!(error("[teacher_student]\nsizes = [3]"), @"option `teacher_student.sizes` is [3]: expected at least two layers, none empty, with at most 2^30 weights between two");
    assert_snapshot!(error("[teacher_student]\nsizes = [3, 2, 1]\nfactors = [1.0]"), @"option `teacher_student.factors` is [1.0]: expected 2 factors from -1e6 to 1e6, one for each weight matrix");
    assert_snapshot!(error("[teacher_student]\nn_test = 0"), @"option `teacher_student.n_test` is 0: expected 1 to 35791394");
    assert_snapshot!(error("[teacher_student.transfer.softplus]\ngamma = 1\nbeta = 0\ntheta = 1"), @"option `teacher_student.transfer` is softplus with gamma 1, beta 0, theta 1: expected gamma and beta from 1e-9 to 1e6, theta from -1e6 to 1e6");
    assert_snapshot!(error("[csv]\npath = 'a'\nsplit = { train = 0.7, validation = 0.2, test = 0.2 }"), @"option `csv.split` is { train = 0.7, validation = 0.2, test = 0.2 }: expected three shares between 0 and 1 that add up to 1");
    assert_snapshot!(error("[csv]\npath = 'a'\ndelimiter = '\"'"), @r#"option `csv.delimiter` is '"': expected one ASCII character that is neither a quote nor a line break"#);
    assert_snapshot!(error("[csv]\npath = 'a'\nheader = false\nlabel = 'b'"), @r#"option `csv.label` is "b": expected an index from 0, as `csv.header` is false"#);
    assert_snapshot!(error("[csv]\npath = 'a'\nlabel = 0\ntargets = ['b']"), @"option `csv.targets` is given beside `label`: expected either `label` (classification) or `targets` (regression)");
    assert_snapshot!(error("[csv]\npath = 'a'\ntargets = []"), @"option `csv.targets` is []: expected at least one column, or no `targets` in classification");
    assert_snapshot!(error("[csv]\npath = 'a'\nheader = false\ntargets = [0, 'b']"), @r#"option `csv.targets` is "b": expected an index from 0, as `csv.header` is false"#);
    assert_snapshot!(error("[csv]\npath = 'a'\ntarget_scaling = 'unit'"), @"option `csv.target_scaling` is given: expected `csv.targets` beside it, as classes are not scaled");
    assert_snapshot!(error("[csv]\npath = 'a'\nfolds = 2"), @"option `csv.folds` is 2: expected at least 3: one that is tested, one that chooses epochs, and the rest to learn from");
    assert_snapshot!(error("[csv]\npath = 'a'\nfolds = 5\nsplit_column = 'p'"), @"option `csv.folds` is 5: expected no `split_column` beside it, which says what is tested");
    assert_snapshot!(error("[npz]\npath = 'a'\nfolds = 5\nsplit_seed = 'per_seed'"), @"option `npz.folds` is 5: expected a `split_seed` that is a number beside it: the folds are the same for all runs, and the run with seed s is tested on fold s mod folds");
    assert_snapshot!(error("[npz]\npath = 'a'\nfolds = 5\nsplit = { train = 0.5, validation = 0.25, test = 0.25 }"), @"option `npz.folds` is 5: expected no `split` beside it, as the folds decide the shares");
    assert_snapshot!(error("[npz]\npath = 'a'\nx = 'b'"), @"option `npz` is given as {path, x}: expected either `path` (an NPZ archive) or both `x` and `y` (NPY files)");
    assert_snapshot!(error("[npz]"), @"option `npz` is given as {}: expected either `path` (an NPZ archive) or both `x` and `y` (NPY files)");
}
