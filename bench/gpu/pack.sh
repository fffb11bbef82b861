#!/usr/bin/env bash
# Packs what bench/gpu/run.sh needs on a machine with a GPU and without Java, Maven or a network:
#   bench/gpu/pack.sh DIR [LIBRARIES]
# DIR gets parts of at most PART MiB (45) with checksums and unpack.sh; LIBRARIES is a folder with libnvinfer and its companions, where
# the machine has none. Set TENSORRT and CUDA to the bindings' versions, for example 10.6-1.5.11 and 12.6-9.5-1.5.11.
set -euo pipefail
home="$(cd "$(dirname "$0")/../.." && pwd)"
target="${1:?names the folder for the parts}"
libraries="${2:-}"
versions=()
[ -z "${TENSORRT:-}" ] || versions+=("-Dtensorrt.version=$TENSORRT")
[ -z "${CUDA:-}" ] || versions+=("-Dcuda.version=$CUDA")
JAVA_HOME="$("$home/watchword" jdk)"
export JAVA_HOME
(cd "$home" && mvn -B -q -Dquick "${versions[@]}" -pl bench -am package)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/pack/jars" "$work/pack/libs" "$target"
cp "$home/bench/target/bench.jar" "$work/pack/jars/"
tr ':' '\n' < "$home/bench/target/classpath" | grep -vE 'duckdb|selenium|hadoop|parquet|rocksdb|ffmpeg-.*-linux' | xargs -I{} cp -n {} "$work/pack/jars/"
only() { # jar, pattern of files: leaves out other platforms' libraries
  local jar="$work/pack/jars/$1"
  mkdir "$work/jar"
  (cd "$work/jar" && "$JAVA_HOME/bin/jar" -xf "$jar" && find . -type f -path "$2" ! -path "$3" -delete && "$JAVA_HOME/bin/jar" -c0Mf "$jar" .)
  rm -r "$work/jar"
}
only "$(cd "$work/pack/jars" && ls onnxruntime-*.jar)" '*/native/*' '*/linux-x64/*'
only "$(cd "$work/pack/jars" && ls tokenizers-*.jar)" './native/lib/*/*' '*/linux-x86_64/*'
[ -z "$libraries" ] || cp -L "$libraries"/*.so* "$work/pack/libs/"
"$JAVA_HOME/bin/jlink" --output "$work/pack/jre" --strip-debug --no-header-files --no-man-pages \
  --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.security.sasl,java.sql,java.xml,jdk.unsupported,jdk.management
tar -C "$work" -cf - pack | xz -T2 -6 | split -b "${PART:-45}M" - "$target/pack.tar.xz."
(cd "$target" && sha256sum pack.tar.xz.* > pack.sha256)
cat > "$target/unpack.sh" <<'U'
#!/usr/bin/env bash
# Appends the parts that are here, checks them, and unpacks into the folder that is named.
set -euo pipefail
cd "$(dirname "$0")"
sha256sum -c --quiet pack.sha256
mkdir -p "$1"
cat pack.tar.xz.* | xz -d | tar -C "$1" -xf - --strip-components=1
U
chmod +x "$target/unpack.sh"
ls -l "$target"
