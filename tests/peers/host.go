// Hosts and the machines on them.
package main

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	hostVendor, hostModel = "Dell Inc.", "PowerEdge R750"
	biosVersion           = "1.12.1"
	dnsServer, keyServer  = "10.0.0.2", "10.0.0.200"
	rebootReads           = 3 // a host that restarts is not seen in so many reads of it
)

// What makes a host another one.
type hostID struct {
	moref, name, domain string
	number              int
}

// What is going to happen to it.
type plan struct {
	after          types.HostTpmAttestationInfoAcceptanceStatus // what a new attestation finds; "": none is made
	message        string
	reportFault    *fault
	reconnectFault *fault
	faultTolerant  bool
}

type host struct {
	self  ref
	props *HostSystem
	plan  plan
	down  int // reads until it has started again

	ekCertificate []byte // PEM, made when it is asked for
}

// Hosts have run for a day and some.
func (w *world) started() time.Time { return time.Now().Add(-26 * time.Hour).Truncate(time.Second) }

// The newest release of ESXi that a vCenter of this version takes. Numbers of builds are real ones.
func hostRelease(api version) (text, build string) {
	for _, release := range []struct{ since, text, build string }{
		{"8.0.2.0", "8.0.2", "22380479"}, {"7.0.1.0", "7.0.1", "16850804"}} {
		if !api.less(mustVersion(release.since)) {
			return release.text, release.build
		}
	}
	return "6.7.0", "10302608"
}

func hostProduct(api version) types.AboutInfo {
	text, build := hostRelease(api)
	return types.AboutInfo{Name: "VMware ESXi", FullName: "VMware ESXi " + text + " build-" + build, Vendor: "VMware, Inc.", Version: text,
		Build: build, LocaleVersion: "INTL", LocaleBuild: "000", OsType: "vmnix-x86", ProductLineId: "embeddedEsx", ApiType: "HostAgent",
		ApiVersion: mustVersion(text).String()}
}

func (id hostID) uuid() string { return fmt.Sprintf("4c4c4544-0000-1031-8031-%012x", id.number) }

func (id hostID) serial() string { return fmt.Sprintf("LAB%04d", id.number) }

func (id hostID) hardware() *types.HostHardwareInfo {
	return &types.HostHardwareInfo{
		SystemInfo: types.HostSystemInfo{Vendor: hostVendor, Model: hostModel, Uuid: id.uuid(), SerialNumber: id.serial()},
		CpuInfo:    types.HostCpuInfo{NumCpuPackages: 2, NumCpuCores: 32, NumCpuThreads: 64, Hz: 2600000000},
		MemorySize: 512 << 30,
		BiosInfo: &types.HostBIOSInfo{BiosVersion: biosVersion, Vendor: hostVendor,
			ReleaseDate: at(time.Date(2025, 3, 11, 0, 0, 0, 0, time.UTC))},
	}
}

func (id hostID) hardwareSummary() *types.HostHardwareSummary {
	tag := types.HostSystemIdentificationInfo{IdentifierValue: id.serial(), IdentifierType: &types.ElementDescription{
		Description: types.Description{Label: "Service tag", Summary: "Service tag of the system"}, Key: "ServiceTag"}}
	return &types.HostHardwareSummary{Vendor: hostVendor, Model: hostModel, Uuid: id.uuid(), MemorySize: 512 << 30,
		CpuModel: "Intel(R) Xeon(R) Gold 6348 CPU @ 2.60GHz", CpuMhz: 2593, NumCpuPkgs: 2, NumCpuCores: 32, NumCpuThreads: 64,
		NumNics: 4, NumHBAs: 2, OtherIdentifyingInfo: []types.HostSystemIdentificationInfo{tag}}
}

func (id hostID) network() *types.HostNetworkInfo {
	return &types.HostNetworkInfo{
		Vnic: []types.HostVirtualNic{{Device: "vmk0", Key: "key-vim.host.VirtualNic-vmk0", Portgroup: "Management Network",
			Spec: types.HostVirtualNicSpec{Ip: &types.HostIpConfig{IpAddress: address(id.number), SubnetMask: "255.255.0.0"},
				Mac: fmt.Sprintf("00:50:56:00:%02x:%02x", id.number>>8&255, id.number&255), Mtu: 1500}}},
		DnsConfig: &types.HostDnsConfig{HostName: id.name, DomainName: id.domain, Address: []string{dnsServer},
			SearchDomain: []string{id.domain}},
	}
}

