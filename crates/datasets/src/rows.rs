//! Rows of numbers from a file of the user's own, without labels and splits.

use std::path::{Path, PathBuf};

use ndarray::Array2;

use crate::DatasetError;
use crate::bytes::{find_user_file, read_own};
use crate::cell::Precision;
use crate::comma_separated::numbers;
use crate::npy::NpyArray;
use crate::npz::member;

/// The rows of a file, all numbers finite: `[n_rows, n_columns]`.
///
/// The content decides the format: an NPZ archive, of which `array` is read, an NPY array (axes
/// beyond the first are flattened), or comma-separated values, plain or gzip, whose first line is a
/// header where none of its cells is a number. A relative path is looked for as it is, then below
/// `folders`; `option` names the path in errors.
pub fn read_rows(
    path: &Path,
    array: &str,
    option: &'static str,
    folders: &[PathBuf],
) -> Result<Array2<f32>, DatasetError> {
    let path = find_user_file(path, option, Path::new(""), folders)?;
    let file = read_own(&path, "the rows")?;
    let content = &file.content;
    if content.starts_with(b"PK\x03\x04") {
        let bytes = member(&path, content, array)?;
        return of_npy(&path, array, &bytes);
    }
    if content.starts_with(b"\x93NUMPY") {
        return of_npy(&path, array, content);
    }
    numbers(&path, content)
}

fn of_npy(path: &Path, array: &str, bytes: &[u8]) -> Result<Array2<f32>, DatasetError> {
    let npy = NpyArray::parse(path, array, bytes)?;
    if npy.shape.is_empty() {
        return Err(DatasetError::wrong_shape(
            path,
            array,
            &npy.shape,
            "rows on the first axis",
        ));
    }
    let rows = npy.finite_rows(path, array, Precision::Single)?;
    Ok(rows.into_single())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ndarray::array;

    use super::*;

    fn read(name: &str, content: &[u8]) -> Result<Array2<f32>, DatasetError> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(name), content).expect("written");
        read_rows(
            Path::new(name),
            "x",
            "inputs.path",
            &[folder.path().to_owned()],
        )
    }

    #[test]
    fn tables_are_read_with_and_without_a_header() {
        let expected = array![[1.0_f32, -2.5], [3.0, 4.0]];
        for text in ["a,b\n1,-2.5\n3,4\n", "1, -2.5\n\n3, 4"] {
            assert_eq!(read("x.csv", text.as_bytes()).expect("read"), expected);
        }
        for (text, part) in [
            ("a,b\n1,x\n", "line 2, column b: \"x\" is not a number"),
            ("1,b\n1,2\n", "line 1, column 1: \"b\" is not a number"),
            ("1,2\n3\n", "line 2 has 1 cells, expected 2"),
            ("a,b\n", "one row of numbers on each line"),
        ] {
            let message = read("x.csv", text.as_bytes())
                .expect_err("wrong")
                .to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn what_is_written_as_npz_is_read_back() {
        let arrays = [
            crate::NamedArray::numbers("x", vec![2, 2], vec![1.0, 2.0, 3.0, 4.5]),
            crate::NamedArray::texts("neurons", vec!["1.0".into(), "α".into()]),
        ];
        let bytes = crate::npz(&arrays).expect("written");
        assert_eq!(
            read("x.npz", &bytes).expect("read"),
            array![[1.0, 2.0], [3.0, 4.5]]
        );
        let other = crate::npz(&arrays[1..]).expect("written");
        let message = read("x.npz", &other).expect_err("no x").to_string();
        assert!(message.contains("neurons"), "{message}");
    }
}
