#!/usr/bin/env bash
# Fails where a function of this project calls a vector instruction as a function: code for an
# instruction set that was not inlined is up to a hundred times slower, and still right.
#
#   scripts/inlined.sh BINARY...
#
# Such a call is one of `core::core_arch` or of pulp's wrappers of it. Calls between functions of
# other libraries are their affair.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 BINARY..." >&2; exit 2; }
command -v objdump >/dev/null || { echo "$0 needs objdump (Debian: binutils)" >&2; exit 2; }
found=0
for binary in "$@"; do
  calls=$(objdump --disassemble --demangle=rust --no-show-raw-insn "$binary" | awk '
    /^[0-9a-f]+ <.*>:$/ { caller = $0; sub(/^[0-9a-f]+ </, "", caller); sub(/>:$/, "", caller); next }
    # Calls, and jumps into another function: a call as the last act.
    /\t(call|jmp|bl|b) / && /core::core_arch::|<pulp::|pulp::.* as pulp::/ {
      callee = $0; sub(/^[^<]*</, "", callee); sub(/(\+0x[0-9a-f]+)?>[^>]*$/, "", callee)
      if (callee !~ /core::core_arch::|^<?pulp::/ || caller ~ THEIRS) next
      if (callee ~ /::(vectorize|dispatch|new|try_new)/ || callee == caller) next
      if (caller !~ /apical/ && caller !~ /^<?pulp::/) next
      if (!seen[caller " calls " callee]++) print caller " calls " callee
    }' THEIRS='^(<?(candle|gemm|dyn_stack|faer|memchr|aho_corasick|regex|zune|tiny_skia))')
  if [ -n "$calls" ]; then
    echo "$binary:"
    sed 's/^/  /' <<<"$calls"
    found=1
  fi
done
exit "$found"
