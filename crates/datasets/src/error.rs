//! Everything that can be wrong with a data set, its options or its files.

use std::io;
use std::path::PathBuf;

/// Why a data set could not be loaded. Each message names the place, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// An option of the spec lies outside its range; found before anything is read.
    #[error("option `{option}` is {found}: expected {expected}")]
    OptionOutOfRange {
        /// The key in the spec, such as `mnist.n_train`.
        option: String,
        /// The value that was given.
        found: String,
        /// The range or form that is allowed.
        expected: String,
    },
    /// Files of a registered data set are in none of the folders.
    #[error("data set `{dataset}`: file{} {} not found in {}: {remedy}", plural(.files.len()), .files.join(", "), folders(.searched))]
    FilesMissing {
        /// Name of the data set.
        dataset: String,
        /// The names of the missing files.
        files: Vec<String>,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
        /// How to get the files.
        remedy: String,
    },
    /// A file named by the user exists neither as given nor in any data folder.
    #[error("{}: no such file here or in {}: check `{option}`", .path.display(), folders(.searched))]
    PathMissing {
        /// The path as given.
        path: PathBuf,
        /// The key in the spec.
        option: &'static str,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
    },
    /// The operating system refused to read the file.
    #[error("{}: cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file has no content.
    #[error("{}: empty file: expected {expected}", .path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        expected: &'static str,
    },
    /// The gzip stream is broken off or damaged.
    #[error("{}: gzip stream breaks after {n_bytes} decompressed bytes: download the file again", .path.display())]
    CorruptGzip {
        /// The file.
        path: PathBuf,
        /// Bytes that could be decompressed before the break.
        n_bytes: usize,
        /// The cause.
        source: io::Error,
    },
    /// The content expands to more than is allowed for this file.
    #[error("{}: expands to more than {limit} bytes: expected at most that for {what}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What was being read.
        what: String,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A compressed file of the user's own expands far more than data do.
    #[error("{}: {what} expands to more than 100 times its compressed length and 16 MiB: {remedy}", .path.display())]
    ExpandsTooFar {
        /// The file.
        path: PathBuf,
        /// What was being read.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// SHA-256 differs from the known one.
    #[error("{}: SHA-256 is {found}, expected {expected}: download the file again, or set `verify = false` to use it as it is", .path.display())]
    WrongChecksum {
        /// The file.
        path: PathBuf,
        /// The known digest, hexadecimal.
        expected: String,
        /// The digest of the file, hexadecimal.
        found: String,
    },
    /// The content is that of another registered data set.
    #[error("{}: this is a file of data set `{found}`, expected one of `{expected}`: put each set in a folder of its own name", .path.display())]
    OtherDataset {
        /// The file.
        path: PathBuf,
        /// The set that was asked for.
        expected: String,
        /// The set that the file belongs to.
        found: String,
    },
    /// An IDX file ends inside its header.
    #[error("{}: ends at byte {n_bytes} inside the header: expected {expected} header bytes", .path.display())]
    TruncatedHeader {
        /// The file.
        path: PathBuf,
        /// Length of an IDX header of this kind, in bytes.
        expected: usize,
        /// Length of the content, in bytes.
        n_bytes: usize,
    },
    /// An IDX file begins with the wrong four bytes.
    #[error("{}: magic number at byte 0 is 0x{found:08x}, expected 0x{expected:08x} ({what})", .path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// What the file should hold.
        what: &'static str,
        /// Magic number of that kind.
        expected: u32,
        /// Magic number found.
        found: u32,
    },
    /// The counts in an IDX header and the length of the content disagree.
    #[error("{}: the header claims {claimed} bytes of {what}, the content has {actual}: the file is truncated or damaged, fetch it again", .path.display())]
    LengthDisagrees {
        /// The file.
        path: PathBuf,
        /// What the file holds.
        what: &'static str,
        /// Bytes that the header's counts ask for; the highest number there is where they ask for more.
        claimed: u64,
        /// Bytes that follow the header.
        actual: u64,
    },
    /// Images have another size than the data set's.
    #[error("{}: images are {found:?}, expected {expected:?} (bytes 8 to 15 of the header)", .path.display())]
    WrongImageShape {
        /// The file.
        path: PathBuf,
        /// Rows and columns of this data set.
        expected: [usize; 2],
        /// Rows and columns in the header.
        found: [usize; 2],
    },
    /// The two files of a pair hold different numbers of samples.
    #[error(
        "{inputs} has {n_inputs} samples but {targets} has {n_targets}: expected as many of both"
    )]
    CountsDisagree {
        /// The file (and array) of inputs.
        inputs: String,
        /// The file (and array) of targets.
        targets: String,
        /// Samples among the inputs.
        n_inputs: usize,
        /// Samples among the targets.
        n_targets: usize,
    },
    /// A label is not below the number of classes.
    #[error("{}: label {found} at byte {byte}: expected 0 to {}", .path.display(), .n_classes - 1)]
    LabelOutOfRange {
        /// The file.
        path: PathBuf,
        /// Position in the decompressed content, from 0.
        byte: usize,
        /// The label found.
        found: u32,
        /// Number of classes.
        n_classes: usize,
    },
    /// A cell that should be a number is not one.
    #[error("{}: line {line}, column {column}: {found:?} is not a number{}", .path.display(), header_hint(*.line))]
    NonNumericCell {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column name, or index from 0.
        column: String,
        /// The text in the cell.
        found: String,
    },
    /// A cell is NaN, infinite, or beyond single precision.
    #[error("{}: line {line}, column {column}: {found:?} is not a finite single-precision number: drop the row or fill the value", .path.display())]
    NonFiniteCell {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Column name, or index from 0.
        column: String,
        /// The text in the cell.
        found: String,
    },
    /// A row has another number of cells than the first.
    #[error("{}: line {line} has {found} cells, expected {expected} as on the first line: check `delimiter` and quoting", .path.display())]
    RaggedRow {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Cells on the first line.
        expected: usize,
        /// Cells on this line.
        found: usize,
    },
    /// Text that should be UTF-8 is not.
    #[error("{}: line {line}: text is not UTF-8: save the file in that encoding", .path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
    },
    /// The label cell of a row is empty.
    #[error("{}: line {line}: the label cell is empty: drop the row or fill the label", .path.display())]
    EmptyLabel {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
    },
    /// The header consists of numbers only.
    #[error("{}: every cell of the header on line 1 is a number: set `header = false` if the file has none", .path.display())]
    HeaderIsNumeric {
        /// The file.
        path: PathBuf,
    },
    /// The label column is not in the header.
    #[error("{}: no column `{label}`{}: the columns are {}", .path.display(), nearest_hint(.nearest.as_deref()), .columns.join(", "))]
    LabelColumnMissing {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        label: String,
        /// The column most like it, where one is near.
        nearest: Option<String>,
        /// All names in the header.
        columns: Vec<String>,
    },
    /// Several columns carry the name of the label column.
    #[error("{}: {n_columns} columns are called `{label}`: give the label as an index from 0", .path.display())]
    LabelColumnAmbiguous {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        label: String,
        /// Columns of that name.
        n_columns: usize,
    },
    /// The label column's index is not below the number of columns, or a name was given without a header.
    #[error("{}: label column {label} does not exist: expected an index from 0 to {}", .path.display(), .n_columns.saturating_sub(1))]
    LabelIndexMissing {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        label: String,
        /// Columns in the file.
        n_columns: usize,
    },
    /// Only the label column is there.
    #[error("{}: no input column beside the label: check `delimiter`", .path.display())]
    NoInputs {
        /// The file.
        path: PathBuf,
    },
    /// All samples carry the same label.
    #[error("{}: every sample is of class `{class}`: expected at least two classes", .path.display())]
    OneClassOnly {
        /// The file.
        path: PathBuf,
        /// The only class.
        class: String,
    },
    /// A class has no sample in the training part.
    #[error("{}: class `{class}` has {n_samples} of {n_total} samples and none falls into the training part: is the label column a class, and is the training fraction large enough?", .path.display())]
    ClassNotInTraining {
        /// The file.
        path: PathBuf,
        /// The class.
        class: String,
        /// Its samples in the file.
        n_samples: usize,
        /// All samples in the file.
        n_total: usize,
    },
    /// There are too few samples for the three parts.
    #[error("{}: {n_samples} samples give {n_train} training, {n_validation} validation and {n_test} test samples: expected at least one in each, add samples or change the split", .path.display())]
    TooFewSamples {
        /// The file.
        path: PathBuf,
        /// Samples in the file.
        n_samples: usize,
        /// Samples of the training part.
        n_train: usize,
        /// Samples of the validation part.
        n_validation: usize,
        /// Samples of the test part.
        n_test: usize,
    },
    /// The archive's directory or a member cannot be read.
    #[error("{}: not a readable NPZ archive: {reason}", .path.display())]
    CorruptArchive {
        /// The file.
        path: PathBuf,
        /// What the archive reader says.
        reason: String,
    },
    /// An array is not in the archive.
    #[error("{}: no array `{array}`: the arrays are {}; save them as `numpy.savez(path, x=..., y=...)`", .path.display(), .arrays.join(", "))]
    ArrayMissing {
        /// The file.
        path: PathBuf,
        /// The array asked for.
        array: String,
        /// All arrays in the archive.
        arrays: Vec<String>,
    },
    /// The NPY header does not follow the format.
    #[error("{}: array `{array}`: malformed NPY header at byte {byte}: expected {expected}", .path.display())]
    MalformedNpy {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// Position in the array's bytes, from 0.
        byte: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The NPY shape asks for another number of bytes than there are.
    #[error("{}: array `{array}`: shape {shape:?} of {descr} asks for {claimed} bytes, there are {actual}: the file is truncated or damaged", .path.display())]
    NpyLengthDisagrees {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// Shape in the header.
        shape: Vec<u64>,
        /// Element type in the header.
        descr: String,
        /// Bytes that shape and type ask for; the highest number there is where they ask for more.
        claimed: u64,
        /// Bytes that follow the header.
        actual: u64,
    },
    /// The element type cannot serve.
    #[error("{}: array `{array}` has element type {found}: expected {expected}", .path.display())]
    UnsupportedType {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// Element type in the header.
        found: String,
        /// The types that can serve.
        expected: &'static str,
    },
    /// The array has the wrong number of axes, or an empty one.
    #[error("{}: array `{array}` has shape {found:?}: expected {expected}", .path.display())]
    WrongArrayShape {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// Shape in the header.
        found: Vec<usize>,
        /// The shape that can serve.
        expected: &'static str,
    },
    /// An element is NaN, infinite, or beyond single precision.
    #[error("{}: array `{array}`, row {row}, element {element}: {found} is not a finite single-precision number", .path.display())]
    NonFiniteElement {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// Sample, from 0.
        row: usize,
        /// Element inside the flattened sample, from 0.
        element: usize,
        /// The value found.
        found: f64,
    },
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn folders(searched: &[PathBuf]) -> String {
    if searched.is_empty() {
        return "any folder (none was given)".to_owned();
    }
    let names: Vec<_> = searched
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.join(", ")
}

fn header_hint(line: u64) -> &'static str {
    if line == 1 {
        ": set `header = true` if line 1 names the columns"
    } else {
        ""
    }
}

fn nearest_hint(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default()
}
