// Types of the schema that the library lacks, or whose members it lacks, and the properties of the managed objects the peer serves
// (tag `mo`). Names of Go types are names of the schema: encode.go takes them from here.
package main

import (
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// HostRuntimeInfoStateEncryptionInfo came with 7.0.3.0.
type HostRuntimeInfoStateEncryptionInfo struct {
	ProtectionMode           string `xml:"protectionMode"`
	RequireSecureBoot        *bool  `xml:"requireSecureBoot"`
	RequireExecInstalledOnly *bool  `xml:"requireExecInstalledOnly"`
}

// HostRuntimeInfo is the library's with the state of the sealing.
type HostRuntimeInfo struct {
	types.HostRuntimeInfo

	StateEncryption *HostRuntimeInfoStateEncryptionInfo `xml:"stateEncryption,omitempty"`
}

// HostCapability is the library's with what 8.0.3.0 brought.
type HostCapability struct {
	types.HostCapability

	UefiSecureBoot *bool `xml:"uefiSecureBoot"`
}

// HostListSummary refers to the above.
type HostListSummary struct {
	Host                           *ref                                      `xml:"host,omitempty"`
	Hardware                       *types.HostHardwareSummary                `xml:"hardware,omitempty"`
	Runtime                        *HostRuntimeInfo                          `xml:"runtime,omitempty"`
	Config                         types.HostConfigSummary                   `xml:"config"`
	QuickStats                     types.HostListSummaryQuickStats           `xml:"quickStats"`
	OverallStatus                  types.ManagedEntityStatus                 `xml:"overallStatus"`
	RebootRequired                 bool                                      `xml:"rebootRequired"`
	ManagementServerIp             string                                    `xml:"managementServerIp,omitempty"`
	TpmAttestation                 *types.HostTpmAttestationInfo             `xml:"tpmAttestation,omitempty"`
	TrustAuthorityAttestationInfos []types.HostTrustAuthorityAttestationInfo `xml:"trustAuthorityAttestationInfos,omitempty"`
}

// KmipClusterInfo is the library's with what 7.0.2.0 brought.
type KmipClusterInfo struct {
	ClusterId      types.KeyProviderId    `xml:"clusterId"`
	Servers        []types.KmipServerInfo `xml:"servers,omitempty"`
	UseAsDefault   bool                   `xml:"useAsDefault"`
	ManagementType string                 `xml:"managementType,omitempty"`
	HasBackup      *bool                  `xml:"hasBackup"`
	TpmRequired    *bool                  `xml:"tpmRequired"`
}

// Events of 7.0.2.0, 8.0.0.1 and 8.0.1.0.

// HostTpmNvTagEventDetails tells of an index in the TPM's own memory.
type HostTpmNvTagEventDetails struct {
	types.HostTpmBootSecurityOptionEventDetails
}

// HostTpmSignerEventDetails tells who signed what was started.
type HostTpmSignerEventDetails struct {
	types.HostTpmBootSecurityOptionEventDetails
}

// HostTpmBootCompleteEventDetails ends the start; it has no members of its own.
type HostTpmBootCompleteEventDetails struct {
	types.HostTpmEventDetails
}

// ManagedEntity is what the objects of the inventory have in common.
type ManagedEntity struct {
	Parent              *ref                      `mo:"parent"`
	OverallStatus       types.ManagedEntityStatus `mo:"overallStatus"`
	ConfigStatus        types.ManagedEntityStatus `mo:"configStatus"`
	Name                string                    `mo:"name"`
	DisabledMethod      []string                  `mo:"disabledMethod"`
	RecentTask          []ref                     `mo:"recentTask"`
	TriggeredAlarmState []types.AlarmState        `mo:"triggeredAlarmState"`
	DeclaredAlarmState  []types.AlarmState        `mo:"declaredAlarmState"`
}

// HostSystem is a host.
type HostSystem struct {
	ManagedEntity

	Runtime       *HostRuntimeInfo        `mo:"runtime"`
	Summary       HostListSummary         `mo:"summary"`
	Hardware      *types.HostHardwareInfo `mo:"hardware"`
	Capability    *HostCapability         `mo:"capability"`
	ConfigManager types.HostConfigManager `mo:"configManager"`
	Config        *types.HostConfigInfo   `mo:"config"`
	VM            []ref                   `mo:"vm"`
	Datastore     []ref                   `mo:"datastore"`
	Network       []ref                   `mo:"network"`
}

// HostServiceSystem starts and stops the services of a host.
type HostServiceSystem struct {
	ServiceInfo *types.HostServiceInfo `mo:"serviceInfo"`
}

// VirtualMachine is one.
type VirtualMachine struct {
	ManagedEntity

	Runtime types.VirtualMachineRuntimeInfo `mo:"runtime"`
	Guest   *types.GuestInfo                `mo:"guest"`
}

// ComputeResource holds one host, ClusterComputeResource many.
type ComputeResource struct {
	ManagedEntity

	Host                 []ref                               `mo:"host"`
	ConfigurationEx      types.BaseComputeResourceConfigInfo `mo:"configurationEx"`
	LifecycleManaged     *bool                               `mo:"lifecycleManaged"`
	ConfigManagerEnabled *bool                               `mo:"configManagerEnabled"`
}

// Folder holds what its children are.
type Folder struct {
	ManagedEntity

	ChildType   []string `mo:"childType"`
	ChildEntity []ref    `mo:"childEntity"`
}

// Datacenter has a folder for each kind.
type Datacenter struct {
	ManagedEntity

	HostFolder ref `mo:"hostFolder"`
	VMFolder   ref `mo:"vmFolder"`
}

// Alarm is a definition of one.
type Alarm struct {
	Info types.AlarmInfo `mo:"info"`
}

// CryptoManagerKmip knows the key providers.
type CryptoManagerKmip struct {
	Enabled     bool              `mo:"enabled"`
	KmipServers []KmipClusterInfo `mo:"kmipServers"`
}

// Task follows what was started.
type Task struct {
	Info types.TaskInfo `mo:"info"`
}

// TaskManager lists the tasks of the moment.
type TaskManager struct {
	RecentTask []ref `mo:"recentTask"`
}

// ContainerView is a list of objects below one.
type ContainerView struct {
	Container ref      `mo:"container"`
	Type      []string `mo:"type"`
	Recursive bool     `mo:"recursive"`
	View      []ref    `mo:"view"`
}

// SessionManager knows who is logged in.
type SessionManager struct {
	CurrentSession *types.UserSession `mo:"currentSession"`
	DefaultLocale  string             `mo:"defaultLocale"`
}

// Manager stands for the managers of which only methods are used.
type Manager struct{}

// Which type is a kind of which other.
var baseOf = map[string]string{
	"HostSystem": "ManagedEntity", "VirtualMachine": "ManagedEntity", "Folder": "ManagedEntity", "Datacenter": "ManagedEntity",
	"ComputeResource": "ManagedEntity", "ClusterComputeResource": "ComputeResource", "CryptoManagerKmip": "CryptoManager",
	"ContainerView": "ManagedObjectView", "ManagedObjectView": "View",
}

func isA(kind, asked string) bool {
	for ; kind != ""; kind = baseOf[kind] {
		if kind == asked {
			return true
		}
	}
	return false
}

func yes(value bool) *bool { return &value }

func at(t time.Time) *time.Time { return &t }
