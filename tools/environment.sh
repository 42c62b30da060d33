# Shell functions that make the environment; ./run and ./test read this file.
# shellcheck shell=bash

say() { printf '\033[36m▸\033[0m %s\n' "$*"; }
stop() { printf '\033[31m✗\033[0m %s\n' "$*" >&2; exit 1; }

# Where the environment and the data live: this folder, or RONGZHI_HOME.
prepare_home() {
  home=${RONGZHI_HOME:-$root}
  mkdir -p "$home" 2>/dev/null || true
  if ! touch "$home/.writable" 2>/dev/null; then
    stop "文件夹只读 / read-only folder: $home
  请指定可写文件夹 / name a folder that can be written: RONGZHI_HOME=\$HOME/rongzhi ./run"
  fi
  rm -f "$home/.writable"
}

# A Python of at least 3.11, never changed by us.
find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  stop "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed: apt-get install python3 python3-venv"
}

# Installs Debian packages when we may, or names them.
need_packages() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "安装系统软件包 / installing system packages: $*"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
  else
    stop "缺少系统软件包 / missing system packages: sudo apt-get install $*"
  fi
}

# Shows how many packages pip has taken: running on a terminal, once at the end in a log.
count_packages() {
  local count=0 line
  while read -r line; do
    case $line in Collecting*)
      count=$((count + 1))
      [ ! -t 1 ] || printf '\r  %d 个软件包 / packages' "$count" ;;
    esac
  done
  [ -t 1 ] && echo || echo "  $count 个软件包 / packages"
}

# make_python run|dev: the virtual environment with that pinned lock, remade only when the lock changed.
make_python() {
  local lock=$1 python stamp
  stamp=$(cat "$root/requirements/$lock.txt" "$root/requirements/build.txt" "$root/pyproject.toml" | sha256sum | cut -c1-16)
  [ "$(cat "$home/.venv/stamp-$lock" 2>/dev/null)" = "$stamp" ] && return
  python=$(find_python)
  if [ ! -x "$home/.venv/bin/pip" ]; then
    say "创建虚拟环境 / making the virtual environment (.venv)"
    "$python" -c 'import ensurepip' 2>/dev/null || need_packages python3-venv
    "$python" -m venv "$home/.venv" || stop "虚拟环境创建失败 / the virtual environment could not be made"
  fi
  say "安装 Python 软件包，首次约一分钟 / installing Python packages, about a minute the first time"
  "$home/.venv/bin/pip" install --disable-pip-version-check --require-hashes --progress-bar off \
    -r "$root/requirements/$lock.txt" -r "$root/requirements/build.txt" | count_packages \
    || stop "Python 软件包安装失败，请检查网络 / installing Python packages failed; check the network and try again"
  "$home/.venv/bin/pip" install -q --disable-pip-version-check --no-build-isolation --no-deps -e "$root"
  echo "$stamp" >"$home/.venv/stamp-$lock"
}

# The browser's libraries from the npm registry; without Node, npm comes from the Python registry.
make_node() {
  local npm=npm stamp
  stamp=$(sha256sum "$root/package-lock.json" | cut -c1-16)
  [ "$(cat "$home/node_modules/.stamp" 2>/dev/null)" = "$stamp" ] && return
  if ! command -v npm >/dev/null; then
    say "未找到 Node，改用 Python 软件源中的 Node / no Node found, taking it from the Python registry"
    "$home/.venv/bin/pip" install -q --disable-pip-version-check --require-hashes -r "$root/requirements/node.txt"
    npm=$home/.venv/bin/npm
    PATH=$home/.venv/bin:$PATH
  fi
  say "安装浏览器端库 / installing the browser libraries"
  [ "$home" = "$root" ] || cp "$root/package.json" "$root/package-lock.json" "$home/"
  "$npm" ci --prefix "$home" --no-audit --no-fund --loglevel=error >/dev/null \
    || stop "npm ci 失败，请检查网络 / npm ci failed; check the network and try again"
  echo "$stamp" >"$home/node_modules/.stamp"
}
