# What continuous integration runs, cheapest first.
check:
    bash .ci/run

# All tests.
test:
    cargo test --release --workspace

# The default experiment.
run:
    cargo run --release

# Benchmarks of the hot loops.
bench:
    cargo bench -p apical-kernels -p apical-microcircuit -p apical-backprop

# Golden values again from their independent generators.
golden:
    python3 scripts/reference/two_step.py > crates/microcircuit/tests/golden/two_step_5_7_6_3.json

# The loop in continuous time beside NumPy, JAX and the machine's ceilings (see scripts/bench).
peers python="python3":
    python3 scripts/bench/compare.py --python {{python}}

# Licences, advisories, sources of all dependencies (needs cargo-deny).
deny:
    cargo deny check
