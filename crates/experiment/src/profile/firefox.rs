//! A profile for the Firefox Profiler (profiler.firefox.com): a track for every learner, with one minibatch laid out
//! kernel after kernel.

use std::time::SystemTime;

use fxprof_processed_profile::{
    CategoryColor, CategoryHandle, CpuDelta, Frame, FrameFlags, FrameInfo, Profile as Tracks,
    SamplingInterval, Timestamp, WeightType,
};

use super::{LearnerProfile, Profile};

/// Nanoseconds of a sample.
const SAMPLE: f64 = 10.0;
/// What is no kernel's.
const REST: &str = "the rest";

/// The profile as JSON.
///
/// # Errors
/// None that a profile can cause.
pub(super) fn firefox(profile: &Profile) -> serde_json::Result<Vec<u8>> {
    let mut tracks = Tracks::new(
        "apical profile",
        SystemTime::UNIX_EPOCH.into(),
        SamplingInterval::from_nanos(SAMPLE as u64),
    );
    tracks.set_symbolicated(true);
    tracks.set_os_name(&format!(
        "{}, {}",
        profile.machine.processor, profile.machine.instruction_set
    ));
    let colour = CategoryColor::Green;
    let kernels = tracks.add_category("kernels", colour);
    let taught = profile.learners.iter().filter(|of| of.failed.is_none());
    for (number, of) in (1..).zip(taught) {
        add(&mut tracks, number, of, kernels);
    }
    serde_json::to_vec(&tracks)
}

fn add(tracks: &mut Tracks, number: u32, of: &LearnerProfile, kernels: CategoryHandle) {
    let name = format!("{} · {}", of.task, of.learner);
    let begin = Timestamp::from_nanos_since_reference(0);
    let process = tracks.add_process(&name, number, begin);
    let thread = tracks.add_thread(process, number, begin, true);
    tracks.set_thread_name(thread, &name);
    tracks.set_thread_samples_weight_type(thread, WeightType::Samples);
    let of_kernels: f64 = of.kernels.iter().map(|kernel| kernel.share_of_time).sum();
    let named = of.kernels.iter();
    let named = named.map(|kernel| (&*kernel.kernel, kernel.share_of_time, kernels));
    let rest = (REST, (1.0 - of_kernels).max(0.0), CategoryHandle::OTHER);
    let mut at = 0.0;
    for (kernel, share, category) in named.chain([rest]) {
        let ns = share * of.ns_per_minibatch;
        let mut frame = |label: &str, category: CategoryHandle| FrameInfo {
            frame: Frame::Label(tracks.intern_string(label)),
            category_pair: category.into(),
            flags: FrameFlags::empty(),
        };
        let frames = [frame(&name, CategoryHandle::OTHER), frame(kernel, category)];
        let stack = tracks.intern_stack_frames(thread, frames.into_iter());
        let weight = (ns / SAMPLE).round() as i32;
        let spent = CpuDelta::from_nanos(ns as u64);
        let since = Timestamp::from_nanos_since_reference(at as u64);
        tracks.add_sample(thread, since, stack, spent, weight);
        at += ns;
    }
    tracks.set_thread_end_time(thread, Timestamp::from_nanos_since_reference(at as u64));
    tracks.set_process_end_time(process, Timestamp::from_nanos_since_reference(at as u64));
}
