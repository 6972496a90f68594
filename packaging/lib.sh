# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What packaging/demo, packaging/run-tests and packaging/run-fuzz share. Sourced, not run.

say() { printf '\n==> %s\n' "$*"; }
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# The package names in the files packaging/packages-$1 packaging/packages-$2 ...
package_list() {
	local name
	for name in "$@"; do
		sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "packaging/packages-$name"
	done
}

missing_packages() {
	local package
	for package in $(package_list "$@"); do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			printf '%s\n' "$package"
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o APT::Update::Error-Mode=any \
		-o DPkg::Lock::Timeout=300 "$@"
}

# Installs packages, by a fresh index each time: a mirror that hiccups, or another program that holds the lock, is soon over.
apt_install() {
	local pause
	for pause in 5 15 45 90; do
		! apt_get update || ! apt_get --no-install-recommends install "$@" || return 0
		say "apt-get failed; again in $pause s"
		sleep "$pause"
	done
	apt_get update || say "the package lists could not be brought up to date"
	apt_get --no-install-recommends install "$@"
}

# Installs what is missing of the lists named, and says so; does nothing when nothing is. The services among them (snmpd,
# prometheus) are peers of the tests, which start their own: a policy-rc.d keeps the system's from starting meanwhile.
install_missing() {
	local missing policy=/usr/sbin/policy-rc.d policy_is_ours=no rc=0
	command -v dpkg-query >/dev/null ||
		die "this is not Debian: install the equivalents of $(package_list "$@" | tr '\n' ' ')by hand"
	missing=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
		die "as root, run: apt-get install --no-install-recommends $missing"
	say "installing $missing"
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
		policy_is_ours=yes
	fi
	# shellcheck disable=SC2086 # one word a package
	apt_install $missing || rc=$?
	[ "$policy_is_ours" = no ] || as_root rm -f "$policy"
	[ "$rc" -eq 0 ] || die "apt-get could not install $missing(exit $rc; its words are above)"
}

jobs_count() { nproc 2>/dev/null || echo 2; }

# Configures and builds the preset $1; further arguments go to the configuration.
build_preset() {
	local preset=$1
	shift
	say "building preset $preset"
	cmake --preset "$preset" "$@" >"build/$preset.log" 2>&1 || {
		cat "build/$preset.log" >&2
		printf '%s: the preset %s could not be configured\n' "${0##*/}" "$preset" >&2
		return 1
	}
	cmake --build "build/$preset" -j "$(jobs_count)"
}
