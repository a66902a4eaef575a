//! The weights of a circuit: a store over its table.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use apical_kernels::{
    Columns, Padded, Real, Start as ProductStart, multiply, multiply_transposed, transposed,
};
use apical_learning::{
    Carried, ForwardWeights, LearnError, StoreError, StreamRng, Streams, TensorName, Updates,
    check_shape, uniform,
};
use ndarray::{Array2, ArrayD, ArrayView2, ArrayViewD, Axis, Ix1, Ix2};

use super::likeness::imitate;
use super::{Connection, ConnectionId, Draw, How, Likeness, Source, Start, Table, Values};

/// The stored weights of a table, or as many changes of them.
///
/// Matrices have a row per presynaptic and a column per postsynaptic neuron; thresholds are one row.
#[derive(Clone)]
pub struct Weights<T> {
    table: Arc<Table>,
    /// By connection; absent where it is derived or one to one.
    stored: Vec<Option<Padded<T>>>,
}

impl<T: Real> Weights<T> {
    /// Weights that begin as `table` says, those of the network as `network`.
    pub fn new(table: Arc<Table>, network: &ForwardWeights<f32>, streams: Streams) -> Self {
        let mut own = Self {
            stored: Vec::new(),
            table: table.clone(),
        };
        let mut drawing: BTreeMap<&str, StreamRng> = BTreeMap::new();
        for (id, connection) in table.connections() {
            let shape = [connection.to.n, connection.from.n];
            let mut drawn = |draw: Draw| match draw {
                Draw::Uniform { stream, scale } => {
                    let rng = drawing.entry(stream);
                    let rng = rng.or_insert_with(|| streams.stream(stream));
                    Padded::from_transposed(uniform(shape, scale, rng).view())
                }
                Draw::Constant(value) => {
                    Padded::from_transposed(Array2::from_elem(shape, value).view())
                }
            };
            let (begun, likeness) = match connection.values {
                Values::Derived(_) | Values::OneToOne => (None, None),
                Values::Following { start, likeness } => (Some(drawn(start)), Some(likeness)),
                Values::Stored { start, .. } => match start {
                    Start::Network => (Some(of_network(connection, network)), None),
                    Start::Derived(Source { of, how }) => (Some(seen(&own[of], how)), None),
                    Start::Drawn { stream, scale } => {
                        (Some(drawn(Draw::Uniform { stream, scale })), None)
                    }
                    Start::NearOneToOne { stream, scale } => {
                        let mut near = drawn(Draw::Uniform { stream, scale });
                        near.view_mut().diag_mut().mapv_inplace(|w| w + T::one());
                        (Some(near), None)
                    }
                    Start::Like(draw, likeness) => (Some(drawn(draw)), Some(likeness)),
                },
            };
            own.stored.push(begun);
            if let Some(likeness) = likeness {
                own.imitate(id, likeness);
            }
        }
        own
    }

    /// Weights of the same shapes, all zero: a place for changes.
    #[must_use]
    pub fn zeros_like(&self) -> Self {
        let zeros = |w: &Padded<T>| Padded::zeros(w.rows(), w.cols());
        Self {
            table: self.table.clone(),
            stored: (self.stored.iter())
                .map(|w| w.as_ref().map(zeros))
                .collect(),
        }
    }

    /// Shows `carried` all that is stored.
    pub(crate) fn carry(&mut self, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        for ((_, connection), stored) in self.table.connections().zip(&mut self.stored) {
            if let Some(w) = stored {
                carried.matrix(connection.name, w)?;
            }
        }
        Ok(())
    }

    /// The connections.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Names of the stored tensors, in the order in which they are saved.
    pub fn names(&self) -> Vec<TensorName> {
        let stored = self.table.connections().zip(&self.stored);
        stored
            .filter(|(_, w)| w.is_some())
            .map(|((_, connection), _)| connection.name)
            .collect()
    }

