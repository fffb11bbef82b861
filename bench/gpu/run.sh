#!/usr/bin/env bash
# TensorRT on this machine's GPU, in steps of less than ten minutes each that go on where they stopped:
#   bench/gpu/run.sh alive    probe, then the plans of the embedded checkpoint
#   bench/gpu/run.sh right    its tokens against ONNX Runtime on 64 scenes: all the same in fp32, IoU in bf16
#   bench/gpu/run.sh weights  a PaliGemma of 3B, 224 px, with random bf16 weights (needs Python with torch and transformers)
#   bench/gpu/run.sh build    its plans in bf16, a batch at a time
#   bench/gpu/run.sh fast     a batch at a time: frames/s of TensorRT, then of transformers with static cache and torch.compile
#   bench/gpu/run.sh lanes    32 frames from one caller, then 16 from each of two, whose passes overlap
#   bench/gpu/run.sh all      the steps in order; those that are done are skipped
# On a machine without a build, unpack what bench/gpu/pack.sh made and set WATCHWORD_PACK to its folder.
# BATCHES (1,8,32,64) may name fewer: each batch is a step of its own. When a step's time is up, run the same again.
# TOKENIZER names the tokenizer.json of the 257k vocabulary (step weights). OUT holds state and results (./gpu-results).
set -euo pipefail
home="$(cd "$(dirname "$0")/../.." && pwd)"
out="${OUT:-$PWD/gpu-results}"
pack="${WATCHWORD_PACK:-}"
plans="$out/plans"
model3b="$out/model3b"
batches="${BATCHES:-1,8,32,64}"
mkdir -p "$out"

if [ -n "$pack" ]; then
  java="$pack/jre/bin/java"
  classpath="$(find "$pack/jars" -name '*.jar' | tr '\n' ':')"
  export LD_LIBRARY_PATH="$pack/libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
else
  "$home/watchword" build >&2
  JAVA_HOME="$("$home/watchword" jdk)"
  export JAVA_HOME
  (cd "$home" && mvn -B -q -Dquick -pl bench -am package >&2)
  java="$JAVA_HOME/bin/java"
  classpath="$home/bench/target/bench.jar:$(cat "$home/bench/target/classpath")"
fi
jvm() { "$java" --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true -Xmx8g -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
  -Dorg.bytedeco.javacpp.nopointergc=true -cp "$classpath" "$@"; }
watchword() { jvm dev.watchword.app.Main "$@"; }
checkpoint() { jvm dev.watchword.bench.Bench gpu-checkpoint "$out/demo" | tail -1; }

done_before() { [ -e "$out/$1.done" ] && echo "== $1: done before, see $out/$1.txt"; }
record() { # step, command...: prints and keeps what the command says
  local step="$1"
  shift
  echo "== $step: $*"
  { date -u +%FT%TZ; nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true; "$@"; } 2>&1 | tee "$out/$step.txt"
  touch "$out/$step.done"
}

alive() {
  done_before alive && return
  local demo
  demo="$(checkpoint)"
  record alive watchword model compile "$demo" --precision fp32 --batch 1,8 --plans "$plans"
}

right() {
  done_before right && return
  local demo
  demo="$(checkpoint)"
  right_both() {
    watchword model verify "$demo" --precision fp32 --batch 1,8 --plans "$plans" --frames 64 --agree 1
    watchword model verify "$demo" --precision bf16 --batch 1,8 --plans "$plans" --frames 64
  }
  record right right_both
}

weights() {
  done_before weights && return
  record weights python3 "$home/bench/gpu/baseline.py" weights "$model3b" "${TOKENIZER:?names the tokenizer.json of a PaliGemma checkpoint}"
}

build() {
  local batch
  for batch in ${batches//,/ }; do
    done_before "build-$batch" && continue
    record "build-$batch" watchword model compile "$model3b" --precision bf16 --batch "$batch" --plans "$plans"
  done
}

fast() {
  local batch
  fast_both() { # batch
    jvm dev.watchword.bench.Bench gpu "$model3b" "$plans" "$1"
    python3 "$home/bench/gpu/baseline.py" speed "$model3b" "$1"
  }
  for batch in ${batches//,/ }; do
    done_before "fast-$batch" && continue
    record "fast-$batch" fast_both "$batch"
  done
  grep -h '^|' "$out"/fast-*.txt
}

lanes() {
  done_before build-lanes || record build-lanes watchword model compile "$model3b" --precision bf16 --batch 16,32 --plans "$plans"
  done_before lanes && return
  lanes_both() {
    jvm dev.watchword.bench.Bench gpu "$model3b" "$plans" 16,32 1
    jvm dev.watchword.bench.Bench gpu "$model3b" "$plans" 16,32 2
  }
  record lanes lanes_both
}

case "${1:-all}" in
  alive | right | weights | build | fast | lanes) "$1" ;;
  all)
    alive
    right
    weights
    build
    fast
    lanes
    ;;
  *) sed -n 2,13p "$0" >&2; exit 2 ;;
esac
