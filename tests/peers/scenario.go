// Scenarios: what is the matter with the first host, or with the server.
package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

const secureBootOff = "Host secure boot was disabled"

type scenario struct {
	name, what string
	apply      func(w *world, h *host)
}

func scenarioList() []scenario {
	const accepted = types.HostTpmAttestationInfoAcceptanceStatusAccepted
	const notAccepted = types.HostTpmAttestationInfoAcceptanceStatusNotAccepted
	trick := func(set func(t *tricks)) func(w *world, h *host) {
		return func(w *world, _ *host) { set(&w.tricks) }
	}
	return []scenario{
		{"passed", "accepted, nothing wrong", func(*world, *host) {}},
		{"failed", "not accepted: " + secureBootOff, func(w *world, h *host) {
			fail(w, h, 200*time.Second)
			h.props.Capability.UefiSecureBoot = yes(false)
		}},
		{"norecord", "no attestation record", func(_ *world, h *host) {
			h.plan.after = ""
			h.props.Summary.TpmAttestation = nil
		}},
		{"notpm", "no TPM", withoutTPM},
		{"reportfault", "QueryTpmAttestationReport is not supported", func(_ *world, h *host) { h.plan.reportFault = notSupported() }},
		{"disconnected", "the host is disconnected", connection(types.HostSystemConnectionStateDisconnected)},
		{"notresponding", "the host does not respond", connection(types.HostSystemConnectionStateNotResponding)},
		{"reconnect-cures", "failed before its last start; a reconnect makes it accepted", func(w *world, h *host) {
			fail(w, h, -time.Hour)
			h.plan.after = accepted
		}},
		{"reconnect-fails-status", "failed before its last start, and fails again after a reconnect", func(w *world, h *host) {
			fail(w, h, -time.Hour)
			h.plan.after = notAccepted
		}},
		{"reconnect-needs-credentials", "a reconnect fails: InvalidLogin", func(w *world, h *host) {
			fail(w, h, -time.Hour)
			h.plan.reconnectFault = newFault(&types.InvalidLogin{},
				"Cannot complete login due to an incorrect user name or password.")
		}},
		{"ft", "a machine under Fault Tolerance; a disconnect is refused", func(w *world, h *host) {
			h.plan.faultTolerant = true
			w.newMachine(h, "ft01", "10.1.200.1").Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateRunning
		}},
		{"agent-install", "a reconnect fails: AgentInstallFailed", func(w *world, h *host) {
			fail(w, h, -time.Hour)
			h.plan.reconnectFault = newFault(&types.AgentInstallFailed{Reason: "AgentUploadFailed"},
				"Installation of the vCenter agent on the host failed.")
		}},
		{"expire-once", "the session ends after the first read of properties", trick(func(t *tricks) { t.expireOnce = true })},
		{"expire-always", "every read of properties finds the session ended", trick(func(t *tricks) { t.expireAlways = true })},
		{"expire-quietly", "every property of every read is missing: NotAuthenticated", trick(func(t *tricks) { t.expireQuietly = true })},
		{"rest-expires", "the first REST session ends at its first question", trick(func(t *tricks) { t.restExpires = true })},
		{"nopermission", "nobody may read capability.*", func(w *world, _ *host) { w.denied = "capability" }},
		{"nosearch", "nobody may search for all of an address", trick(func(t *tricks) { t.noSearch = true })},
		{"contact-lost", "a service is switched, and vCenter does not hear of it: HostCommunication", trick(func(t *tricks) { t.contactLost = true })},
		{"unnamed", "nobody may read what a task or an alarm is", func(w *world, _ *host) { w.denied = "info" }},
		{"slow", "each answer after -delay ms", trick(func(t *tricks) { t.slow = true })},
		{"late-disconnect", "the answer that tells that the host is disconnected comes after -delay ms",
			trick(func(t *tricks) { t.lateDisconnect = true })},
		{"cancelable", "every task may be cancelled", trick(func(t *tricks) { t.cancelable = true })},
		{"drop", "the connection breaks in the middle of answer -dropat", trick(func(t *tricks) { t.drop = true })},
		{"malformed", "the XML of -trickon is cut", trick(func(t *tricks) { t.body = malformed })},
		{"entitybomb", "the answer of -trickon has a DOCTYPE with entities", trick(func(t *tricks) { t.body = entityBomb })},
		{"huge", "the answer of -trickon does not end", trick(func(t *tricks) { t.endless = true })},
		{"flood", "the answer of -trickon has many properties nobody asked for", trick(func(t *tricks) { t.body = flood })},
		{"elements", "the answer of -trickon has millions of elements", trick(func(t *tricks) { t.body = elements })},
		{"longtoken", "the answer of -trickon has a token of 4000 bytes", trick(func(t *tricks) { t.body = longToken })},
		{"endless-pages", "behind every page there is another", trick(func(t *tricks) { t.endlessPages = true })},
		{"lockdown", "lockdown mode", func(_ *world, h *host) {
			h.props.Config.LockdownMode, h.props.Config.AdminDisabled = types.HostLockdownModeLockdownNormal, yes(true)
		}},
		{"sshon", "SSH runs", func(_ *world, h *host) { h.service("TSM-SSH").Running = true }},
		{"sshoff", "SSH does not run", func(_ *world, h *host) { h.service("TSM-SSH").Running = false }},
		{"maintenance", "maintenance mode", func(_ *world, h *host) { h.props.Runtime.InMaintenanceMode = true }},
		{"vsan", "the cluster has vSAN", withVSAN},
		{"tasks", "a task that does not end runs on the host", func(w *world, h *host) {
			t := w.newTask(h, "CreateSnapshot", true, nil)
			t.needed = 0
			t.read()
		}},
		{"siblings", "four hosts: two more of its model, one accepted, one not; one of another model", siblings},
		{"onemodel", "the first half of the hosts is of one model and failed, the other half is of another and passed", oneModel},
		{"trustauthority", "vSphere Trust Authority attests, too", trustAuthority},
		{"selfhosted", "vCenter (127.0.0.1), a key server and a DNS server run on the host", func(w *world, h *host) {
			w.newMachine(h, "vcsa", "127.0.0.1")
			w.newMachine(h, "kms01", keyServer)
			w.newMachine(h, "dns01", dnsServer)
		}},
		{"ambiguous", "another datacenter has a host of the same DNS name", ambiguous},
		{"expired-cert", "the server's certificate is out of date", trick(func(t *tricks) { t.expired = true })},
	}
}

