//! Everything that something goes on from, to the bit: arrays by name, and the walk that keeps them or sets
//! them again.
//!
//! What goes on says what it carries once, in a walk with [`Carried`]; the same walk saves and restores, so
//! that the two cannot disagree.

use std::collections::{BTreeMap, HashMap};

use apical_kernels::{Normals, Padded, Real};
use ndarray::{ArrayD, IxDyn};
use rand::SeedableRng;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::{LearnError, Precision, StoreError, StreamRng, Tensors};

/// The key of a file's metadata.
const ABOUT: &str = "about";

/// Arrays by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    arrays: BTreeMap<String, Stored>,
}

#[derive(Debug, Clone, PartialEq)]
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Snapshot {
    /// A safetensors file that holds the arrays, with `about` as its metadata.
    ///
    /// # Errors
    /// Where there is no such file.
    pub fn to_bytes(&self, about: String) -> Result<Vec<u8>, StoreError> {
        let views = (self.arrays.iter())
            .map(|(name, array)| {
                let view = TensorView::new(array.dtype, array.shape.clone(), &array.bytes);
                view.map(|view| (name, view))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let about = HashMap::from([(ABOUT.to_owned(), about)]);
        Ok(safetensors::serialize(views, Some(about))?)
    }

    /// The arrays of a file that [`Snapshot::to_bytes`] made, and its metadata.
    ///
    /// # Errors
    /// If it is no such file.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, String), StoreError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let about = metadata.metadata().as_ref().and_then(|all| all.get(ABOUT));
        let about = about.cloned().unwrap_or_default();
        let file = SafeTensors::deserialize(bytes)?;
        let arrays = file.iter().map(|(name, view)| {
            let stored = Stored {
                dtype: view.dtype(),
                shape: view.shape().to_vec(),
                bytes: view.data().to_vec(),
            };
            (name.to_owned(), stored)
        });
        let arrays = arrays.collect();
        Ok((Self { arrays }, about))
    }

    /// Hands out every name, type, shape and byte, in order.
    pub fn for_each_part(&self, mut part: impl FnMut(&[u8])) {
        for (name, array) in &self.arrays {
            part(format!("{name} {:?} {:?}", array.dtype, array.shape).as_bytes());
            part(&array.bytes);
        }
    }

    fn get(&self, name: &str) -> Result<&Stored, StoreError> {
        let not_there = || StoreError::NotThere {
            name: name.to_owned(),
        };
        self.arrays.get(name).ok_or_else(not_there)
    }
}

/// A walk over what something carries on: it keeps every piece in a [`Snapshot`], or sets it to what one
/// holds. Names are those of one level; [`Carried::within`] leads to the next.
pub struct Carried<'a> {
    way: Way<'a>,
    within: String,
}

