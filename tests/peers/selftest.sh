#!/usr/bin/env bash
# The vCenter peer itself: what other tests rely on, proved by curl and by pyvmomi, without a line of ours on the client's side.
# Exits 77 with a sentence when the peer cannot be built here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
peer=$build/tests/peers/vcenter-peer
for tool in curl:curl xmllint:libxml2-utils openssl:openssl; do
	command -v "${tool%:*}" >/dev/null ||
		{ echo "selftest: ${tool%:*} is not installed (Debian: ${tool#*:}); the peer is not tested by itself"; exit 77; }
done
"$src/tests/peers/build.sh" "$peer" || exit
dir=$(mktemp -d /tmp/ra-peer-XXXXXX) || exit 1
failed=0 checks=0 hold='' pid=
user=administrator@vsphere.local password=peer-secret-1

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

# start NAME [FLAG...]: a peer with this scenario; url, thumb and sdk are set.
start() {
	stop
	name=$1
	rm -f "$dir"/{hold,out,jar,log,changes,ca.pem}
	mkfifo "$dir/hold"
	"$peer" -scenario "$1" -log "$dir/log" -mutations "$dir/changes" -cafile "$dir/ca.pem" "${@:2}" <"$dir/hold" >"$dir/out" 2>"$dir/err" &
	pid=$!
	exec {hold}>"$dir/hold"
	for _ in $(seq 200); do [ "$(wc -l <"$dir/out")" = 2 ] && break; sleep 0.05; done
	{ read -r sdk; read -r _ thumb; } <"$dir/out" || { bad "does not start: $(cat "$dir/err")"; exit 1; }
	url=${sdk%/sdk}
}

# fetch CURL-ARGUMENT...: `answer` is the body, `status` the HTTP status, or 000 and curl's own exit in `rc`.
fetch() {
	status=$(curl -s --max-time 20 --noproxy '*' --cacert "$dir/ca.pem" -b "$dir/jar" -c "$dir/jar" -o "$dir/answer" -w '%{http_code}' "$@")
	rc=$?
	answer=$(cat "$dir/answer" 2>/dev/null)
	rm -f "$dir/answer"
}

# call METHOD TYPE ID [ARGUMENTS]: one SOAP call.
envelope() {
	printf '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
	printf '<e:Body><%s xmlns="urn:vim25"><_this type="%s">%s</_this>%s</%s></e:Body></e:Envelope>' "$1" "$2" "$3" "${4:-}" "$1"
}
call() {
	fetch -H 'Content-Type: text/xml; charset=utf-8' -H "SOAPAction: \"urn:vim25/${version:-8.0.3.0}\"" \
		--data-binary @- "$sdk" < <(envelope "$@")
}
login() {
	call Login SessionManager "${1:-SessionManager}" "<userName>$user</userName><password>$password</password>"
	wants 200 login "$returned/*[local-name()=\"key\"]" .
}

# Properties of one object: props TYPE ID PATH...
props() {
	local paths='' path
	for path in "${@:3}"; do paths+="<pathSet>$path</pathSet>"; done
	call RetrievePropertiesEx PropertyCollector "${collector:-propertyCollector}" \
		"<specSet><propSet><type>$1</type>$paths</propSet><objectSet><obj type=\"$1\">$2</obj></objectSet></specSet><options/>"
}

