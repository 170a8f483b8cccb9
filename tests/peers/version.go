// API versions, and which members of a type came with which.
package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// "8.0.2.0" as numbers; missing ones count as 0.
type version [4]int

func parseVersion(text string) (version, error) {
	var v version
	parts := strings.Split(text, ".")
	if len(parts) > len(v) {
		return v, fmt.Errorf("%q is no API version", text)
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return v, fmt.Errorf("%q is no API version", text)
		}
		v[i] = n
	}
	return v, nil
}

func mustVersion(text string) version {
	v, err := parseVersion(text)
	if err != nil {
		panic(err)
	}
	return v
}

func (v version) less(other version) bool {
	for i := range v {
		if v[i] != other[i] {
			return v[i] < other[i]
		}
	}
	return false
}

// As vCenter writes it: "6.7" before 7.0, four numbers since.
func (v version) String() string {
	if v[0] >= 7 {
		return fmt.Sprintf("%d.%d.%d.%d", v[0], v[1], v[2], v[3])
	}
	text := fmt.Sprintf("%d.%d", v[0], v[1])
	if v[2] > 0 {
		text += fmt.Sprintf(".%d", v[2])
	}
	return text
}

// Members younger than 6.5. Source: "Since vSphere API" of Broadcom's reference, and the tags `vim` of govmomi's newer types.
var memberSince = map[string]version{
	"HostCapability.tpmVersion":                      mustVersion("6.7"),
	"HostCapability.txtEnabled":                      mustVersion("6.7"),
	"HostCapability.uefiSecureBoot":                  mustVersion("8.0.3.0"),
	"HostListSummary.tpmAttestation":                 mustVersion("6.7"),
	"HostListSummary.trustAuthorityAttestationInfos": mustVersion("7.0.1.0"),
	"HostRuntimeInfo.stateEncryption":                mustVersion("7.0.3.0"),
	"ComputeResource.lifecycleManaged":               mustVersion("7.0"),
	"ComputeResource.configManagerEnabled":           mustVersion("7.0.3.1"),
	"HostTpmEventDetails.dataHashMethod":             mustVersion("6.7"),
	"KmipClusterInfo.managementType":                 mustVersion("7.0"),
	"KmipClusterInfo.useAsEntityDefault":             mustVersion("7.0"),
	"KmipClusterInfo.hasBackup":                      mustVersion("7.0.2.0"),
	"KmipClusterInfo.tpmRequired":                    mustVersion("7.0.2.0"),
}

// Releases of the API, newest first, for vimServiceVersions.xml.
var releases = []string{"9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0", "8.0.0.1", "7.0.3.0", "7.0.2.0", "7.0.1.0", "7.0", "6.7.3",
	"6.7.2", "6.7.1", "6.7", "6.5", "6.0", "5.5", "5.1", "5.0"}

// What clients ask for before anything else.
func (v version) serviceVersions() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<namespaces version=\"1.0\"><namespace><name>urn:vim25</name>"+
		"<version>%s</version><priorVersions>", v)
	for _, release := range releases {
		if mustVersion(release).less(v) {
			fmt.Fprintf(&b, "<version>%s</version>", release)
		}
	}
	b.WriteString("</priorVersions></namespace></namespaces>")
	return b.String()
}

var soapAction = regexp.MustCompile(`urn:(?:internal)?vim25/([0-9.]+)`)

// The version a client speaks: that of its SOAPAction, but never more than the server's. What is younger does not exist for it.
func (v version) spokenBy(action string) version {
	if m := soapAction.FindStringSubmatch(action); m != nil {
		if asked, err := parseVersion(m[1]); err == nil && asked.less(v) {
			return asked
		}
	}
	return v
}
