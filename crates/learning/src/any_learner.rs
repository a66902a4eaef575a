//! A learner whose type is forgotten, so that the loop is compiled once for all.

use std::any::Any;

use apical_datasets::Streams;
use ndarray::{Array1, ArrayD, ArrayView2, ArrayViewMut2};

use crate::{
    Activities, AlignmentObserver, Batch, Carried, EvaluationObserver, ForwardNetwork,
    GradientReference, LearnError, Learner, MeasureSpec, Observer, OutputLoss, PhaseTimer, Plan,
    Sink, StartStep, StoreError, TaskData, Teacher, TensorName, Tensors, TrainError, Trained,
    Updates, train,
};

/// A learner of any type.
pub type AnyLearner = dyn Learner<Session = AnySession>;

/// The session of a learner of any type.
pub struct AnySession(Box<dyn Any + Send>);

impl AnySession {
    /// The session of a learner whose type is known.
    ///
    /// # Panics
    /// If it is one of another type of learner.
    pub fn of<S: 'static>(&mut self) -> &mut S {
        let own = self.0.downcast_mut();
        own.expect("the session is one of this learner's own")
    }
}

/// Forgets the type of `learner`.
pub fn any_learner<L>(learner: L) -> Box<AnyLearner>
where
    L: Learner + 'static,
    L::Session: 'static,
{
    Box::new(Erased(learner))
}

/// [`train`] with the observers of `measure`, those of updates where there is a `reference`. Crates above
/// need not compile the loop.
///
/// # Errors
/// As [`train`].
pub fn train_any(
    learner: &mut AnyLearner,
    data: &TaskData,
    plan: &Plan<'_>,
    measure: &MeasureSpec,
    reference: Option<&dyn GradientReference>,
    sink: &mut dyn Sink,
) -> Result<Trained, TrainError> {
    let mut observers: Vec<Box<dyn Observer<AnyLearner> + '_>> = vec![Box::new(
        EvaluationObserver::new(learner, data, measure, plan.streams),
    )];
    if let Some(reference) = reference {
        observers.push(Box::new(AlignmentObserver::new(
            learner,
            &data.train,
            plan.batch_size,
            measure,
            reference,
            plan.streams,
        )));
    }
    train(learner, data, plan, &mut observers, sink)
}

struct Erased<L>(L);

impl<L> Learner for Erased<L>
where
    L: Learner,
    L::Session: 'static,
{
    type Session = AnySession;

    fn tensors(&self) -> &dyn Tensors {
        self.0.tensors()
    }

    fn tensors_mut(&mut self) -> &mut dyn Tensors {
        self.0.tensors_mut()
    }

    fn session(&self, streams: Streams, n_parallel: usize) -> AnySession {
        AnySession(Box::new(self.0.session(streams, n_parallel)))
    }

    fn is_stateful(&self) -> bool {
        self.0.is_stateful()
    }

    fn carry(&self, s: &mut AnySession, carried: &mut Carried<'_>) -> Result<(), StoreError> {
        self.0.carry(s.of(), carried)
    }

    fn set_rate_share(&mut self, share: f64) {
        self.0.set_rate_share(share);
    }

    fn propose(&self, s: &mut AnySession, batch: Batch<'_>) -> Result<Updates, LearnError> {
        self.0.propose(s.of(), batch)
    }

    fn apply(&mut self, updates: &Updates) -> Result<(), LearnError> {
        self.0.apply(updates)
    }

    fn learn(
        &mut self,
        s: &mut AnySession,
        batch: Batch<'_>,
        timer: &mut PhaseTimer<'_>,
    ) -> Result<(), LearnError> {
        self.0.learn(s.of(), batch, timer)
    }

    fn simulated_ms(&self) -> f64 {
        self.0.simulated_ms()
    }

    fn n_start_epochs(&self) -> usize {
        self.0.n_start_epochs()
    }

    fn start(
        &mut self,
        s: &mut AnySession,
        inputs: ArrayView2<'_, f32>,
        at: StartStep,
    ) -> Result<(), LearnError> {
        self.0.start(s.of(), inputs, at)
    }

    fn mean_rates(&self) -> Option<Vec<Array1<f64>>> {
        self.0.mean_rates()
    }

    fn flush(&mut self, s: &mut AnySession) -> Result<(), LearnError> {
        self.0.flush(s.of())
    }

    fn predict(
        &self,
        s: &mut AnySession,
        inputs: ArrayView2<'_, f32>,
        outputs: ArrayViewMut2<'_, f32>,
    ) -> Result<(), LearnError> {
        self.0.predict(s.of(), inputs, outputs)
    }

    fn output_loss(&self) -> OutputLoss {
        self.0.output_loss()
    }

    fn forward(&self) -> ForwardNetwork {
        self.0.forward()
    }

    fn equivalent_rates(&self) -> Option<Vec<f64>> {
        self.0.equivalent_rates()
    }

    fn tensor(&self, name: TensorName) -> Option<ArrayD<f64>> {
        self.0.tensor(name)
    }

    fn activities(
        &self,
        s: &mut AnySession,
        batch: Batch<'_>,
        teacher: Teacher,
    ) -> Result<Activities, LearnError> {
        self.0.activities(s.of(), batch, teacher)
    }
}
