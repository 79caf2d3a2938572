#!/bin/sh
# fuzz.sh TARGET SECONDS: hunts for inputs that break a promise of that reader, from those in Corpus/TARGET.txt on.
# One that does is saved in .build-fuzz/TARGET, and nothing else is changed; else the corpus is brought up to date,
# with no more in it than what reaches every branch that was reached. FUZZ_KEEP=no leaves it as it is.
set -eu
cd "$(dirname "$0")/../.."
target=$1 seconds=$2
corpus=Tests/Fuzz/Corpus/$target.txt
work=.build-fuzz/$target
fuzz=.build-fuzz/release/fuzz
# It would start at the abort by which a broken promise is told, and stumbles over AddressSanitizer.
export SWIFT_BACKTRACE=enable=no
# Inputs have some kilobytes: 10 seconds are a hang, and 64 MiB in one piece were reserved by a count that lies.
limits="-timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=64"

# gold fails on libFuzzer's runtime, and dead stripping takes the counters of what was reached.
${SWIFT:-swift} build -c release --scratch-path .build-fuzz --product fuzz \
  -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld --disable-dead-strip

rm -rf "$work/seeds" "$work/kept"
mkdir -p "$work/seeds" "$work/found" "$work/kept"
# Foundation forgets a buffer for each empty file, which is none of the readers' leaks.
ASAN_OPTIONS=detect_leaks=0 "$fuzz" unpack "$corpus" "$work/seeds"
export FUZZ_TARGET="$target"
# shellcheck disable=SC2086
"$fuzz" $limits -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/" \
  "$work/found" "$work/seeds"
[ "${FUZZ_KEEP:-yes}" = yes ] || exit 0
# shellcheck disable=SC2086
"$fuzz" $limits -set_cover_merge=1 -use_counters=0 "$work/kept" "$work/seeds" "$work/found" 2>"$work/merge.log"
ASAN_OPTIONS=detect_leaks=0 "$fuzz" pack "$work/kept" "$corpus"
