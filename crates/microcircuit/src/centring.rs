//! Presynaptic rates less their running mean.
//!
//! ΔW_{k+1,k} = η d_{k+1} (r_k − r̄_k)ᵀ, Δb_{k+1} = η d_{k+1} − ΔW_{k+1,k} r̄_k
//!
//! That is gradient descent in a network written as u_{k+1} = W_{k+1,k} (r_k − r̄_k) + b′_{k+1}, whose
//! thresholds b′ = b + W r̄ are those at the mean rates. A synapse has to know the running mean of the rate
//! that arrives at it, and a neuron's threshold how its weights change. Steps are stable while
//! η φ′ ‖r_k − r̄_k‖² stays below about 2, where ‖r_k‖² would have to without.

use apical_kernels::{Padded, Real};
use apical_learning::{LearnError, Network, Numbers, SpecError, TensorName, Updates, check_shape};
use ndarray::{Array1, ArrayD, ArrayViewD, Axis};

const SHARE: Numbers = Numbers::or_zero(
    1e-9,
    1.0 - f64::EPSILON,
    "0, or a number from 1e-9 to below 1, such as 0.05",
);

/// Fails on a `centring` out of range, or in a `network` without the thresholds that take up the means.
pub(crate) fn check(centring: f64, network: &Network) -> Result<(), SpecError> {
    SHARE.check("centring", centring)?;
    if centring > 0.0 && !network.thresholds() {
        let expected = "0 in a network without thresholds, which take up the mean";
        return Err(SpecError::range("centring", centring, expected));
    }
    Ok(())
}

/// r̄_k of hidden layers at index `k − 1`, one row each. Input rates are left as they are.
#[derive(Clone)]
pub(crate) struct Means<T> {
    /// The share by which a minibatch moves the means.
    share: f64,
    rows: Vec<Padded<T>>,
}

impl<T: Real> Means<T> {
    /// Means that begin at φ(0); none where `share` is 0.
    pub(crate) fn new(network: &Network, share: f64) -> Option<Self> {
        let sizes = network.sizes();
        let at_rest = network.transfer().rate(T::zero());
        let row = |&n: &usize| {
            let mut row = Padded::zeros(1, n);
            row.row_mut(0).fill(at_rest);
            row
        };
        (share > 0.0).then(|| Self {
            share,
            rows: sizes[1..network.n_layers()].iter().map(row).collect(),
        })
    }

    /// The name of r̄_k.
    pub(crate) fn name(k: usize) -> TensorName {
        TensorName::own("mean_rate", k)
    }

    /// The names of all.
    pub(crate) fn names(&self) -> impl Iterator<Item = TensorName> {
        (1..=self.rows.len()).map(Self::name)
    }

    /// r̄_k.
    pub(crate) fn get(&self, name: TensorName) -> Option<Array1<f64>> {
        Some(self.rows[self.index(name)?].view().row(0).mapv(T::wide))
    }

    /// Replaces r̄_k; `None` where `name` is of something else.
    pub(crate) fn set(
        &mut self,
        name: TensorName,
        values: ArrayViewD<'_, f64>,
    ) -> Option<Result<(), LearnError>> {
        let index = self.index(name)?;
        let row = self.rows[index].row_mut(0);
        let fits = check_shape(name, values.shape(), &[row.len()]);
        Some(fits.map(|()| {
            for (own, &value) in row.iter_mut().zip(values) {
                *own = T::of(value);
            }
        }))
    }

    fn index(&self, name: TensorName) -> Option<usize> {
        self.names().position(|own| own == name)
    }

    /// All means, in double precision, of hidden layers at index `k − 1`.
    pub(crate) fn wide(&self) -> Vec<Array1<f64>> {
        let rows = self.rows.iter();
        rows.map(|row| row.view().row(0).mapv(T::wide)).collect()
    }