    /// The tensor `name`, `[n_post, n_pre]` or `[n]`, stored or derived.
    pub fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        let id = self.table.find(name)?;
        if self.table[id].values == Values::OneToOne {
            return Some(self.copy(id).transposed().mapv(T::wide).into_dyn());
        }
        let (of, is_transposed, factor) = self.table.source(id);
        let mut wide = if is_transposed {
            self[of].view().mapv(T::wide)
        } else {
            transposed(self[of].view(), T::wide)
        };
        if of != id {
            wide *= factor;
        }
        Some(if self.table[id].is_threshold() {
            wide.column(0).to_owned().into_dyn()
        } else {
            wide.into_dyn()
        })
    }

    /// Adds `values` to the stored tensor `name`, or replaces it by them.
    ///
    /// # Errors
    /// If no such tensor is stored, or its shape differs.
    pub fn write(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
        add: bool,
    ) -> Result<(), LearnError> {
        let table = self.table.clone();
        let id = table.find(name);
        let stored = id.and_then(|id| Some((self.stored[id.0].as_mut()?, &table[id])));
        let (w, connection) = stored.ok_or(LearnError::NoTensor { name })?;
        check_shape(name, values.shape(), &connection.shape())?;
        let post_by_pre: Option<ArrayView2<'_, f64>> = match values.ndim() {
            1 => (values.into_dimensionality::<Ix1>().ok()).map(|row| row.insert_axis(Axis(1))),
            _ => values.into_dimensionality::<Ix2>().ok(),
        };
        if let Some(post_by_pre) = post_by_pre {
            w.view_mut().zip_mut_with(&post_by_pre.t(), |w, &value| {
                *w = if add { *w + T::of(value) } else { T::of(value) };
            });
        }
        Ok(())
    }

    /// What these change, where they are changes: one of every connection that learns.
    pub fn updates(&self) -> Updates {
        let mut updates = Updates::new();
        for (_, connection) in self.table.plastic() {
            if let Some(change) = self.tensor(connection.name) {
                updates.push_change(connection.name, change);
            }
        }
        updates
    }

    /// Lets the connections that follow others follow what these are now.
    pub fn follow(&mut self) {
        let table = self.table.clone();
        for (id, connection) in table.connections() {
            if let Values::Following { likeness, .. } = connection.values {
                self.imitate(id, likeness);
            }
        }
    }

    /// Makes a stored connection look like another.
    pub fn imitate(&mut self, id: ConnectionId, likeness: Likeness) {
        if let Some(mut weights) = self.stored[id.0].take() {
            imitate(&mut weights, &self[likeness.to], likeness);
            self.stored[id.0] = Some(weights);
        }
    }

    /// The weights of a connection, if they are stored.
    pub fn stored(&self, id: ConnectionId) -> Option<&Padded<T>> {
        self.stored[id.0].as_ref()
    }

    /// What a product with thresholds starts from; zero where there are none.
    pub fn row(&self, thresholds: Option<ConnectionId>) -> ProductStart<'_, T> {
        match thresholds {
            Some(id) => ProductStart::Row(self[id].row(0)),
            None => ProductStart::Zero,
        }
    }

    /// Every stored matrix, thresholds included, in the table's order.
    pub fn matrices_mut(&mut self) -> impl Iterator<Item = &mut Padded<T>> {
        self.stored.iter_mut().flatten()
    }

    /// The weights of a connection, stored or derived, as a copy.
    pub fn copy(&self, id: ConnectionId) -> Padded<T> {
        if self.table[id].values == Values::OneToOne {
            let mut identity = Padded::zeros(self.table[id].from.n, self.table[id].to.n);
            identity.view_mut().diag_mut().fill(T::one());
            return identity;
        }
        let (of, is_transposed, factor) = self.table.source(id);
        let scaled = seen(&self[of], How::Scaled(factor));
        match is_transposed {
            true => seen(&scaled, How::Transposed),
            false => scaled,
        }
    }

    /// out = `from` + W x with the weights of a connection, stored or derived.
    pub fn transmit(
        &self,
        id: ConnectionId,
        x: &Padded<T>,
        from: ProductStart<'_, T>,
        out: &mut Padded<T>,
    ) {
        let (of, is_transposed, factor) = self.table.source(id);
        match (is_transposed, from) {
            (_, ProductStart::Zero) if self.table[id].values == Values::OneToOne => {
                out.assign(x.view());
            }
            (false, _) if factor == 1.0 => multiply(x, Columns::All, &self[of], from, out),
            (true, ProductStart::Zero) if factor == 1.0 => multiply_transposed(x, &self[of], out),
            _ => multiply(x, Columns::All, &self.copy(id), from, out),
        }
    }

    /// W x with the weights of a connection, in `room`; `x` itself where it is one to one.
    pub fn through<'a>(
        &self,
        id: ConnectionId,
        x: &'a Padded<T>,
        room: &'a mut Padded<T>,
    ) -> &'a Padded<T> {
        if self.table[id].values == Values::OneToOne {
            return x;
        }
        self.transmit(id, x, ProductStart::Zero, room);
        room
    }

    /// Whether `id` is the negative of `other` at this moment, to the bit.
    pub fn is_negative(&self, id: ConnectionId, other: ConnectionId) -> bool {
        if self.table.is_negative(id, other) {
            return true;
        }
        let (Some(w), Some(other)) = (self.stored(id), self.stored(other)) else {
            return false;
        };
        w.shape() == other.shape()
            && (w.values().iter().zip(other.values())).all(|(&w, &other)| other == -w)
    }
}

/// The weights of a connection that is stored.
impl<T> Index<ConnectionId> for Weights<T> {
    type Output = Padded<T>;

    fn index(&self, id: ConnectionId) -> &Padded<T> {
        let stored = self.stored[id.0].as_ref();
        stored.expect("a circuit indexes what its table stores")
    }
}

impl<T> IndexMut<ConnectionId> for Weights<T> {
    fn index_mut(&mut self, id: ConnectionId) -> &mut Padded<T> {
        let stored = self.stored[id.0].as_mut();
        stored.expect("a circuit indexes what its table stores")
    }
}

fn of_network<T: Real>(connection: &Connection, network: &ForwardWeights<f32>) -> Padded<T> {
    let layer = connection.to.layer;
    if !connection.is_threshold() {
        return Padded::from_transposed(network.weights[layer - 1].view());
    }
    let mut row = Padded::zeros(1, connection.to.n);
    if let Some(thresholds) = &network.thresholds {
        row.assign(thresholds[layer - 1].view().insert_axis(Axis(0)));
    }
    row
}

fn seen<T: Real>(matrix: &Padded<T>, how: How) -> Padded<T> {
    match how {
        How::Transposed => Padded::from_transposed(matrix.view()),
        How::Scaled(factor) => {
            let mut scaled = matrix.clone();
            let values = scaled.values_mut().iter_mut();
            values.for_each(|value| *value *= T::of(factor));
            scaled
        }
    }
}
