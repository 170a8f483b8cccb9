// The REST part, by the schemas Broadcom documents (vSphere Automation API: Session; Trusted Infrastructure, Hosts, Hardware, Tpm).
package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

type tpmSummary struct {
	TPM          string `json:"tpm"`
	MajorVersion int    `json:"major_version"`
	MinorVersion int    `json:"minor_version"`
	Active       bool   `json:"active"`
}

type pcrBank struct {
	Algorithm string            `json:"algorithm"`
	PCRs      map[string]string `json:"pcrs"`
}

type tpmInfo struct {
	MajorVersion    int       `json:"major_version"`
	MinorVersion    int       `json:"minor_version"`
	Active          bool      `json:"active"`
	Manufacturer    string    `json:"manufacturer"`
	Model           string    `json:"model"`
	FirmwareVersion string    `json:"firmware_version"`
	Banks           []pcrBank `json:"banks"`
}

type keySummary struct {
	Key  string `json:"key"`
	Type string `json:"type"`
}

type keyInfo struct {
	Type                       string `json:"type"`
	PublicArea                 string `json:"public_area"`
	Name                       string `json:"name"`
	QualifiedName              string `json:"qualified_name"`
	PublicKey                  string `json:"public_key"`
	Certificate                string `json:"certificate,omitempty"`
	ManufacturerCertificateURI string `json:"manufacturer_certificate_uri,omitempty"`
}

const (
	tpmID = "1"
	keyID = "ek-ecc"
)

func (a *reply) json(status int, value interface{}) {
	a.status = status
	a.header.Set("Content-Type", "application/json")
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // all values are of this file
	}
	a.body = text
}

// An error as vAPI words it.
func (a *reply) failure(status int, kind, message string) {
	a.json(status, map[string]interface{}{"error_type": kind, "messages": []map[string]interface{}{
		{"args": []string{}, "default_message": message, "id": "com.vmware.vapi.std.errors." + strings.ToLower(kind)}}})
}

func (s *server) rest(a *reply, r *http.Request) {
	id := r.Header.Get("vmware-api-session-id")
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	if s.tricks.restExpires && !s.restExpired && r.Method == http.MethodGet {
		s.restExpired = true
		delete(s.sessions, id)
	}
	switch {
	case s.esx || s.api.less(mustVersion("7.0.2.0")):
		a.status = http.StatusNotFound
	case r.URL.Path == "/api/session" && r.Method == http.MethodPost:
		if id = s.restLogin(r); id == "" {
			a.failure(http.StatusUnauthorized, "UNAUTHENTICATED", "Authentication required.")
			return
		}
		a.header.Set("Set-Cookie", "vmware-api-session-id="+id+"; Path=/api; HttpOnly; Secure")
		a.json(http.StatusCreated, id)
	case s.sessions[id] == nil:
		a.failure(http.StatusUnauthorized, "UNAUTHENTICATED", "This method requires authentication.")
	case r.URL.Path == "/api/session" && r.Method == http.MethodDelete:
		delete(s.sessions, id)
		a.status = http.StatusNoContent
	case r.Method == http.MethodGet && len(parts) >= 6 && strings.Join(parts[:3], "/") == "vcenter/trusted-infrastructure/hosts" &&
		strings.Join(parts[4:6], "/") == "hardware/tpm" && !s.api.less(mustVersion("8.0.0.1")):
		s.restTPM(a, s.world.host(ref{Type: "HostSystem", Value: parts[3]}), parts[6:])
	default:
		a.failure(http.StatusNotFound, "NOT_FOUND", "Not found.")
	}
}

// rest is what follows .../hardware/tpm.
func (s *server) restTPM(a *reply, h *host, rest []string) {
	switch {
	case h == nil:
		a.failure(http.StatusNotFound, "NOT_FOUND", "The host is not in the inventory.")
	case h.props.Runtime.ConnectionState != types.HostSystemConnectionStateConnected:
		a.failure(http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE", "The host is not connected.")
	case !*h.props.Capability.TpmSupported && len(rest) == 0:
		a.json(http.StatusOK, []tpmSummary{})
	case len(rest) == 0:
		a.json(http.StatusOK, []tpmSummary{{tpmID, 2, 0, true}})
	case !*h.props.Capability.TpmSupported || rest[0] != tpmID:
		a.failure(http.StatusNotFound, "NOT_FOUND", "There is no such TPM.")
	case len(rest) == 1:
		a.json(http.StatusOK, tpmInfo{2, 0, true, "STM ", "ST33HTPHAHD8", "1.769.12.0", s.banks(h)})
	case rest[1] == "endorsement-keys" && len(rest) == 2:
		a.json(http.StatusOK, []keySummary{{keyID, "ECC_NIST_P_256"}})
	case rest[1] == "endorsement-keys" && len(rest) == 3 && rest[2] == keyID:
		a.json(http.StatusOK, h.endorsementKey())
	default:
		a.failure(http.StatusNotFound, "NOT_FOUND", "Not found.")
	}
}

// Values of registers are bytes, and bytes are base64 here.
func (s *server) banks(h *host) []pcrBank {
	values := map[string]string{}
	for _, digest := range replay(events(h, s.api)) {
		values[strconv.Itoa(int(digest.PcrNumber))] = base64.StdEncoding.EncodeToString(digest.DigestValue)
	}
	return []pcrBank{{"SHA256", values}}
}

func (h *host) endorsementKey() keyInfo {
	if h.ekCertificate == nil {
		h.ekCertificate = standaloneCertificate("ek." + h.props.Name)
	}
	// Only the certificate is a real one: nobody here takes a TPM's structures apart.
	area := base64.StdEncoding.EncodeToString([]byte("area of " + h.props.Name))
	return keyInfo{Type: "ECC_NIST_P_256", PublicArea: area, Name: area, QualifiedName: area, PublicKey: area,
		Certificate: string(h.ekCertificate), ManufacturerCertificateURI: "http://ek.example/lab.crt"}
}
