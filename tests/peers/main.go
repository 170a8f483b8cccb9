// The test peer of the vCenter plane: a server that speaks vim25 SOAP and a little REST over TLS as vCenter (or an ESXi host) does,
// with an inventory made up for tests. Line 1 of its output is its URL, line 2 the SHA-256 thumbprint of its certificate; it ends when
// its standard input closes, so a test that died leaves no server behind.
//
// Types come from govmomi (Debian: golang-github-vmware-govmomi-dev), which is somebody else's reading of the same schema; what goes
// over the wire is written by encode.go, because that package's own writer does byte[] differently from vCenter.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// What the command line says.
type options struct {
	hosts, vms          int
	api                 version
	esx                 bool
	badPath             string
	page, taskReads     int
	user, password      string
	scenarios           []string
	delay               time.Duration
	dropAt              int
	trickOn, slowOn     string
	logFile, changeFile string
	sessionFile         string
	address             string
	certFile, keyFile   string
	caFile              string
	tricks              tricks
}

func parseFlags() (*options, error) {
	o := &options{}
	api := flag.String("api-version", "8.0.2.0", "API version of the server; decides which properties exist")
	names := flag.String("scenario", "passed", "one or several of (separated by commas):\n"+scenarioHelp())
	delay := flag.Int("delay", 300, "scenario slow: milliseconds before each answer; late-disconnect: before that one")
	flag.IntVar(&o.hosts, "hosts", 1, "hosts in the cluster")
	flag.IntVar(&o.vms, "vms", 0, "virtual machines on each host")
	flag.StringVar(&o.address, "address", "", "IP address of the first host, where a test has a server of its own for it")
	flag.BoolVar(&o.esx, "esx", false, "be an ESXi host instead of a vCenter")
	flag.StringVar(&o.badPath, "badpath", "fault", "an unknown property path: fault (the whole call fails) or missing (missingSet)")
	flag.IntVar(&o.page, "page", 0, "objects in one answer at most; 0: as many as asked for")
	flag.IntVar(&o.taskReads, "taskreads", 4, "how often a task is read until it has ended; 0: it never ends")
	flag.StringVar(&o.user, "user", "administrator@vsphere.local", "who may log in")
	flag.StringVar(&o.password, "password", "peer-secret-1", "with which password (of this test alone)")
	flag.IntVar(&o.dropAt, "dropat", 3, "scenario drop: which answer breaks off, from 1")
	flag.StringVar(&o.slowOn, "slowon", "", "scenario slow: the one method whose answer is late; default: all")
	flag.StringVar(&o.trickOn, "trickon", "RetrievePropertiesEx", "scenarios malformed, entitybomb, huge: the method whose answer it is")
	flag.StringVar(&o.logFile, "log", "", "append a line per request: N METHOD BYTES-IN BYTES-OUT")
	flag.StringVar(&o.changeFile, "mutations", "", "append a line per call that changes something, as it comes in")
	flag.StringVar(&o.sessionFile, "sessions", "", "append the id of each session: what no client may keep")
	flag.StringVar(&o.certFile, "tlscert", "", "PEM file of the server's certificate; default: made at start")
	flag.StringVar(&o.keyFile, "tlskey", "", "PEM file of its key")
	flag.StringVar(&o.caFile, "cafile", "", "sign the certificate by an authority made at start, and write that one's PEM here")
	flag.Parse()
	o.delay = time.Duration(*delay) * time.Millisecond
	o.scenarios = strings.Split(*names, ",")
	var err error
	if o.api, err = parseVersion(*api); err != nil {
		return nil, err
	}
	if o.badPath != "fault" && o.badPath != "missing" {
		return nil, fmt.Errorf("-badpath is fault or missing")
	}
	if o.hosts < 1 || flag.NArg() > 0 {
		return nil, fmt.Errorf("-hosts is 1 or more, and nothing may follow the flags")
	}
	return o, nil
}

func run() error {
	o, err := parseFlags()
	if err != nil {
		return err
	}
	w := newWorld(o)
	if err = applyScenarios(o, w); err != nil {
		return err
	}
	cert, err := serverCertificate(o)
	if err != nil {
		return err
	}
	s, err := newServer(o, w)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.url = fmt.Sprintf("https://%s", listener.Addr())
	go s.serve(listener, cert)
	fmt.Printf("%s/sdk\nthumbprint %s\n", s.url, thumbprint(cert))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vcenter-peer:", err)
		os.Exit(1)
	}
	os.Exit(0) // connections kept alive do not keep the program
}
