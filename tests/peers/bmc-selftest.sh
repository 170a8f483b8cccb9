#!/usr/bin/env bash
# The BMC peer itself: what other tests rely on, proved by curl, and read by redfishtool and sushy, which are somebody else's clients.
# Exits 77 with a sentence when the peer cannot run here; a client that is not installed is named and left out.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd)
for tool in curl:curl openssl:openssl; do
	command -v "${tool%:*}" >/dev/null || { echo "bmc-selftest: ${tool%:*} is not installed (Debian: ${tool#*:}); the BMC peer is not tested by itself"; exit 77; }
done
[ -x /usr/bin/python3 ] || { echo "bmc-selftest: python3 is not installed; there is no BMC peer"; exit 77; }
dir=$(mktemp -d /tmp/ra-bmc-XXXXXX) || exit 1
failed=0 checks=0 hold='' pid='' name=
user=operator password=peer-secret-2 sessions=/redfish/v1/SessionService/Sessions
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR

bad() { echo "FAIL: $name: $*"; failed=1; }
stop() {
	[ -n "$hold" ] || return 0
	exec {hold}>&-
	hold=
	for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.05; done
	bad "the peer does not end with its input"
	kill "$pid"
}
leave() {
	stop
	rm -rf "$dir"
}
trap leave EXIT

# start NAME FLAG...: a peer; url is set.
start() {
	stop
	name=$1
	rm -f "$dir"/{hold,out,log,changes}
	mkfifo "$dir/hold"
	"$src/tests/peers/bmc-peer.py" -log "$dir/log" -mutations "$dir/changes" -cafile "$dir/ca.pem" "${@:2}" <"$dir/hold" >"$dir/out" 2>"$dir/err" &
	pid=$!
	exec {hold}>"$dir/hold"
	for _ in $(seq 400); do [ "$(wc -l <"$dir/out")" = 2 ] && break; sleep 0.05; done
	read -r url <"$dir/out" || { bad "does not start: $(cat "$dir/err")"; exit 1; }
}
# fetch PATH CURL-ARGUMENT...: `answer`, `status` and `heads`.
fetch() {
	: >"$dir/answer"
	status=$(curl -s --max-time 20 --noproxy '*' --cacert "$dir/ca.pem" -D "$dir/heads" -o "$dir/answer" -w '%{http_code}' "${@:2}" "$url$1")
	answer=$(tr -d '\0' <"$dir/answer")
	heads=$(tr -d '\r' <"$dir/heads" 2>/dev/null)
}
# is WHAT GOT WANTED
is() {
	checks=$((checks + 1))
	case $2 in *"$3"*) ;; *) bad "$1: $(head -c 300 <<<"$2"), expected $3" ;; esac
}
value_of() { sed -n "s/^$1: //Ip" <<<"$heads"; }

start protocol -shape dell
fetch /redfish/v1/
is "the root is open" "$status" 200
fetch /redfish/v1/Systems
is "the rest is not" "$status$answer" 401
is "and says why" "$answer" NoValidSession
fetch /redfish/v1/ -H 'Connection: close'
is "a client that wants the connection closed is told that it is" "$(value_of Connection)" close
fetch /redfish/v1/
is "others keep theirs" "<$(value_of Connection)>" '<>'
fetch "$sessions" -H 'Content-Type: application/json' -d "{\"UserName\":\"$user\",\"Password\":\"wrong\"}"
is "a wrong password" "$status" 401
fetch "$sessions" -H 'Content-Type: application/json' -d "{\"UserName\":\"$user\",\"Password\":\"$password\"}"
is "a session" "$status" 201
token=$(value_of X-Auth-Token) place=$(value_of Location)
is "has a place" "$place" "$sessions/1"
fetch /redfish/v1/Systems/System.Embedded.1 -H "X-Auth-Token: $token" -H 'Accept-Encoding: gzip' --compressed
is "opens the rest" "$answer" '"TPM2_0"'
is "which comes compressed" "$(value_of Content-Encoding)" gzip
tag=$(value_of ETag)
fetch /redfish/v1/Systems/System.Embedded.1 -H "X-Auth-Token: $token" -H "If-None-Match: $tag"
is "and has a tag" "$status" 304
fetch "$place" -X DELETE -H "X-Auth-Token: $token"
is "is ended" "$status" 204
fetch /redfish/v1/Systems -H "X-Auth-Token: $token"
is "and opens nothing more" "$status" 401
fetch /redfish/v1/Systems -u "$user:$password"
is "Basic is taken, too" "$status" 200
is "sessions are written down" "$(tr '\n' ' ' <"$dir/changes")" "wrong begun ended"

