// esxcli through the API: an interface for VMware's own tools, as govc and PowerCLI use it. A method executer per host takes the
// name of a command, and answers with XML inside a text.
package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// What a command prints: a plain text, one structure, or a list of them. Members stand in the order of their names.
type cliOutput struct {
	text string
	kind string // of a plain text: string, boolean, long
	rows [][]cliMember
	list bool
}

type cliMember struct{ name, value string }

func plainOutput(text string) cliOutput { return cliOutput{text: text, kind: "string"} }

func structure(members ...cliMember) cliOutput { return cliOutput{rows: [][]cliMember{members}} }

func vib(name, version, vendor string) []cliMember {
	return []cliMember{{"AcceptanceLevel", "VMwareCertified"}, {"CreationDate", "2023-08-30"},
		{"ID", vendor + "_bootbank_" + name + "_" + version}, {"InstallDate", "2025-11-04"}, {"Name", name}, {"Platforms", "host"},
		{"Status", ""}, {"Vendor", vendor}, {"Version", version}}
}

func module(name string) []cliMember {
	return []cliMember{{"IsEnabled", "true"}, {"IsLoaded", "true"}, {"Name", name}}
}

var cliCommands = map[string]func(h *host) cliOutput{
	"system.version.get": func(h *host) cliOutput {
		product := h.props.Config.Product
		return structure(cliMember{"Build", "Releasebuild-" + product.Build}, cliMember{"Patch", "0"}, cliMember{"Product", product.Name},
			cliMember{"Update", product.Version[strings.LastIndexByte(product.Version, '.')+1:]}, cliMember{"Version", product.Version})
	},
	"software.acceptance.get": func(h *host) cliOutput { return plainOutput("PartnerSupported") },
	"software.vib.list": func(h *host) cliOutput {
		return cliOutput{list: true, rows: [][]cliMember{
			vib("bnxtnet", "226.0.155.0-1OEM.800.1.0.20613240", "BCM"), vib("esx-base", "8.0.2-0.0.22380479", "VMware"),
			vib("tpmdriver", "8.0.2-0.0.22380479", "VMware")}}
	},
	"hardware.trustedboot.get": func(h *host) cliOutput {
		return structure(cliMember{"DrtmEnabled", "false"}, cliMember{"TpmPresent", fmt.Sprint(*h.props.Capability.TpmSupported)})
	},
	"system.settings.encryption.get": func(h *host) cliOutput {
		sealing := h.props.Runtime.StateEncryption
		truth := func(b *bool) string { return fmt.Sprint(b != nil && *b) }
		return structure(cliMember{"Mode", strings.ToUpper(sealing.ProtectionMode)},
			cliMember{"RequireExecutablesOnlyFromInstalledVIBs", truth(sealing.RequireExecInstalledOnly)},
			cliMember{"RequireSecureBoot", truth(sealing.RequireSecureBoot)})
	},
	"system.settings.encryption.recovery.list": func(h *host) cliOutput {
		return cliOutput{list: true, rows: [][]cliMember{{
			{"Key", "478269-039194-473926-430939-686855-231401-642208-184477-602511-225586-551660-586542-338394-092578-687140-267425"},
			{"RecoveryID", "{2DDD5424-7F3F-406A-8DA8-D62630F6C8BC}"}}}}
	},
	"system.module.list": func(h *host) cliOutput {
		return cliOutput{list: true, rows: [][]cliMember{module("vmkernel"), module("bnxtnet"), module("tpmdriver")}}
	},
	"system.maintenanceMode.get": func(h *host) cliOutput {
		if h.props.Runtime.InMaintenanceMode {
			return plainOutput("Enabled")
		}
		return plainOutput("Disabled")
	},
}

// ReflectManagedMethodExecuterSoapResult is what an executer answers.
type ReflectManagedMethodExecuterSoapResult struct {
	Response string                                 `xml:"response,omitempty"`
	Fault    *ReflectManagedMethodExecuterSoapFault `xml:"fault,omitempty"`
}

// ReflectManagedMethodExecuterSoapFault is a fault inside an answer.
type ReflectManagedMethodExecuterSoapFault struct {
	FaultMsg    string `xml:"faultMsg"`
	FaultDetail string `xml:"faultDetail,omitempty"`
}

func methodExecuter(c *call, _ interface{}) (interface{}, *fault) {
	self := ref{Type: "ManagedMethodExecuter", Value: "ManagedMethodExecuter-" + strings.TrimPrefix(c.this.Value, "host-")}
	c.world.objects[self] = c.world.host(c.this)
	return self, nil
}

// The answer inside the answer.
func (o cliOutput) xml(method string, d dialect) string {
	e := &encoder{dialect: d}
	kind := "VimEsxCLI" + strings.ReplaceAll(method, ".", "")
	switch {
	case o.kind != "":
		kind = d.xsd + ":" + o.kind
	case o.list:
		kind = "ArrayOfDataObject"
	}
	fmt.Fprintf(e, `<obj xmlns="urn:vim25" xmlns:%s="%s" xmlns:%s="%s"%s>`, d.xsd, xsdNamespace, d.xsi, xsiNamespace, e.typed(kind))
	e.text(o.text)
	for _, row := range o.rows {
		if o.list {
			fmt.Fprintf(e, "<DataObject%s>", e.typed("VimEsxCLI"+strings.ReplaceAll(method, ".", "")))
		}
		for _, member := range row {
			e.leaf(member.name, "", member.value)
		}
		if o.list {
			e.WriteString("</DataObject>")
		}
	}
	e.WriteString("</obj>")
	return e.String()
}

func executeSoap(c *call, object interface{}) (interface{}, *fault) {
	h := object.(*host)
	if h.props.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
		return nil, notConnected()
	}
	d := dialects[c.answers%len(dialects)]
	method := strings.TrimPrefix(c.args.value("method"), "vim.EsxCLI.")
	words := strings.Split(method, ".")
	run := cliCommands[method]
	if run == nil || c.args.value("moid") != "ha-cli-handler-"+strings.Join(words[:len(words)-1], "-") {
		f := newFault(&types.NotFound{}, "The object or item referred to could not be found.")
		e := &encoder{dialect: d}
		e.any("fault", reflect.ValueOf(f.detail))
		return &ReflectManagedMethodExecuterSoapResult{Fault: &ReflectManagedMethodExecuterSoapFault{FaultMsg: f.message,
			FaultDetail: e.String()}}, nil
	}
	return &ReflectManagedMethodExecuterSoapResult{Response: run(h).xml(method, d)}, nil
}
