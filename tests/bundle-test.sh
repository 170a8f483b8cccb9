#!/usr/bin/env bash
# bundle-test.sh ARCHIVE - the archive of `./dev bundle` works in a root that holds busybox, glibc and nothing else: no
# network, no account, unpacked at a path with a space, by a user without rights. Exits 77 where no root can be entered.
set -u
archive=${1:?which archive?}
busybox=$(command -v busybox) || { echo "no busybox here"; exit 77; }
! ldd "$busybox" >/dev/null 2>&1 || { echo "busybox is not static; install busybox-static"; exit 77; }
work=$(mktemp -d)
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
root=$work/root
failed=0

mkdir -p "$root"/{bin,dev,etc,proc,tmp,"opt/a place",home/op}
cp "$busybox" "$root/bin/busybox"
for applet in sh ls cat; do ln -s busybox "$root/bin/$applet"; done
printf 'op:x:1000:1000::/home/op:/bin/sh\n' >"$root/etc/passwd"
tar -xzf "$archive" -C "$root/opt/a place" || exit 1
set -- "$root/opt/a place"/reattest-*/
program=/opt/a\ place/$(basename "$1")/bin/reattest

# glibc alone: the loader the program names, and the libraries of the C library itself.
loader=$(readelf -l "$root$program" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
mkdir -p "$root$(dirname "$loader")" "$root/lib"
cp -L "$loader" "$root$loader"
libc=$(dirname "$(ldd "$root$program" | awk '$1 == "libc.so.6" { print $3 }')")
for lib in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2; do
	cp -L "$libc/$lib" "$root/lib/" || exit 1
done

# enter COMMAND...: in that root, in namespaces without network. The loader asks /proc where the program stands.
own=-rnm
[ "$(id -u)" != 0 ] || own=-nm # root needs no user namespace, which a root of its own may not make
enter() {
	unshare $own sh -c 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"' "$root" "$@"
}
enter /bin/sh -c : || { echo "no namespaces of our own here"; exit 77; }

# run WANT TEXT ARG...: exit code WANT, TEXT in what it prints.
run() {
	local rc=0 out
	out=$(enter /bin/sh -c 'exec env -i HOME=/tmp TERM=dumb "$@"' sh "$program" "${@:3}" 2>&1 </dev/null) || rc=$?
	if [ "$rc" != "$1" ] || ! grep -qF -- "$2" <<<"$out"; then
		printf 'reattest %s: wanted exit %s and "%s", got %s and:\n%s\n' "${*:3}" "$1" "$2" "$rc" "$out"
		failed=1
	fi
}
ln -s busybox "$root/bin/env"
run 0 'reattest ' --version
run 0 secure-boot-off demo --list
run 10 secure-boot-off check --from demo:secure-boot-off
run 0 '"planes"' check --from demo:healthy --format json
[ "$failed" = 0 ] && echo "the archive runs alone: $(basename "$archive")"
exit "$failed"
