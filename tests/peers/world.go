// The inventory: a vCenter with one cluster of hosts, or an ESXi host by itself.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

const alarmName = "Host TPM attestation alarm"

type world struct {
	*options
	objects     map[ref]interface{}
	hosts       []*host
	tasks       map[ref]*task
	taskCount   int
	taskManager *TaskManager
	content     types.ServiceContent
	crypto      *CryptoManagerKmip
	cluster     *types.ClusterConfigInfoEx // nil on ESXi
	root        *Folder
	vmFolder    ref
	vmCount     int
	denied      string // property nobody may read, with all below it
	touched     map[ref]bool
	late        bool // the answer to the call that is being answered comes late
	changes     *os.File
}

func newWorld(o *options) *world {
	w := &world{options: o, objects: map[ref]interface{}{}, tasks: map[ref]*task{}, taskManager: &TaskManager{}}
	w.objects[ref{Type: "ServiceInstance", Value: "ServiceInstance"}] = &Manager{}
	if o.esx {
		w.buildHostAgent()
	} else {
		w.buildVCenter()
	}
	return w
}

// The host of a reference. Out: nil when it is none.
func (w *world) host(r ref) *host {
	for _, h := range w.hosts {
		if h.self == r {
			return h
		}
	}
	return nil
}

// A manager under the name this kind of server gives it.
func (w *world) manager(kind, name string, object interface{}) *ref {
	r := ref{Type: kind, Value: name}
	w.objects[r] = object
	return &r
}

func (w *world) about(name, apiType, productLine string) types.AboutInfo {
	v := w.api
	text := fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
	return types.AboutInfo{Name: name, FullName: name + " " + text + " build-22385739", Vendor: "VMware, Inc.", Version: text,
		Build: "22385739", LocaleVersion: "INTL", LocaleBuild: "000", OsType: "linux-x64", ProductLineId: productLine, ApiType: apiType,
		ApiVersion: v.String(), InstanceUuid: "6e1f6d1b-0000-4c00-9a00-0000000000aa", LicenseProductName: name,
		LicenseProductVersion: fmt.Sprintf("%d.0", v[0])}
}

func (w *world) add(r ref, object interface{}) ref {
	w.objects[r] = object
	return r
}

func entity(name string, parent *ref) ManagedEntity {
	return ManagedEntity{Name: name, Parent: parent, OverallStatus: types.ManagedEntityStatusGreen,
		ConfigStatus: types.ManagedEntityStatusGreen}
}

// A datacenter with its two folders. Out: the folder of hosts and that of machines.
func (w *world) addDatacenter(name string, refs [3]string) (*Folder, ref) {
	self := ref{Type: "Datacenter", Value: refs[0]}
	hosts, machines := ref{Type: "Folder", Value: refs[1]}, ref{Type: "Folder", Value: refs[2]}
	rootRef := w.content.RootFolder
	folder := &Folder{ManagedEntity: entity("host", &self), ChildType: []string{"Folder", "ComputeResource"}}
	w.add(hosts, folder)
	w.add(machines, &Folder{ManagedEntity: entity("vm", &self), ChildType: []string{"Folder", "VirtualMachine", "VirtualApp"}})
	w.add(self, &Datacenter{ManagedEntity: entity(name, &rootRef), HostFolder: hosts, VMFolder: machines})
	w.root.ChildEntity = append(w.root.ChildEntity, self)
	return folder, machines
}

func (w *world) buildVCenter() {
	rootRef := ref{Type: "Folder", Value: "group-d1"}
	w.root = &Folder{ManagedEntity: entity("Datacenters", nil), ChildType: []string{"Folder", "Datacenter"}}
	w.add(rootRef, w.root)
	w.content = types.ServiceContent{
		RootFolder:        rootRef,
		PropertyCollector: *w.manager("PropertyCollector", "propertyCollector", &Manager{}),
		About:             w.about("VMware vCenter Server", "VirtualCenter", "vpx"),
		ViewManager:       w.manager("ViewManager", "ViewManager", &Manager{}),
		SessionManager:    w.manager("SessionManager", "SessionManager", &SessionManager{DefaultLocale: "en"}),
		AlarmManager:      w.manager("AlarmManager", "AlarmManager", &Manager{}),
		TaskManager:       w.manager("TaskManager", "TaskManager", w.taskManager),
		SearchIndex:       w.manager("SearchIndex", "SearchIndex", &Manager{}),
	}
	w.addKeyProviders("CryptoManager")
	w.addAlarm(rootRef)
	var folder *Folder
	folder, w.vmFolder = w.addDatacenter("dc-a", [3]string{"datacenter-3", "group-h5", "group-v4"})
	w.addCluster(folder)
}