xpath() { xmllint --xpath "string($1)" - <<<"$answer" 2>&1; }
returned='//*[local-name()="returnval"]'
# wants STATUS WHAT [XPATH PATTERN]: the answer has that status, and the text of the path matches the pattern.
wants() {
	checks=$((checks + 1))
	[ "$status" = "$1" ] || { bad "$2: HTTP $status (curl $rc), expected $1: ${answer:0:400}"; return; }
	[ $# -gt 2 ] || return 0
	local text
	text=$(xpath "$3")
	grep -qE -- "$4" <<<"$text" || bad "$2: \"$text\" instead of $4: ${answer:0:400}"
}
# The value of a property, whatever prefix the server took.
value() { printf '//*[local-name()="propSet"][*[local-name()="name"]="%s"]/*[local-name()="val"]' "$1"; }
count() { printf 'count(//*[local-name()="%s"])' "$1"; }
xsi='@*[namespace-uri()="http://www.w3.org/2001/XMLSchema-instance" and local-name()="type"]'
fault() { printf '//*[local-name()="detail"]/*/%s' "$xsi"; }
task_fault="//*[local-name()=\"error\"]/*[local-name()=\"fault\"]/$xsi"
says() { checks=$((checks + 1)); grep -qF -- "$1" <<<"$answer" || bad "nothing says \"$1\": ${answer:0:400}"; }

# task METHOD [ARGUMENTS]: starts it on the first host and reads it to its end; its last `info` is in answer.
task() {
	call "$1" HostSystem host-1001 "${2:-}"
	wants 200 "$1" "$returned/@type" Task
	local id
	id=$(xpath "$returned")
	for _ in $(seq 20); do
		props Task "$id" info
		grep -qE '<state>(success|error)</state>' <<<"$answer" && return
	done
	bad "$1 does not end"
}
state() { # what pyvmomi sees; skipped where it is not installed
	/usr/bin/python3 -c 'import pyVim' 2>/dev/null || { answer=; return 1; }
	answer=$(timeout 60 "$src/tests/peers/read-state.py" "$sdk" "$user" "$password" esx01.lab.example 2>&1)
}

name=format
loose=$(gofmt -l "$src"/tests/peers/*.go) && [ -z "$loose" ] || bad "gofmt would change: $loose"

start failed -hosts 3 -vms 2 -api-version 8.0.3.0
call RetrieveServiceContent ServiceInstance ServiceInstance
wants 200 content '//*[local-name()="rootFolder"]' '^group-d1$'
call CurrentTime ServiceInstance ServiceInstance
wants 500 "before login" "$(fault)" '^NotAuthenticated$'
call Login SessionManager SessionManager "<userName>$user</userName><password>wrong</password>"
wants 500 "wrong password" "$(fault)" '^InvalidLogin$'
login
shown=$(openssl s_client -connect "${url#https://}" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256 2>/dev/null)
[ "${shown#*=}" = "$thumb" ] || bad "thumbprint: $shown, but says $thumb"
props HostSystem host-1001 name summary.tpmAttestation summary.runtime.stateEncryption triggeredAlarmState config.certificate \
	capability.uefiSecureBoot summary.trustAuthorityAttestationInfos
attestation=$(value summary.tpmAttestation)
wants 200 status "$attestation/*[local-name()=\"status\"]" '^notAccepted$'
wants 200 message "$attestation/*[local-name()=\"message\"]/*[local-name()=\"message\"]" '^Host secure boot was disabled$'
wants 200 sealing "$(value summary.runtime.stateEncryption)/*[local-name()=\"protectionMode\"]" '^tpm$'
wants 200 "Secure Boot" "$(value capability.uefiSecureBoot)" '^false$'
wants 200 alarm "$(value triggeredAlarmState)//*[local-name()=\"overallStatus\"]" '^red$'
wants 200 "unset members" "$(count missingSet)" '^0$'
pem=$(xmllint --xpath "$(value config.certificate)/*[local-name()=\"byte\"]/text()" - <<<"$answer" |
	LC_ALL=C awk '{ printf "%c", $1 }' | openssl x509 -noout -subject 2>&1)
[[ $pem == *esx01.lab.example* ]] || bad "config.certificate: $pem"
props HostSystem host-1001 name summary.noSuchThing
wants 500 "unknown path" "$(fault)" '^InvalidProperty$'
says '<name>summary.noSuchThing</name>'
version=7.0.1.0 props HostSystem host-1001 summary.runtime.stateEncryption
wants 500 "a path younger than the client" "$(fault)" '^InvalidProperty$'
call QueryTpmAttestationReport HostSystem host-1001
wants 200 report 'count(//*[local-name()="tpmPcrValues"])' '^24$'
wants 200 "bytes" '//*[local-name()="digestValue"][.<0]' '^-[0-9]+$'
wants 200 "kinds of events" '//*[local-name()="eventDetails"]/@*[local-name()="type" and .="HostTpmNvTagEventDetails"]' .
call QueryNothing HostSystem host-1001
wants 500 "unknown method" "$(fault)" '^MethodNotFound$'
call FindByUuid SearchIndex SearchIndex '<uuid>4C4C4544-0000-1031-8031-000000000002</uuid><vmSearch>false</vmSearch>'
wants 200 "by UUID" "$returned" '^host-1002$'
call FindAllByIp SearchIndex SearchIndex '<ip>10.0.0.13</ip><vmSearch>false</vmSearch>'
wants 200 "by address" "$returned" '^host-1003$'
call FindByDnsName SearchIndex SearchIndex '<dnsName>none.lab.example</dnsName><vmSearch>false</vmSearch>'
wants 200 "by a name of nobody" "$(count returnval)" '^0$'
call AcknowledgeAlarm AlarmManager AlarmManager '<alarm type="Alarm">alarm-11</alarm><entity type="HostSystem">host-1001</entity>'
wants 200 acknowledge
call StartService HostServiceSystem serviceSystem-1001 '<id>TSM-SSH</id>'
wants 200 "SSH on"
call StartService HostServiceSystem serviceSystem-1001 '<id>TSM-SSH</id>'
wants 500 "SSH on twice" "$(fault)" '^InvalidState$'
if state; then
	says '"alarms": [{"acknowledged": true, "name": "Host TPM attestation alarm", "status": "red"}]'
	says '"sshRunning": true'
	says '"tpmAttestation": "notAccepted"'
fi
[ "$(cat "$dir/changes")" = "AcknowledgeAlarm AlarmManager alarm=alarm-11 entity=host-1001
StartService serviceSystem-1001 id=TSM-SSH
StartService serviceSystem-1001 id=TSM-SSH" ] || bad "mutations: $(cat "$dir/changes")"
[ "$(grep -c ' Login ' "$dir/log")" -ge 2 ] && ! grep -qE "$password|wrong" "$dir/log" || bad "log: $(cat "$dir/log")"
call Logout SessionManager SessionManager
wants 200 logout
call CurrentTime ServiceInstance ServiceInstance
wants 500 "after logout" "$(fault)" '^NotAuthenticated$'

# Five hosts, two at a time: by a view, and by the way down from the root folder; then many objects at once and several types.
start passed -hosts 5 -page 2
login
call CreateContainerView ViewManager ViewManager \
	'<container type="Folder">group-d1</container><type>HostSystem</type><recursive>true</recursive>'
view=$(xpath "$returned")
hosts='<propSet><type>HostSystem</type><pathSet>name</pathSet></propSet>'
through() { # OBJECT SELECT: a first page, then the others; `total` objects came in `pages`
	call RetrievePropertiesEx PropertyCollector propertyCollector \
		"<specSet>$hosts<objectSet>$1<skip>true</skip>$2</objectSet></specSet><options>${3:-}</options>"
	total=0 pages=0
	while [ "$status" = 200 ]; do
		pages=$((pages + 1)) total=$((total + $(xpath "$(count objects)")))
		token=$(xpath '//*[local-name()="token"]')
		[ -n "$token" ] || break
		call ContinueRetrievePropertiesEx PropertyCollector propertyCollector "<token>$token</token>"
	done
}
step() {
	printf '<selectSet xsi:type="TraversalSpec"><name>%s</name><type>%s</type><path>%s</path><skip>false</skip>%s</selectSet>' "$@"
}
through "<obj type=\"ContainerView\">$view</obj>" "$(step v ContainerView view '')"
[ "$total in $pages" = "5 in 3" ] || bad "view: $total in $pages pages"
again='<selectSet><name>f</name></selectSet>'
down=$again$(step d Datacenter hostFolder "$again")$(step c ComputeResource host '')
through '<obj type="Folder">group-d1</obj>' "$(step f Folder childEntity "$down")" '<maxObjects>1</maxObjects>'
[ "$total in $pages" = "5 in 5" ] || bad "from the root: $total in $pages pages"
objects=$(printf '<objectSet><obj type="%s">%s</obj></objectSet>' HostSystem host-1001 HostSystem host-1002 \
	ClusterComputeResource domain-c8)
call RetrievePropertiesEx PropertyCollector propertyCollector \
	"<specSet>$hosts<propSet><type>ManagedEntity</type><pathSet>overallStatus</pathSet></propSet>$objects</specSet><options/>"
wants 200 "several objects and types" "concat($(count objects), ' ', $(count propSet))" '^2 4$'
token=$(xpath '//*[local-name()="token"]')
call CancelRetrievePropertiesEx PropertyCollector propertyCollector "<token>$token</token>"
wants 200 "cancel the rest"
call ContinueRetrievePropertiesEx PropertyCollector propertyCollector "<token>$token</token>"
wants 500 "a token that is gone" "$(fault)" '^InvalidArgument$'
call DestroyView ContainerView "$view"
wants 200 "destroy the view"
props ClusterComputeResource domain-c8 configurationEx.dasConfig.enabled configurationEx.drsConfig.enabled lifecycleManaged host
wants 200 cluster "$(count propSet)" '^4$'
props CryptoManagerKmip CryptoManager kmipServers
wants 200 "key providers" '//*[local-name()="KmipClusterInfo"][1]/*[local-name()="managementType"]' '^nativeProvider$'

start passed -badpath missing
login
props HostSystem host-1001 name summary.noSuchThing
missing='//*[local-name()="missingSet"]'
wants 200 "unknown path" "$missing/*[local-name()=\"path\"]" '^summary.noSuchThing$'
start nopermission
login
props HostSystem host-1001 name capability.tpmVersion
wants 200 "no permission" "$missing//*[local-name()=\"privilegeId\"]" '^System.Read$'
wants 200 "all else" "$(value name)" '^esx01'

# The whole way of a re-attestation, its tasks followed; then one that is given up in between.
start reconnect-cures,sshoff
login
task EnterMaintenanceMode_Task '<timeout>0</timeout><evacuatePoweredOffVms>false</evacuatePoweredOffVms>'
says '<state>success</state>'
task DisconnectHost_Task
says '<state>success</state>'
call QueryTpmAttestationReport HostSystem host-1001
wants 500 "report of a disconnected host" "$(fault)" '^HostNotConnected$'
state && says '"connectionState": "disconnected"'
task ReconnectHost_Task '<reconnectSpec><syncState>false</syncState></reconnectSpec>'
says '<state>success</state>'
state && says '"alarms": []' && says '"tpmAttestation": "accepted"' && says '"inMaintenanceMode": true'
task RebootHost_Task '<force>false</force>'
props HostSystem host-1001 runtime.connectionState
wants 200 "while it restarts" "$(value runtime.connectionState)" '^notResponding$'
for _ in 1 2 3; do props HostSystem host-1001 runtime.connectionState; done
wants 200 "after its restart" "$(value runtime.connectionState)" '^connected$'
task ExitMaintenanceMode_Task '<timeout>0</timeout>'
call EnterMaintenanceMode_Task HostSystem host-1001 '<timeout>0</timeout>'
id=$(xpath "$returned")
props Task "$id" info.state
wants 200 queued "$(value info.state)" '^queued$'
props Task "$id" info.state info.progress
wants 200 progress "$(value info.progress)" '^[1-9][0-9]$'
call CancelTask Task "$id"
wants 200 cancel
props Task "$id" info
wants 200 cancelled "$task_fault" '^RequestCanceled$'
state && says '"inMaintenanceMode": false'

# Ways it goes wrong.
for wrong in reconnect-needs-credentials:InvalidLogin agent-install:AgentInstallFailed; do
	start "${wrong%:*}"
	login
	task DisconnectHost_Task
	task ReconnectHost_Task
	wants 200 reconnect "$task_fault" "^${wrong#*:}\$"
	props HostSystem host-1001 runtime.connectionState
	wants 200 "is left" "$(value runtime.connectionState)" '^disconnected$'
done
start reconnect-fails-status
login
task DisconnectHost_Task
task ReconnectHost_Task
props HostSystem host-1001 summary.tpmAttestation.status
wants 200 "still fails" "$(value summary.tpmAttestation.status)" '^notAccepted$'
start ft
login
call DisconnectHost_Task HostSystem host-1001
wants 500 refused "$(fault)" '^CannotDisconnectHostWithFaultToleranceVm$'
start reportfault
login
call QueryTpmAttestationReport HostSystem host-1001
wants 500 report "$(fault)" '^NotSupported$'
for absent in norecord notpm; do
	start $absent
	login
	props HostSystem host-1001 summary.tpmAttestation
	wants 200 "no record" "$(count propSet)" '^0$'
done
start expire-once
login
props HostSystem host-1001 name
wants 200 "first read"
props HostSystem host-1001 name
wants 500 "second read" "$(fault)" '^NotAuthenticated$'
login
props HostSystem host-1001 name
props HostSystem host-1001 name
wants 200 "after a new login"
start expire-always
login
props HostSystem host-1001 name
wants 500 "each read" "$(fault)" '^NotAuthenticated$'
start ambiguous
login
call FindAllByDnsName SearchIndex SearchIndex '<dnsName>esx01</dnsName><vmSearch>false</vmSearch>'
wants 200 "two of a name" "$(count returnval)" '^2$'
start tasks
login
props HostSystem host-1001 recentTask
props Task "$(xpath '//*[local-name()="ManagedObjectReference"]')" info.state
wants 200 "a task of somebody else" "$(value info.state)" '^running$'
start selfhosted
login
props VirtualMachine vm-3001 guest.ipAddress runtime.powerState
wants 200 "vCenter itself" "$(value guest.ipAddress)" '^127\.0\.0\.1$'

# A row: scenario, host, property, what its text matches.
while read -r scenario host property pattern; do
	start "$scenario"
	login
	props HostSystem "$host" "$property"
	wants 200 "$property" "$(value "$property")" "$pattern"
done <<-'END'
	disconnected host-1001 runtime.connectionState ^disconnected$
	notresponding host-1001 runtime.connectionState ^notResponding$
	notpm host-1001 capability.tpmSupported ^false$
	lockdown host-1001 config.lockdownMode ^lockdownNormal$
	sshon host-1001 config.service TSM-SSHSSHfalsefalsetrue
	sshoff host-1001 config.service TSM-SSHSSHfalsefalsefalse
	vsan host-1001 config.vsanHostConfig.enabled ^true$
	trustauthority host-1001 summary.trustAuthorityAttestationInfos ^notAttested
	siblings host-1002 summary.tpmAttestation.status ^accepted$
	siblings host-1003 summary.tpmAttestation.status ^notAccepted$
	siblings host-1004 hardware.systemInfo.model R650$
	lockdown,failed,maintenance host-1001 runtime.inMaintenanceMode ^true$
END

# What a test wants of its own peer: an address, one answer that waits, the names of the sessions.
start reconnect-cures,late-disconnect -delay 400 -taskreads 1 -address 127.0.0.1 -sessions "$dir/ids"
login
[ "$(cat "$dir/ids")" = "$(sed -n 's/.*vmware_soap_session[[:space:]]*"\{0,1\}\([^"]*\).*/\1/p' "$dir/jar")" ] ||
	bad "sessions: $(cat "$dir/ids"); the client's: $(cat "$dir/jar")"
call FindAllByIp SearchIndex SearchIndex '<ip>127.0.0.1</ip><vmSearch>false</vmSearch>'
wants 200 "its own address" "$returned" '^host-1001$'
call DisconnectHost_Task HostSystem host-1001
id=$(xpath "$returned")
began=$(date +%s%N)
props Task "$id" info.state
wants 200 "told late" "$(value info.state)" '^success$'
[ $((($(date +%s%N) - began) / 1000000)) -ge 400 ] || bad "it is told at once"
began=$(date +%s%N)
props Task "$id" info.state
[ $((($(date +%s%N) - began) / 1000000)) -lt 400 ] || bad "told late twice"

# What servers and lines do.
start entitybomb
login
props HostSystem host-1001 name
wants 200 bomb
says '<!DOCTYPE bomb'
says '&e10;'
start malformed
login
props HostSystem host-1001 name
wants 200 malformed
! xmllint --noout - <<<"$answer" 2>/dev/null || bad "it is whole"
start huge
login
bytes=$(envelope RetrievePropertiesEx PropertyCollector propertyCollector |
	curl -s --max-time 20 --noproxy '*' --cacert "$dir/ca.pem" -b "$dir/jar" --data-binary @- "$sdk" | head -c 5000000 | wc -c)
[ "$bytes" = 5000000 ] || bad "it ends after $bytes bytes"
start drop -dropat 2
login
props HostSystem host-1001 name
[ $rc = 18 ] || bad "curl ends with $rc, not with a part of a file"
start slow -delay 400
began=$(date +%s%N)
login
[ $((($(date +%s%N) - began) / 1000000)) -ge 400 ] || bad "it answers at once"
start expired-cert
call RetrieveServiceContent ServiceInstance ServiceInstance
[ $rc = 60 ] || bad "curl ends with $rc, not with a certificate that does not verify"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mine -days 2 -keyout "$dir/key.pem" -out "$dir/cert.pem" \
	2>/dev/null || bad "no certificate can be made"
mine=$(openssl x509 -in "$dir/cert.pem" -noout -fingerprint -sha256)
start passed -tlscert "$dir/cert.pem" -tlskey "$dir/key.pem"
[ "$thumb" = "${mine#*=}" ] || bad "a certificate given to it: $thumb"

# esxcli, REST, ESXi.
start maintenance
login
call RetrieveManagedMethodExecuter HostSystem host-1001
executer=$(xpath "$returned")
esxcli() { # WORD...: the XML inside the answer is in answer
	local words="$*" space
	space=${words% *}
	call ExecuteSoap ManagedMethodExecuter "$executer" \
		"<moid>ha-cli-handler-${space// /-}</moid><version>urn:vim25/5.0</version><method>vim.EsxCLI.${words// /.}</method>"
	answer=$(xpath '//*[local-name()="response" or local-name()="faultMsg"]')
}
esxcli system version get
wants 200 structure '/*/*[local-name()="Version"]' '^8\.0\.2$'
esxcli software vib list
wants 200 list "$(count DataObject)" '^3$'
esxcli system maintenanceMode get
wants 200 text '/*' '^Enabled$'
for words in "software acceptance get" "hardware trustedboot get" "system settings encryption get" "system module list" \
	"system settings encryption recovery list"; do
	esxcli $words
	wants 200 "$words" '/*' .
done
esxcli system shutdown reboot
says "could not be found"
fetch -u "$user:wrong" -X POST "$url/api/session"
wants 401 "REST, wrong password"
fetch -u "$user:$password" -X POST "$url/api/session"
wants 201 "REST session"
rest=(-H "vmware-api-session-id: $(tr -d '"' <<<"$answer")")
fetch "$url/api/vcenter/trusted-infrastructure/hosts/host-1001/hardware/tpm"
wants 401 "REST without a session"
tpm=$url/api/vcenter/trusted-infrastructure/hosts/host-1001/hardware/tpm
fetch "${rest[@]}" "$tpm" && wants 200 TPMs && says '[{"tpm":"1","major_version":2,"minor_version":0,"active":true}]'
fetch "${rest[@]}" "$tpm/1" && wants 200 TPM && says '"algorithm":"SHA256"'
fetch "${rest[@]}" "$tpm/1/endorsement-keys" && wants 200 keys && says '[{"key":"ek-ecc","type":"ECC_NIST_P_256"}]'
fetch "${rest[@]}" "$tpm/1/endorsement-keys/ek-ecc" && wants 200 key && says 'BEGIN CERTIFICATE'
fetch "${rest[@]}" -X DELETE "$url/api/session" && wants 204 "REST logout"
fetch "${rest[@]}" "$tpm" && wants 401 "after REST logout"
start passed -api-version 6.7
login
version=6.7 props HostSystem host-1001 summary
wants 200 "6.7" "$(count trustAuthorityAttestationInfos)" '^0$'
fetch -u "$user:$password" -X POST "$url/api/session"
wants 404 "REST of 6.7"
start passed -esx
call RetrieveServiceContent ServiceInstance ServiceInstance
wants 200 "ESXi" '//*[local-name()="apiType"]' '^HostAgent$'
login ha-sessionmgr
collector=ha-property-collector props HostSystem ha-host name config.product.fullName
wants 200 "ESXi's host" "$(value name)" '^esx01.lab.example$'

# A line per request, and one that is refused has one, too.
start passed
call RetrieveServiceContent ServiceInstance ServiceInstance
call CurrentTime ServiceInstance ServiceInstance
login
[ "$(cut -d' ' -f1,2 "$dir/log" | tr '\n' ' ')" = "1 RetrieveServiceContent 2 CurrentTime 3 Login " ] || bad "log: $(cat "$dir/log")"
"$peer" -scenario nonsense </dev/null >"$dir/out" 2>&1 && bad "a scenario nobody knows is taken"

stop
echo "selftest: $checks checks"
exit $failed
