//! Slurm: runs bundled into tasks of a job array, the scripts that make them, and how they stand.
//!
//! A task is one call of `apical run --shard K/N`. Which run is in which task, and under which number each array
//! was submitted, is kept beside the scripts, in the folder `slurm` of the experiment.

pub(crate) mod bundle;
pub(crate) mod calls;
pub(crate) mod length;
pub(crate) mod record;
pub(crate) mod script;
pub(crate) mod standing;