func (w *world) addCluster(folder *Folder) {
	self := ref{Type: "ClusterComputeResource", Value: "domain-c8"}
	w.cluster = &types.ClusterConfigInfoEx{
		ComputeResourceConfigInfo: types.ComputeResourceConfigInfo{VmSwapPlacement: "vmDirectory"},
		DasConfig:                 types.ClusterDasConfigInfo{Enabled: yes(true)},
		DrsConfig:                 types.ClusterDrsConfigInfo{Enabled: yes(true), DefaultVmBehavior: types.DrsBehaviorFullyAutomated},
		VsanConfigInfo:            &types.VsanClusterConfigInfo{Enabled: yes(false)},
	}
	cluster := &ComputeResource{ManagedEntity: entity("prod-a", &ref{Type: "Folder", Value: "group-h5"}), ConfigurationEx: w.cluster,
		LifecycleManaged: yes(false), ConfigManagerEnabled: yes(false)}
	w.add(self, cluster)
	folder.ChildEntity = append(folder.ChildEntity, self)
	count := w.hostCount()
	for i := 1; i <= count; i++ {
		h := w.addHost(hostID{moref: fmt.Sprintf("host-%d", 1000+i), name: fmt.Sprintf("esx%02d", i), domain: "lab.example", number: i}, self)
		cluster.Host = append(cluster.Host, h.self)
		w.addMachines(h)
	}
}

// Scenario siblings is about four hosts at least.
func (w *world) hostCount() int {
	for _, name := range w.scenarios {
		if name == "siblings" && w.options.hosts < 4 {
			return 4
		}
	}
	return w.options.hosts
}

func (w *world) buildHostAgent() {
	rootRef := ref{Type: "Folder", Value: "ha-folder-root"}
	w.root = &Folder{ManagedEntity: entity("ha-folder-root", nil), ChildType: []string{"Datacenter"}}
	w.add(rootRef, w.root)
	w.content = types.ServiceContent{
		RootFolder:        rootRef,
		PropertyCollector: *w.manager("PropertyCollector", "ha-property-collector", &Manager{}),
		About:             w.about("VMware ESXi", "HostAgent", "embeddedEsx"),
		ViewManager:       w.manager("ViewManager", "ViewManager", &Manager{}),
		SessionManager:    w.manager("SessionManager", "ha-sessionmgr", &SessionManager{DefaultLocale: "en"}),
		TaskManager:       w.manager("TaskManager", "ha-taskmgr", w.taskManager),
		SearchIndex:       w.manager("SearchIndex", "ha-searchindex", &Manager{}),
	}
	var folder *Folder
	folder, w.vmFolder = w.addDatacenter("ha-datacenter", [3]string{"ha-datacenter", "ha-folder-host", "ha-folder-vm"})
	resourceRef := ref{Type: "ComputeResource", Value: "ha-compute-res"}
	h := w.addHost(hostID{moref: "ha-host", name: "esx01", domain: "lab.example", number: 1}, resourceRef)
	w.addComputeResource(resourceRef, h, folder, "ha-folder-host")
	w.addMachines(h)
}

// A host outside clusters has a resource of its own.
func (w *world) addComputeResource(self ref, h *host, folder *Folder, folderName string) {
	w.add(self, &ComputeResource{ManagedEntity: entity(h.props.Name, &ref{Type: "Folder", Value: folderName}), Host: []ref{h.self},
		ConfigurationEx: &types.ComputeResourceConfigInfo{VmSwapPlacement: "vmDirectory"}, LifecycleManaged: yes(false), ConfigManagerEnabled: yes(false)})
	folder.ChildEntity = append(folder.ChildEntity, self)
}

func (w *world) addKeyProviders(name string) {
	w.crypto = &CryptoManagerKmip{Enabled: true, KmipServers: []KmipClusterInfo{
		{ClusterId: types.KeyProviderId{Id: "native-lab"}, UseAsDefault: true, ManagementType: "nativeProvider", HasBackup: yes(true),
			TpmRequired: yes(true)},
		{ClusterId: types.KeyProviderId{Id: "kms-lab"}, ManagementType: "vCenter", Servers: []types.KmipServerInfo{
			{Name: "kms01", Address: keyServer, Port: 5696}}},
	}}
	w.content.CryptoManager = w.manager("CryptoManagerKmip", name, w.crypto)
}

func (w *world) addAlarm(root ref) {
	self := ref{Type: "Alarm", Value: "alarm-11"}
	w.add(self, &Alarm{Info: types.AlarmInfo{Key: "alarm-11", Alarm: self, Entity: root, LastModifiedTime: w.started(),
		AlarmSpec: types.AlarmSpec{Name: alarmName, SystemName: "alarm.HostTpmAttestationAlarm", Enabled: true,
			Description: "Default alarm to monitor the TPM attestation status of hosts",
			Expression:  &types.OrAlarmExpression{Expression: []types.BaseAlarmExpression{}}}}})
}

// noteChange tells of a call that changes something, as it comes in.
func (w *world) noteChange(c *call) {
	if w.changes == nil {
		return
	}
	words := []string{c.method, c.this.Value}
	for _, name := range []string{"id", "alarm", "entity", "timeout", "force"} {
		if value := c.args.value(name); value != "" {
			words = append(words, name+"="+value)
		}
	}
	fmt.Fprintln(w.changes, strings.Join(words, " "))
}

// newRead begins a call that reads; touch lets an object get on, once in each of them.
func (w *world) newRead() { w.touched = map[ref]bool{} }

func (w *world) touch(r ref) {
	if w.touched[r] {
		return
	}
	w.touched[r] = true
	if t := w.tasks[r]; t != nil {
		t.read()
	}
	if h := w.host(r); h != nil && h.down > 0 {
		if h.down--; h.down == 0 {
			w.booted(h)
		}
	}
}