    /// Moves all on after a minibatch; `rates` of k are the presynaptic rates of hidden layer k.
    pub(crate) fn follow<'a>(&mut self, rates: impl Fn(usize) -> &'a Padded<T>) {
        for k in 1..=self.rows.len() {
            self.rows[k - 1] = self.next(k, rates(k));
        }
    }

    /// Adds to `updates` what [`Means::follow`] makes of all.
    pub(crate) fn push_next<'a>(
        &self,
        rates: impl Fn(usize) -> &'a Padded<T>,
        updates: &mut Updates,
    ) {
        for k in 1..=self.rows.len() {
            updates.push_next(Self::name(k), tensor(&self.next(k, rates(k))));
        }
    }

    /// r_k − r̄_k.
    fn centred(&self, k: usize, rates: &Padded<T>) -> Padded<T> {
        let mut centred = rates.clone();
        for b in 0..rates.rows() {
            for (r, &mean) in centred.row_mut(b).iter_mut().zip(self.rows[k - 1].row(0)) {
                *r -= mean;
            }
        }
        centred
    }

    /// r̄_k after a minibatch with `rates`.
    fn next(&self, k: usize, rates: &Padded<T>) -> Padded<T> {
        let mut next = self.rows[k - 1].clone();
        let per_sample = T::of(self.share / rates.rows() as f64);
        let keep = T::of(1.0 - self.share);
        next.row_mut(0).iter_mut().for_each(|mean| *mean *= keep);
        for b in 0..rates.rows() {
            for (mean, &r) in next.row_mut(0).iter_mut().zip(rates.row(b)) {
                *mean += per_sample * r;
            }
        }
        next
    }
}

/// What a minibatch's presynaptic factors are: rates, less their means where there are some.
pub(crate) struct Factors<'a, T> {
    means: Option<&'a Means<T>>,
    /// r_k − r̄_k of hidden layers at index `k − 1`; empty without means.
    centred: Vec<Padded<T>>,
}

impl<'a, T: Real> Factors<'a, T> {
    /// Those of a minibatch whose presynaptic rates of hidden layer k are `rates` of k.
    pub(crate) fn new<'r>(
        means: Option<&'a Means<T>>,
        rates: impl Fn(usize) -> &'r Padded<T>,
    ) -> Self {
        let centred = means.map_or_else(Vec::new, |means| {
            let layers = 1..=means.rows.len();
            layers.map(|k| means.centred(k, rates(k))).collect()
        });
        Self { means, centred }
    }

    /// The factors of layer k, whose presynaptic rates are `rates`: these themselves where no mean is taken off.
    pub(crate) fn of<'s>(&'s self, k: usize, rates: &'s Padded<T>) -> &'s Padded<T> {
        self.centred(k).unwrap_or(rates)
    }

    /// Adds to the `thresholds` of neurons above layer k what they change by: Σ post (1 − (r_k − r̄_k) · r̄_k),
    /// `post` the factors of ΔW.
    pub(crate) fn add_to_thresholds(&self, k: usize, post: &Padded<T>, thresholds: &mut Padded<T>) {
        let (Some(means), Some(centred)) = (self.means, self.centred(k)) else {
            let mut row = thresholds.view_mut();
            row += &post.view().sum_axis(Axis(0)).insert_axis(Axis(0));
            return;
        };
        let mean = means.rows[k - 1].row(0);
        for b in 0..post.rows() {
            let products = centred.row(b).iter().zip(mean).map(|(&r, &mean)| r * mean);
            let share = T::one() - products.fold(T::zero(), |sum, x| sum + x);
            for (sum, &post) in thresholds.row_mut(0).iter_mut().zip(post.row(b)) {
                *sum += share * post;
            }
        }
    }

    fn centred(&self, k: usize) -> Option<&Padded<T>> {
        self.centred.get(k.checked_sub(1)?)
    }
}

/// A row as a tensor.
fn tensor<T: Real>(row: &Padded<T>) -> ArrayD<f64> {
    row.view().row(0).mapv(T::wide).into_dyn()
}