func (id hostID) config(self *ref, product types.AboutInfo) *types.HostConfigInfo {
	return &types.HostConfigInfo{
		Host: *self, Product: product, AdminDisabled: yes(false), LockdownMode: types.HostLockdownModeLockdownDisabled,
		Network: id.network(), Service: serviceList(), Certificate: standaloneCertificate(id.name + "." + id.domain),
		DateTimeInfo: &types.HostDateTimeInfo{
			TimeZone:            types.HostDateTimeSystemTimeZone{Key: "UTC", Name: "UTC", Description: "UTC"},
			SystemClockProtocol: "ntp", NtpConfig: &types.HostNtpConfig{Server: []string{dnsServer}}},
		VsanHostConfig: &types.VsanHostConfigInfo{Enabled: yes(false), HostSystem: self,
			ClusterInfo: &types.VsanHostConfigInfoClusterInfo{}},
	}
}

func hostRuntime(boot time.Time) *HostRuntimeInfo {
	return &HostRuntimeInfo{
		HostRuntimeInfo: types.HostRuntimeInfo{ConnectionState: types.HostSystemConnectionStateConnected,
			PowerState: types.HostSystemPowerStatePoweredOn, InQuarantineMode: yes(false), BootTime: at(boot), CryptoState: "safe"},
		StateEncryption: &HostRuntimeInfoStateEncryptionInfo{ProtectionMode: "tpm", RequireSecureBoot: yes(true),
			RequireExecInstalledOnly: yes(false)},
	}
}

func hostCapability() *HostCapability {
	return &HostCapability{UefiSecureBoot: yes(true), HostCapability: types.HostCapability{RebootSupported: true,
		ShutdownSupported: true, VmotionSupported: true, MaintenanceModeSupported: true, TpmSupported: yes(true), TpmVersion: "2.0",
		TxtEnabled: yes(false), CryptoSupported: yes(true)}}
}

// A host that is well, and has been attested since it started.
func (w *world) addHost(id hostID, parent ref) *host {
	self := ref{Type: "HostSystem", Value: id.moref}
	boot, product := w.started(), hostProduct(w.api)
	name := id.name + "." + id.domain
	config, runtime := id.config(&self, product), hostRuntime(boot)
	services := ref{Type: "HostServiceSystem", Value: fmt.Sprintf("serviceSystem-%d", 1000+id.number)}
	if w.esx {
		services.Value = "serviceSystem"
	}
	w.add(services, &HostServiceSystem{config.Service})
	h := &host{self: self, plan: plan{after: types.HostTpmAttestationInfoAcceptanceStatusAccepted}}
	h.props = &HostSystem{
		ManagedEntity: entity(name, &parent),
		Runtime:       runtime,
		Capability:    hostCapability(),
		ConfigManager: types.HostConfigManager{ServiceSystem: &services},
		Hardware:      id.hardware(),
		Config:        config,
		Summary: HostListSummary{Host: &self, Hardware: id.hardwareSummary(), Runtime: runtime, ManagementServerIp: "127.0.0.1",
			Config:        types.HostConfigSummary{Name: name, Port: 443, Product: &config.Product, VmotionEnabled: true},
			OverallStatus: types.ManagedEntityStatusGreen},
	}
	if !w.esx { // ESXi itself knows of no attestation: that is vCenter's doing
		h.record(boot.Add(200 * time.Second))
	}
	if len(w.hosts) == 0 && w.options.address != "" {
		config.Network.Vnic[0].Spec.Ip.IpAddress = w.options.address
	}
	w.add(self, h.props)
	w.hosts = append(w.hosts, h)
	return h
}

// 10.0.0.11 is the first host's.
func address(number int) string {
	number += 10
	return fmt.Sprintf("10.0.%d.%d", number/250, number%250)
}

func serviceList() *types.HostServiceInfo {
	service := func(key, label string, running bool, policy string) types.HostService {
		return types.HostService{Key: key, Label: label, Running: running, Policy: policy, Ruleset: []string{key},
			SourcePackage: &types.HostServiceSourcePackage{SourcePackageName: "esx-base",
				Description: "This VIB contains all of the base functionality of vSphere ESXi."}}
	}
	return &types.HostServiceInfo{Service: []types.HostService{
		service("TSM", "ESXi Shell", false, "off"),
		service("TSM-SSH", "SSH", false, "off"),
		service("ntpd", "NTP Daemon", true, "on"),
		service("vpxa", "VMware vCenter Agent", true, "on"),
	}}
}

