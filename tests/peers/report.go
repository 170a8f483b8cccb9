// The attestation report: an event log as ESXi writes it, and the registers that come of it.
package main

import (
	"crypto/sha256"

	"github.com/vmware/govmomi/vim25/types"
)

// The rows of the log. Names of modules are real ones, what is measured of them is not.
func events(h *host, api version) []types.HostTpmEventLogEntry {
	details := func(measured string) types.HostTpmEventDetails {
		sum := sha256.Sum256([]byte(measured))
		return types.HostTpmEventDetails{DataHash: sum[:], DataHashMethod: "SHA256"}
	}
	var log []types.HostTpmEventLogEntry
	add := func(pcr int32, event types.BaseHostTpmEventDetails) {
		log = append(log, types.HostTpmEventLogEntry{PcrIndex: pcr, EventDetails: event})
	}
	component := func(pcr int32, name, vib, version, vendor string) {
		add(pcr, &types.HostTpmSoftwareComponentEventDetails{HostTpmEventDetails: details(name + version), ComponentName: name,
			VibName: vib, VibVersion: version, VibVendor: vendor})
	}
	option := func(text string) types.HostTpmBootSecurityOptionEventDetails {
		return types.HostTpmBootSecurityOptionEventDetails{HostTpmEventDetails: details(text + "\x00"), BootSecurityOption: text}
	}
	secure := "uefiSecureBootEnabled = TRUE"
	if !*h.props.Capability.UefiSecureBoot {
		secure = "uefiSecureBootEnabled = FALSE"
	}
	const base = "8.0.2-0.0.22380479"
	component(19, "b.b00", "esx-base", base, "VMware")
	component(19, "k.b00", "esx-base", base, "VMware")
	component(19, "sb.v00", "esx-base", base, "VMware")
	add(21, &types.HostTpmCommandEventDetails{HostTpmEventDetails: details("no-auto-partition"), CommandLine: "no-auto-partition bootUUID=0"})
	component(20, "tpmdrive.v00", "tpmdriver", base, "VMware")
	component(20, "bnxtnet.v00", "bnxtnet", "226.0.155.0-1OEM.800.1.0.20613240", "BCM")
	component(20, "imgdb.tgz", "", "", "")
	component(20, "state.tgz", "", "", "")
	add(21, &types.HostTpmOptionEventDetails{HostTpmEventDetails: details("\n"), OptionsFileName: "useropts.gz", BootOptions: []byte("\n")})
	execInstalled, secureOption := option("execInstalledOnly = FALSE"), option(secure)
	add(21, &execInstalled)
	add(21, &secureOption)
	if !api.less(mustVersion("7.0.2.0")) {
		add(22, &HostTpmNvTagEventDetails{option("tag 1 = 00000000")})
	}
	if !api.less(mustVersion("8.0.0.1")) {
		add(22, &HostTpmSignerEventDetails{option("signer = VMware Secure Boot Signing")})
	}
	if !api.less(mustVersion("8.0.1.0")) {
		add(22, &HostTpmBootCompleteEventDetails{details("Boot Complete\x00")})
	}
	return log
}

// replay is what a TPM does with the log: each register starts from zeros and takes in one hash after another.
func replay(log []types.HostTpmEventLogEntry) []types.HostTpmDigestInfo {
	registers := make([][sha256.Size]byte, 24)
	for _, entry := range log {
		pcr := entry.PcrIndex
		hash := entry.EventDetails.GetHostTpmEventDetails().DataHash
		registers[pcr] = sha256.Sum256(append(registers[pcr][:], hash...))
	}
	var values []types.HostTpmDigestInfo
	for i := range registers {
		values = append(values, types.HostTpmDigestInfo{PcrNumber: int32(i),
			HostDigestInfo: types.HostDigestInfo{DigestMethod: "SHA256", DigestValue: registers[i][:]}})
	}
	return values
}

func queryReport(c *call, _ interface{}) (interface{}, *fault) {
	h := c.world.host(c.this)
	switch {
	case c.esx:
		return nil, notSupported()
	case c.unlessConnected() != nil:
		return nil, notConnected()
	case h.plan.reportFault != nil:
		return nil, h.plan.reportFault
	}
	log := events(h, c.api)
	return &types.HostTpmAttestationReport{TpmPcrValues: replay(log), TpmEvents: log, TpmLogReliable: true}, nil
}