# Each maker's shape, read by others: the system by its links, whatever it is called, and Secure Boot.
check_redfishtool() {
	local got
	got=$(timeout 60 redfishtool -r "${url#https://}" -S Always -A "$2" -u "$user" -p "$password" Systems -F get 2>&1)
	is "redfishtool ($2)" "$got" "$1"
}
cat >"$dir/read.py" <<'END'
import sys
import sushy
from sushy import auth
url, user, password, how, ca = sys.argv[1:]
way = auth.BasicAuth(user, password) if how == "Basic" else auth.SessionAuth(user, password)
root = sushy.Sushy(url, auth=way, verify=ca)
system = root.get_system_collection().get_members()[0]
secure, manager = system.secure_boot, root.get_manager_collection().get_members()[0]
print(system.manufacturer, system.serial_number, system.power_state, secure.enabled, secure.current_boot, manager.firmware_version,
      len(system.bios.attributes))
if how != "Basic":
    way.close()
END
check_sushy() {
	local got
	got=$(timeout 60 /usr/bin/python3 -W ignore "$dir/read.py" "$url" "$user" "$password" "$2" "$dir/ca.pem" 2>&1 | tail -1)
	is "sushy ($2)" "$got" "$1"
}
has_sushy=false has_tool=false
/usr/bin/python3 -c 'import sushy' 2>/dev/null && has_sushy=true || echo "bmc-selftest: sushy is not installed (Debian: python3-sushy); it does not read the BMC peer"
command -v redfishtool >/dev/null && has_tool=true || echo "bmc-selftest: redfishtool is not installed (Debian: redfishtool); it does not read the BMC peer"
while IFS='|' read -r shape serial words; do
	start "$shape" -shape "$shape"
	if $has_tool; then
		check_redfishtool "\"SerialNumber\": \"$serial\"" Basic
		check_redfishtool "\"SerialNumber\": \"$serial\"" Session
	fi
	if $has_sushy; then
		check_sushy "$words" Basic
		check_sushy "$words" Session
	fi
	begun=$(grep -c begun "$dir/changes" 2>/dev/null) ended=$(grep -c ended "$dir/changes" 2>/dev/null)
	[ "${begun:-0}" = "${ended:-0}" ] || bad "others began $begun sessions and ended $ended"
done <<'END'
dell|CNTEST000000001|Dell Inc. CNTEST000000001 PowerState.ON True SecureBootCurrentBoot.ENABLED 6.00.30.00 11
hpe|TESTHPE001|HPE TESTHPE001 PowerState.ON True SecureBootCurrentBoot.ENABLED iLO 5 v2.72 11
lenovo|TESTLNV1|Lenovo TESTLNV1 PowerState.OFF False SecureBootCurrentBoot.DISABLED D8E126N 6
supermicro|TESTSMC001|Supermicro TESTSMC001 PowerState.ON False SecureBootCurrentBoot.DISABLED 01.03.19 5
cisco|TESTCSC0001|Cisco Systems Inc TESTCSC0001 PowerState.ON False SecureBootCurrentBoot.ENABLED 4.2(1c) 3
END