enum Way<'a> {
    Keeping(&'a mut Snapshot),
    Restoring(&'a Snapshot),
}

impl<'a> Carried<'a> {
    /// Keeps everything in `snapshot`.
    pub fn keeping(snapshot: &'a mut Snapshot) -> Self {
        Self {
            way: Way::Keeping(snapshot),
            within: String::new(),
        }
    }

    /// Sets everything to what `snapshot` holds.
    pub fn restoring(snapshot: &'a Snapshot) -> Self {
        Self {
            way: Way::Restoring(snapshot),
            within: String::new(),
        }
    }

    /// Whether it sets what it is shown.
    pub fn is_restoring(&self) -> bool {
        matches!(self.way, Way::Restoring(_))
    }

    /// The walk of a part that is called `name`.
    pub fn within(&mut self, name: impl std::fmt::Display) -> Carried<'_> {
        Carried {
            within: self.path(&name.to_string()),
            way: match &mut self.way {
                Way::Keeping(snapshot) => Way::Keeping(snapshot),
                Way::Restoring(snapshot) => Way::Restoring(snapshot),
            },
        }
    }

    fn path(&self, name: &str) -> String {
        match &*self.within {
            "" => name.to_owned(),
            within => format!("{within}/{name}"),
        }
    }

    /// `bytes` of `dtype` and `shape`: kept, or what was kept under the name, of any shape.
    fn array(
        &mut self,
        name: &str,
        dtype: Dtype,
        found: impl FnOnce() -> (Vec<usize>, Vec<u8>),
    ) -> Result<Option<Stored>, StoreError> {
        let path = self.path(name);
        match &mut self.way {
            Way::Keeping(snapshot) => {
                let (shape, bytes) = found();
                let array = Stored {
                    dtype,
                    shape,
                    bytes,
                };
                snapshot.arrays.insert(path, array);
                Ok(None)
            }
            Way::Restoring(snapshot) => {
                let stored = snapshot.get(&path)?;
                if stored.dtype != dtype {
                    let found = format!("{:?}", stored.dtype);
                    let expected = format!("{dtype:?}");
                    return Err(StoreError::Kind {
                        name: path,
                        found,
                        expected,
                    });
                }
                Ok(Some(stored.clone()))
            }
        }
    }

    fn shape_error(&self, name: &str, stored: &Stored, expected: Vec<usize>) -> StoreError {
        StoreError::Learner(LearnError::Shape {
            what: format!("`{}`", self.path(name)),
            found: stored.shape.clone(),
            expected,
        })
    }

    /// Floating-point numbers, of any length.
    ///
    /// # Errors
    /// As all pieces: where what is to be set was not kept, or as something else.
    pub fn floats<T: Real>(&mut self, name: &str, values: &mut Vec<T>) -> Result<(), StoreError> {
        let kept = self.array(name, dtype::<T>(), || {
            (vec![values.len()], to_bytes(values.iter().copied()))
        })?;
        if let Some(kept) = kept {
            *values = from_bytes(&kept.bytes).collect();
        }
        Ok(())
    }

    /// A matrix; the number of rows may differ from the one that was kept.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn matrix<T: Real>(
        &mut self,
        name: impl std::fmt::Display,
        matrix: &mut Padded<T>,
    ) -> Result<(), StoreError> {
        let (name, cols) = (&*name.to_string(), matrix.cols());
        // What a layer has not is not there.
        if cols == 0 {
            return Ok(());
        }
        let kept = self.array(name, dtype::<T>(), || {
            let rows = (0..matrix.rows()).flat_map(|r| matrix.row(r).iter().copied());
            (vec![matrix.rows(), cols], to_bytes(rows))
        })?;
        let Some(kept) = kept else { return Ok(()) };
        let &[rows, width] = &*kept.shape else {
            return Err(self.shape_error(name, &kept, vec![matrix.rows(), cols]));
        };
        if width != cols {
            return Err(self.shape_error(name, &kept, vec![rows, cols]));
        }
        let mut values = from_bytes(&kept.bytes);
        let mut next = Padded::zeros(rows, cols);
        for r in 0..rows {
            for (to, value) in next.row_mut(r).iter_mut().zip(&mut values) {
                *to = value;
            }
        }
        *matrix = next;
        Ok(())
    }

    /// A number.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn number(&mut self, name: &str, value: &mut f64) -> Result<(), StoreError> {
        let mut one = vec![*value];
        self.floats(name, &mut one)?;
        *value = one.first().copied().unwrap_or(f64::NAN);
        Ok(())
    }

    /// Whole numbers, of any length.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn counts(&mut self, name: &str, values: &mut Vec<u64>) -> Result<(), StoreError> {
        let kept = self.array(name, Dtype::U64, || {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (vec![values.len()], bytes.collect())
        })?;
        if let Some(kept) = kept {
            let chunks = kept.bytes.as_chunks::<8>().0.iter();
            *values = chunks.map(|bytes| u64::from_le_bytes(*bytes)).collect();
        }
        Ok(())
    }

    /// A whole number.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn count(&mut self, name: &str, value: &mut u64) -> Result<(), StoreError> {
        let mut one = vec![*value];
        self.counts(name, &mut one)?;
        *value = one.first().copied().unwrap_or_default();
        Ok(())
    }

    /// Yes or no.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn flag(&mut self, name: &str, value: &mut bool) -> Result<(), StoreError> {
        let mut count = u64::from(*value);
        self.count(name, &mut count)?;
        *value = count != 0;
        Ok(())
    }

    /// The place of a random stream.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn stream(&mut self, name: &str, rng: &mut StreamRng) -> Result<(), StoreError> {
        let kept = self.array(name, Dtype::U8, || {
            let mut bytes = rng.get_seed().to_vec();
            bytes.extend(rng.get_stream().to_le_bytes());
            bytes.extend(rng.get_word_pos().to_le_bytes());
            (vec![bytes.len()], bytes)
        })?;
        let Some(kept) = kept else { return Ok(()) };
        let parts = || {
            let (seed, rest) = kept.bytes.split_first_chunk::<32>()?;
            let (stream, place) = rest.split_first_chunk::<8>()?;
            Some((*seed, *stream, *place.first_chunk::<16>()?))
        };
        let Some((seed, stream, place)) = parts() else {
            return Err(self.shape_error(name, &kept, vec![56]));
        };
        *rng = StreamRng::from_seed(seed);
        rng.set_stream(u64::from_le_bytes(stream));
        rng.set_word_pos(u128::from_le_bytes(place));
        Ok(())
    }

    /// The place of a stream of normal variates.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn normals(&mut self, name: &str, normals: &mut Normals) -> Result<(), StoreError> {
        let words = normals.words();
        let mut counts: Vec<u64> = words.iter().map(|&word| u64::from(word)).collect();
        let n_words = counts.len();
        self.counts(name, &mut counts)?;
        let kept: Option<Vec<u32>> = counts.iter().map(|&c| u32::try_from(c).ok()).collect();
        match kept {
            Some(kept) if kept.len() == n_words => words.copy_from_slice(&kept),
            _ => {
                return Err(StoreError::Learner(LearnError::Shape {
                    what: format!("`{}`", self.path(name)),
                    found: vec![counts.len()],
                    expected: vec![n_words],
                }));
            }
        }
        Ok(())
    }

    /// All tensors that a learner stores, each in the learner's own precision.
    ///
    /// # Errors
    /// As [`Carried::floats`].
    pub fn tensors(&mut self, tensors: &mut dyn Tensors) -> Result<(), StoreError> {
        for name in tensors.names() {
            let tensor = tensors.get(name).ok_or(LearnError::NoTensor { name })?;
            let shape = tensor.shape().to_vec();
            let (path, restored) = (&*name.to_string(), self.is_restoring());
            let next = match tensors.precision() {
                Precision::F32 => {
                    self.tensor(path, &shape, tensor.iter().map(|&value| value as f32))?
                }
                Precision::F64 => self.tensor(path, &shape, tensor.iter().copied())?,
            };
            if restored {
                let next = ArrayD::from_shape_vec(IxDyn(&shape), next);
                let next = next.map_err(|_| LearnError::NoTensor { name })?;
                tensors.restore(name, next.view())?;
            }
        }
        Ok(())
    }

    fn tensor<T: Real>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl Iterator<Item = T>,
    ) -> Result<Vec<f64>, StoreError> {
        let kept = self.array(name, dtype::<T>(), || (shape.to_vec(), to_bytes(values)))?;
        let Some(kept) = kept else {
            return Ok(Vec::new());
        };
        if kept.shape != shape {
            return Err(self.shape_error(name, &kept, shape.to_vec()));
        }
        Ok(from_bytes::<T>(&kept.bytes).map(T::wide).collect())
    }
}