func (h *host) service(key string) *types.HostService {
	list := h.props.Config.Service.Service
	for i := range list {
		if list[i].Key == key {
			return &list[i]
		}
	}
	return nil
}

// record notes an attestation as its plan has it.
func (h *host) record(when time.Time) {
	h.props.Summary.TpmAttestation = nil
	if h.plan.after == "" {
		return
	}
	info := &types.HostTpmAttestationInfo{Time: when, Status: h.plan.after}
	if h.plan.after == types.HostTpmAttestationInfoAcceptanceStatusNotAccepted {
		info.Message = &types.LocalizableMessage{Key: "com.vmware.vim.vpxd.tpm.attestation.failed", Message: h.plan.message}
	}
	h.props.Summary.TpmAttestation = info
}

func (h *host) setStatus(status types.ManagedEntityStatus) {
	h.props.OverallStatus, h.props.Summary.OverallStatus = status, status
}

// attest makes a new record, and the alarm follows it.
func (w *world) attest(h *host) {
	if w.esx {
		return
	}
	h.record(time.Now())
	h.props.TriggeredAlarmState = nil
	h.setStatus(types.ManagedEntityStatusGreen)
	if h.plan.after == types.HostTpmAttestationInfoAcceptanceStatusNotAccepted {
		w.raiseAlarm(h, time.Now())
	}
}

func (w *world) raiseAlarm(h *host, when time.Time) {
	alarm := ref{Type: "Alarm", Value: "alarm-11"}
	h.props.TriggeredAlarmState = []types.AlarmState{{Key: alarm.Value + "." + h.self.Value, Entity: h.self, Alarm: alarm,
		OverallStatus: types.ManagedEntityStatusRed, Time: when, Acknowledged: yes(false), EventKey: 4711}}
	h.setStatus(types.ManagedEntityStatusRed)
}

// booted: it is seen again after a restart.
func (w *world) booted(h *host) {
	h.props.Runtime.BootTime = at(time.Now())
	h.props.Runtime.ConnectionState = types.HostSystemConnectionStateConnected
	w.attest(h)
}

// A machine on a host. Out: for scenarios that make more of it.
func (w *world) newMachine(h *host, name, ip string) *VirtualMachine {
	w.vmCount++
	self := ref{Type: "VirtualMachine", Value: fmt.Sprintf("vm-%d", 3000+w.vmCount)}
	if w.esx {
		self.Value = fmt.Sprint(w.vmCount)
	}
	vm := &VirtualMachine{ManagedEntity: entity(name, &w.vmFolder), Guest: &types.GuestInfo{GuestState: "running"},
		Runtime: types.VirtualMachineRuntimeInfo{Host: &h.self, ConnectionState: types.VirtualMachineConnectionStateConnected,
			PowerState:          types.VirtualMachinePowerStatePoweredOn,
			FaultToleranceState: types.VirtualMachineFaultToleranceStateNotConfigured}}
	if ip != "" {
		vm.Guest.IpAddress, vm.Guest.HostName = ip, name+".lab.example"
		vm.Guest.Net = []types.GuestNicInfo{{Network: "VM Network", IpAddress: []string{ip, "fe80::250:56ff:fe00:1"}, Connected: true,
			MacAddress: "00:50:56:00:00:01", DeviceConfigId: 4000}}
	}
	w.add(self, vm)
	h.props.VM = append(h.props.VM, self)
	folder := w.objects[w.vmFolder].(*Folder)
	folder.ChildEntity = append(folder.ChildEntity, self)
	return vm
}

// Those of -vms: each second is off, each third tells no address.
func (w *world) addMachines(h *host) {
	for n := 1; n <= w.vms; n++ {
		ip := fmt.Sprintf("10.1.%d.%d", len(w.hosts)%250, n%250)
		if n%3 == 0 {
			ip = ""
		}
		vm := w.newMachine(h, fmt.Sprintf("app%02d-%02d", len(w.hosts), n), ip)
		if n%2 == 0 {
			vm.Runtime.PowerState = types.VirtualMachinePowerStatePoweredOff
			vm.Guest = &types.GuestInfo{GuestState: "notRunning"}
		}
	}
}