func scenarioHelp() string {
	var b strings.Builder
	for _, s := range scenarioList() {
		fmt.Fprintf(&b, "%-28s %s\n", s.name, s.what)
	}
	return b.String()
}

func applyScenarios(o *options, w *world) error {
	for _, name := range o.scenarios {
		found := false
		for _, s := range scenarioList() {
			if s.name == name {
				s.apply(w, w.hosts[0])
				found = true
			}
		}
		if !found {
			return fmt.Errorf("no scenario is called %q", name)
		}
	}
	return nil
}

// fail: the attestation failed so long after the host's start (before it, when negative), and the alarm is up.
func fail(w *world, h *host, after time.Duration) {
	h.plan.after, h.plan.message = types.HostTpmAttestationInfoAcceptanceStatusNotAccepted, secureBootOff
	if w.esx {
		return
	}
	when := h.props.Runtime.BootTime.Add(after)
	h.record(when)
	w.raiseAlarm(h, when)
}

func connection(state types.HostSystemConnectionState) func(*world, *host) {
	return func(_ *world, h *host) { h.props.Runtime.ConnectionState = state }
}

func withoutTPM(_ *world, h *host) {
	h.plan.after = ""
	h.plan.reportFault = notSupported()
	h.props.Summary.TpmAttestation = nil
	h.props.Capability.TpmSupported, h.props.Capability.TpmVersion = yes(false), ""
	h.props.Runtime.StateEncryption = &HostRuntimeInfoStateEncryptionInfo{ProtectionMode: "none"}
}

func withVSAN(w *world, _ *host) {
	const cluster = "52a1c4d2-0000-4e00-8c00-000000000001"
	for _, h := range w.hosts {
		h.props.Config.VsanHostConfig.Enabled = yes(true)
		h.props.Config.VsanHostConfig.ClusterInfo = &types.VsanHostConfigInfoClusterInfo{Uuid: cluster, NodeUuid: newID()}
	}
	if w.cluster != nil {
		w.cluster.VsanConfigInfo = &types.VsanClusterConfigInfo{Enabled: yes(true),
			DefaultConfig: &types.VsanClusterConfigInfoHostDefaultInfo{Uuid: cluster}}
	}
}

func siblings(w *world, _ *host) {
	if w.esx {
		return
	}
	other := w.hosts[2]
	fail(w, other, 200*time.Second)
	other.props.Hardware.BiosInfo.BiosVersion = "1.10.2"
	other.props.Capability.UefiSecureBoot = yes(false)
	w.hosts[3].props.Hardware.SystemInfo.Model = "PowerEdge R650"
	w.hosts[3].props.Summary.Hardware.Model = "PowerEdge R650"
}

func oneModel(w *world, _ *host) {
	for _, h := range w.hosts[:len(w.hosts)/2] {
		fail(w, h, 200*time.Second)
		h.props.Capability.UefiSecureBoot = yes(false)
		h.props.Hardware.BiosInfo.BiosVersion = "1.6.5"
		h.props.Hardware.SystemInfo.Model = "PowerEdge R650"
		h.props.Summary.Hardware.Model = "PowerEdge R650"
	}
}

func trustAuthority(w *world, h *host) {
	now := time.Now()
	h.props.Summary.TrustAuthorityAttestationInfos = []types.HostTrustAuthorityAttestationInfo{{AttestationStatus: "notAttested",
		ServiceId: "attest-lab", AttestedAt: at(now.Add(-time.Hour)), AttestedUntil: at(now.Add(7 * time.Hour)),
		Messages: []types.LocalizableMessage{{Key: "com.vmware.esx.attestation.failed", Message: "The quote was not accepted."}}}}
	if w.crypto != nil {
		w.crypto.KmipServers = append(w.crypto.KmipServers, KmipClusterInfo{ClusterId: types.KeyProviderId{Id: "trusted-lab"},
			ManagementType: "trustAuthority"})
	}
}

func ambiguous(w *world, _ *host) {
	if w.esx {
		return
	}
	folder, _ := w.addDatacenter("dc-b", [3]string{"datacenter-21", "group-h23", "group-v24"})
	resource := ref{Type: "ComputeResource", Value: "domain-s25"}
	h := w.addHost(hostID{moref: "host-9001", name: "esx01", domain: "dr.example", number: 8001}, resource)
	w.addComputeResource(resource, h, folder, "group-h23")
}
