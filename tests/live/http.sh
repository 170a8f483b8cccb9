#!/bin/bash
# The HTTPS client against servers on the loopback (fake-https.py), with certificates made for this run.
# Exits 77 with a sentence when there is no openssl or python3 here.
set -u
src=${RA_SRCDIR:-.}/tests/live build=${RA_BUILDDIR:-.}/tests/live
command -v openssl >/dev/null || { echo "http: openssl is not installed; HTTPS is not tested"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "http: python3 is not installed; HTTPS is not tested"; exit 77; }
dir=$(mktemp -d /tmp/ra-http-XXXXXX) || exit 1
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT

# key NAME SUBJECT: a new key and a request for a certificate.
key() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "$2"
}
# signed NAME SAN OPTION...: a certificate of the authority.
signed() {
	printf 'subjectAltName=%s\n' "$2" >"$dir/$1.ext"
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -extfile "$dir/$1.ext" \
		-out "$dir/$1.crt" "${@:3}"
}
make_certificates() {
	key ca /CN=Authority && openssl x509 -req -in "$dir/ca.csr" -signkey "$dir/ca.key" -days 9 -out "$dir/ca.crt" \
		-extfile <(echo basicConstraints=critical,CA:true) || return
	for name in good self wrong expired old; do key $name "/O=Lab/CN=$name.test" || return; done
	signed good DNS:localhost,DNS:vc.inside.test,IP:127.0.0.1 -days 9 && signed old DNS:localhost,IP:127.0.0.1 -days 9 &&
		signed wrong DNS:other.test,IP:192.0.2.1 -days 9 || return
	: >"$dir/index" && mkdir "$dir/new" && openssl ca -config <(printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s\nnew_certs_dir=%s\n' \
		"$dir/index" "$dir/new"; printf 'policy=p\ndefault_md=sha256\nrand_serial=yes\n[p]\ncommonName=supplied\n') -batch \
		-cert "$dir/ca.crt" -keyfile "$dir/ca.key" -in "$dir/expired.csr" -extfile "$dir/good.ext" -startdate 20200101000000Z \
		-enddate 20210101000000Z -out "$dir/expired.crt" || return
	openssl x509 -req -in "$dir/self.csr" -signkey "$dir/self.key" -days 9 -extfile "$dir/good.ext" -out "$dir/self.crt" || return
	for name in good self wrong expired old; do cat "$dir/$name.crt" "$dir/$name.key" >"$dir/$name.pem"; done
}
make_certificates >"$dir/openssl.log" 2>&1 || { echo "http: no certificates:"; cat "$dir/openssl.log"; exit 1; }

mkfifo "$dir/hold"
/usr/bin/python3 "$src/fake-https.py" "$dir" <"$dir/hold" >"$dir/ports" 2>"$dir/err" &
server=$!
exec 9>"$dir/hold"
for _ in $(seq 400); do [ -s "$dir/ports" ] && break; sleep 0.05; done
[ -s "$dir/ports" ] || { echo "http: the server did not start: $(cat "$dir/err")"; exit 1; }

unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR
# Written by libcurl on its own if we let it.
export RA_LIVE_DIR=$dir HOME=$dir/home SSLKEYLOGFILE=$dir/keylog
mkdir "$dir/home"
"$build/test_http" 9>&- || exit 1
[ ! -s "$dir/keylog" ] || { echo "http: TLS keys were written down"; exit 1; }
