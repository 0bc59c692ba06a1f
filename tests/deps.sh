#!/bin/bash
# Installs the Debian packages that are the real peers of the tests. As root; services are kept from starting. When all
# are there it only looks. Anyone else is told what is missing.
set -euo pipefail

packages=(
  snmpd snmp snmptrapd           # agents, and the tools that tell what an agent says
  prometheus                     # scrapes us; promtool checks our rules; every panel's query is asked of it
  prometheus-alertmanager        # amtool checks our routing
  prometheus-snmp-exporter       # the peer of the benchmark
  prometheus-node-exporter       # a real agent on a PC
  prometheus-blackbox-exporter   # the peer of the checks of online systems
  cups-daemon cups-client        # a real print queue with a stuck job
  nut-server nut-client          # a UPS: the driver dummy-ups behind the real upsd
  libnss3-tools                  # certutil: its certificate
  chromium                       # reads our pages
  fonts-noto-color-emoji         # the marks of messages, in pictures and PDF; boxes without it
  iproute2 nftables              # cut links
  faketime                       # whole processes in other times
  strace                         # what the daemon writes and syncs, for the power cut
  systemd                        # systemd-analyze checks the unit
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=absent
  [ "$state" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "test-deps: missing Debian packages: ${missing[*]}" >&2
  echo "test-deps: run 'make test-deps' once as root" >&2
  exit 1
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT # also after a failure
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy" # 101: no service may be started by the installation
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install -y --no-install-recommends "${missing[@]}"