# Others change something: a setting that waits, the next boot, the power; each came once, and is seen by the next who reads.
cat >"$dir/change.py" <<'END'
import sys
import sushy
from sushy import auth
url, user, password, ca, name, value = sys.argv[1:]
system = sushy.Sushy(url, auth=auth.BasicAuth(user, password), verify=ca).get_system_collection().get_members()[0]
system.bios.set_attribute(name, value, apply_time=sushy.APPLY_TIME_ON_RESET if "Dell" in system.manufacturer else None)
system.set_system_boot_options(target=sushy.BOOT_SOURCE_TARGET_BIOS_SETUP, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
system.reset_system(sushy.RESET_GRACEFUL_RESTART)
system.refresh(force=True)
print(system.boot.get("target"), system.boot.get("enabled"))
END
while IFS='|' read -r shape setting value place; do
	if $has_sushy; then
		start "$shape-sushy" -shape "$shape" -delay 60000
		got=$(timeout 60 /usr/bin/python3 -W ignore "$dir/change.py" "$url" "$user" "$password" "$dir/ca.pem" "$setting" "$value" 2>&1 | tail -1)
		is "sushy changes" "$got" "BIOS_SETUP"
		is "sushy's changes came once" "$(grep -c '^change ' "$dir/changes")" 3
		fetch "$place" -u "$user:$password"
		is "what sushy set waits" "$answer" "\"$setting\": \"$value\""
	fi
	if $has_tool; then
		start "$shape-redfishtool" -shape "$shape" -delay 100
		tool=(timeout 60 redfishtool -r "${url#https://}" -S Always -A Basic -u "$user" -p "$password")
		got=$("${tool[@]}" Systems -F setBootOverride Once BiosSetup 2>&1)
		is "redfishtool sets the next boot ($got)" "$(grep -c '^change PATCH:' "$dir/changes")" 1
		got=$("${tool[@]}" Systems -F reset GracefulShutdown 2>&1)
		is "redfishtool switches off ($got)" "$(grep -c '^change POST:.*GracefulShutdown' "$dir/changes")" 1
		for _ in $(seq 100); do
			fetch "$(sed -n 's/^change POST:\(.*\)\/Actions.*/\1/p' "$dir/changes")" -u "$user:$password"
			case $answer in *'"PowerState": "Off"'*) break ;; esac
			sleep 0.05
		done
		is "and it is off" "$answer" '"PowerState": "Off"'
	fi
done <<'END'
dell|Tpm2Algorithm|SHA256|/redfish/v1/Systems/System.Embedded.1/Bios/Settings
hpe|TpmVisibility|Hidden|/redfish/v1/systems/1/bios/settings
END
start tags -shape hpe
patch=(-u "$user:$password" -X PATCH -H 'Content-Type: application/json' -d '{"Attributes":{"TpmVisibility":"Hidden"}}')
fetch /redfish/v1/systems/1/bios/settings "${patch[@]}" -H 'If-Match: W/"old"'
is "an old tag is refused" "$status" 412
fetch /redfish/v1/systems/1/bios/settings -u "$user:$password"
fetch /redfish/v1/systems/1/bios/settings "${patch[@]}" -H "If-Match: $(value_of ETag)"
is "the present one is taken" "$status" 200
start committed -shape dell
patch=(-u "$user:$password" -X PATCH -H 'Content-Type: application/json'
	-d '{"@Redfish.SettingsApplyTime":{"ApplyTime":"OnReset"},"Attributes":{"Tpm2Algorithm":"SHA256"}}')
fetch /redfish/v1/Systems/System.Embedded.1/Bios/Settings "${patch[@]}"
is "a job is made" "$status$(value_of Location)" 202/redfish/v1/Managers/iDRAC.Embedded.1/Oem/Dell/Jobs/JID_
job=$(value_of Location)
fetch "$job" -u "$user:$password"
is "it is new" "$answer" '"JobState": "New"'
fetch "$job" -u "$user:$password"
is "then scheduled" "$answer" 'Task successfully scheduled.'
fetch /redfish/v1/Systems/System.Embedded.1/Bios/Settings "${patch[@]}"
is "one job at a time" "$status$answer" "already committed"
stop
[ "$failed" = 0 ] || exit 1
echo "bmc-selftest: $checks checks passed"
