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

# Golden values again from their independent generators, each by the line that it ends its text with.
golden:
    sed -n 's/^ *\(python3 scripts.* > crates.*\)$/\1/p' scripts/reference/*.py | bash -e

# The loop in continuous time beside NumPy, JAX and the machine's ceilings (see scripts/bench).
peers python="python3":
    python3 scripts/bench/compare.py --python {{python}}

# Licences, advisories, sources of all dependencies (needs cargo-deny).
deny:
    cargo deny check
