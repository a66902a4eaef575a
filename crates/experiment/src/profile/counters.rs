//! Cycles and instructions that the processor counts, where the system lets a program read them.

/// What a minibatch takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Counted {
    pub(super) cycles: f64,
    pub(super) instructions: f64,
}

#[cfg(target_os = "linux")]
pub(super) use linux::Counters;
#[cfg(not(target_os = "linux"))]
pub(super) use nowhere::Counters;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io::{Error, ErrorKind};

    use perf_event::events::{Event, Hardware};
    use perf_event::{Builder, Counter, Group};

    use super::Counted;

    /// Says how far a program may look into itself: 2 and less let it count its own instructions.
    const PARANOID: &str = "/proc/sys/kernel/perf_event_paranoid";

    /// Counters of the calling thread, outside the kernel.
    pub(in super::super) struct Counters {
        group: Group,
        cycles: Counter,
        instructions: Counter,
    }

    impl Counters {
        /// Those of the processor, or why there are none.
        pub(in super::super) fn find() -> Result<Self, String> {
            Self::of(Hardware::CPU_CYCLES, Hardware::INSTRUCTIONS)
        }

        fn of<E: Event>(cycles: E, instructions: E) -> Result<Self, String> {
            let made = || -> Result<Self, Error> {
                let mut group = Group::new()?;
                let cycles = group.add(&Builder::new(cycles))?;
                let instructions = group.add(&Builder::new(instructions))?;
                group.enable()?;
                Ok(Self {
                    group,
                    cycles,
                    instructions,
                })
            };
            made().map_err(|error| reason(&error))
        }

        /// Counts so far.
        pub(in super::super) fn read(&mut self) -> Option<Counted> {
            let read = self.group.read().ok()?;
            let of = |counter: &Counter| Some(read.get(counter)?.value() as f64);
            Some(Counted {
                cycles: of(&self.cycles)?,
                instructions: of(&self.instructions)?,
            })
        }
    }

    fn reason(error: &Error) -> String {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::Unsupported => {
                "the system shows no counters of the processor; many virtual machines have none"
                    .to_owned()
            }
            ErrorKind::PermissionDenied => {
                let level = fs::read_to_string(PARANOID).unwrap_or_default();
                format!(
                    "the system does not let them be read; {PARANOID} is {}, expected 2 or less",
                    level.trim()
                )
            }
            _ => format!("the system's counters cannot be read: {error}"),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::hint::black_box;

        use perf_event::events::Software;

        use super::*;

        #[test]
        fn what_a_thread_does_is_counted_or_the_reason_is_said() {
            // Software has counters on virtual machines, too.
            match Counters::of(Software::TASK_CLOCK, Software::TASK_CLOCK) {
                Ok(mut counters) => {
                    let before = counters.read().expect("counts");
                    // A busy machine may let a counter stand still for a while.
                    let rises = (0..1000).any(|_| {
                        let sum: u64 = (0..black_box(1_000_000_u64)).map(black_box).sum();
                        let after = counters.read().expect("counts");
                        after.cycles > before.cycles && sum > 0
                    });
                    assert!(rises, "the counts stand still");
                }
                Err(reason) => assert!(reason.contains("system"), "{reason}"),
            }
        }

        #[test]
        fn reasons_say_what_to_do() {
            let denied = reason(&Error::from(ErrorKind::PermissionDenied));
            assert!(denied.contains(PARANOID) && denied.contains("expected 2"));
            let none = reason(&Error::from(ErrorKind::NotFound));
            assert!(none.contains("virtual machines"), "{none}");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use super::Counted;

    /// There are none.
    pub(in super::super) struct Counters;

    impl Counters {
        /// Says that there are none.
        pub(in super::super) fn find() -> Result<Self, String> {
            Err("they are read on Linux alone".to_owned())
        }

        /// Nothing.
        pub(in super::super) fn read(&mut self) -> Option<Counted> {
            None
        }
    }
}