fn dtype<T: Real>() -> Dtype {
    match Precision::of::<T>() {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    }
}

fn to_bytes<T: Real>(values: impl Iterator<Item = T>) -> Vec<u8> {
    let n_bytes = Precision::of::<T>().n_bytes() as usize;
    let mut bytes = Vec::with_capacity(n_bytes * values.size_hint().0);
    for value in values {
        match Precision::of::<T>() {
            Precision::F32 => bytes.extend_from_slice(&(value.wide() as f32).to_le_bytes()),
            Precision::F64 => bytes.extend_from_slice(&value.wide().to_le_bytes()),
        }
    }
    bytes
}

fn from_bytes<T: Real>(bytes: &[u8]) -> impl Iterator<Item = T> {
    let n_bytes = Precision::of::<T>().n_bytes() as usize;
    bytes.chunks_exact(n_bytes).map(|chunk| {
        T::of(match *chunk {
            [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => f64::NAN,
        })
    })
}

#[cfg(test)]
mod tests {
    use apical_datasets::Streams;
    use rand::Rng;

    use super::*;

    #[test]
    fn every_kind_of_piece_comes_back_to_the_bit_through_a_file() {
        let mut matrix = Padded::<f32>::zeros(3, 5);
        (0..3).for_each(|r| matrix.row_mut(r).fill(0.1 + r as f32));
        let mut rng = Streams::new(1).stream("order");
        (0..5).for_each(|_| _ = rng.next_u32());
        let mut normals = Normals::new(|| rng.next_u32());
        let (mut values, mut count, mut flag) = (vec![f64::MIN_POSITIVE, -0.0], u64::MAX, true);
        let mut snapshot = Snapshot::default();
        let mut keeping = Carried::keeping(&mut snapshot);
        let mut part = keeping.within("part");
        part.matrix("matrix", &mut matrix).expect("kept");
        part.stream("order", &mut rng).expect("kept");
        part.normals("noise", &mut normals).expect("kept");
        part.floats("values", &mut values).expect("kept");
        part.count("count", &mut count).expect("kept");
        part.flag("flag", &mut flag).expect("kept");

        let bytes = snapshot.to_bytes("{}".into()).expect("a file");
        let (read, about) = Snapshot::from_bytes(&bytes).expect("its own file");
        assert_eq!((&read, &*about), (&snapshot, "{}"));
        let mut restoring = Carried::restoring(&read);
        let mut part = restoring.within("part");
        let (mut other, mut other_rng) = (Padded::<f32>::zeros(1, 5), Streams::new(2).stream("x"));
        let mut other_normals = Normals::new(|| other_rng.next_u32());
        let (mut other_values, mut other_count, mut other_flag) = (Vec::<f64>::new(), 0, false);
        part.matrix("matrix", &mut other).expect("there");
        part.stream("order", &mut other_rng).expect("there");
        part.normals("noise", &mut other_normals).expect("there");
        part.floats("values", &mut other_values).expect("there");
        part.count("count", &mut other_count).expect("there");
        part.flag("flag", &mut other_flag).expect("there");
        assert_eq!(other.view(), matrix.view());
        assert_eq!(other_rng.next_u64(), rng.next_u64());
        let mut drawn = [[0.0; apical_kernels::NORMALS_PER_DRAW]; 2];
        normals.fill(&mut drawn[0]);
        other_normals.fill(&mut drawn[1]);
        assert_eq!(drawn[0], drawn[1]);
        assert_eq!(other_values, values);
        assert!(other_values[1].is_sign_negative());
        assert_eq!((other_count, other_flag), (count, flag));
    }

    #[test]
    fn what_was_not_kept_or_kept_otherwise_is_named() {
        let mut snapshot = Snapshot::default();
        let mut narrow = Padded::<f32>::zeros(2, 3);
        let mut keeping = Carried::keeping(&mut snapshot);
        keeping.matrix("m", &mut narrow).expect("kept");
        let mut restoring = Carried::restoring(&snapshot);
        let missing = restoring.count("n", &mut 0).expect_err("it was not kept");
        assert!(missing.to_string().contains("`n`"), "{missing}");
        let mut wide = Padded::<f32>::zeros(2, 4);
        let other = restoring.matrix("m", &mut wide).expect_err("too narrow");
        assert!(other.to_string().contains("`m`"), "{other}");
        let mut double = Padded::<f64>::zeros(2, 3);
        assert!(restoring.matrix("m", &mut double).is_err());
    }
}
