// Certificates, made at start and kept in memory.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"time"
)

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func template(name string, expired bool) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: []string{"reattest test peer"}},
		NotBefore:    time.Now().Add(-48 * time.Hour),
		NotAfter:     time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},

		BasicConstraintsValid: true,
	}
	if expired {
		t.NotAfter = time.Now().Add(-24 * time.Hour)
	}
	return t, nil
}

// A certificate of these names, signed by the authority or, without one, by itself.
func makeCertificate(t *x509.Certificate, by *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	parent, signer := t, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

func pemOf(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// The throw-away authority, its PEM written where tests look for it. Out: nil when none is asked for.
func newAuthority(file string) (*authority, error) {
	if file == "" {
		return nil, nil
	}
	t, err := template("reattest test authority", false)
	if err != nil {
		return nil, err
	}
	t.IsCA, t.KeyUsage, t.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
	ca, err := makeCertificate(t, nil)
	if err != nil {
		return nil, err
	}
	return ca, os.WriteFile(file, pemOf(ca.cert), 0o644)
}

func serverCertificate(o *options) (tls.Certificate, error) {
	if o.certFile != "" {
		return tls.LoadX509KeyPair(o.certFile, o.keyFile)
	}
	ca, err := newAuthority(o.caFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	t, err := template("localhost", o.tricks.expired)
	if err != nil {
		return tls.Certificate{}, err
	}
	t.DNSNames, t.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf, err := makeCertificate(t, ca)
	if err != nil {
		return tls.Certificate{}, err
	}
	chain := [][]byte{leaf.cert.Raw}
	if ca != nil {
		chain = append(chain, ca.cert.Raw)
	}
	return tls.Certificate{Certificate: chain, PrivateKey: leaf.key}, nil
}

// PEM of a certificate nobody serves: a host's, or the endorsement key's.
func standaloneCertificate(name string) []byte {
	t, err := template(name, false)
	if err == nil {
		t.DNSNames = []string{name}
		var made *authority
		if made, err = makeCertificate(t, nil); err == nil {
			return pemOf(made.cert)
		}
	}
	panic(err) // no random numbers: nothing here can go on
}

// "AA:BB:...", as govc's known-hosts file has it.
func thumbprint(cert tls.Certificate) string {
	sum := sha256.Sum256(cert.Certificate[0])
	var b bytes.Buffer
	for i, value := range sum {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02x", value)
	}
	return strings.ToUpper(b.String())
}
