// The server: one request after another under one lock, sessions, the two logs.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

const requestMax = 4 << 20

type session struct {
	user  types.UserSession
	pages map[string]*page
}

type server struct {
	*options
	mu          sync.Mutex
	world       *world
	sessions    map[string]*session
	expired     bool // scenario expire-once has happened
	restExpired bool // scenario rest-expires has
	answers     int
	views       int
	log         *os.File
	ids         *os.File
	url         string
}

// What goes back, before the tricks.
type reply struct {
	status int
	header http.Header
	body   []byte
	method string
	late   bool // it comes after the delay
}

// One SOAP call.
type call struct {
	*server
	method  string
	this    ref
	args    *node
	api     version
	session *session
	id      string
	header  http.Header
}

func openLog(file string) (*os.File, error) {
	if file == "" {
		return nil, nil
	}
	return os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

func newServer(o *options, w *world) (*server, error) {
	s := &server{options: o, world: w, sessions: map[string]*session{}}
	var err error
	if s.log, err = openLog(o.logFile); err != nil {
		return nil, err
	}
	if s.ids, err = openLog(o.sessionFile); err != nil {
		return nil, err
	}
	w.changes, err = openLog(o.changeFile)
	return s, err
}

func (s *server) serve(listener net.Listener, cert tls.Certificate) {
	h := &http.Server{
		Handler:      s,
		ErrorLog:     log.New(io.Discard, "", 0), // handshakes that clients break off are what tests are about
		TLSConfig:    &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	fmt.Fprintln(os.Stderr, "vcenter-peer:", h.ServeTLS(listener, "", ""))
	os.Exit(1)
}

// A name nobody guesses.
func newID() string {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// A new session's own name, which opens it.
func (s *server) sessionID() string {
	id := newID()
	if s.ids != nil {
		fmt.Fprintln(s.ids, id)
	}
	return id
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, requestMax))
	if err != nil {
		return
	}
	s.mu.Lock()
	answer := s.answer(r, body)
	answer.late, s.world.late = s.world.late, false
	s.answers++
	number := s.answers
	if s.log != nil {
		fmt.Fprintf(s.log, "%d %s %d %d\n", number, answer.method, len(body), len(answer.body))
	}
	s.mu.Unlock()
	s.send(w, answer, number)
}

func (s *server) answer(r *http.Request, body []byte) *reply {
	a := &reply{status: http.StatusOK, header: http.Header{}, method: r.Method + ":" + r.URL.Path}
	switch {
	case r.URL.Path == "/sdk/vimServiceVersions.xml" && r.Method == http.MethodGet:
		a.header.Set("Content-Type", "text/xml")
		a.body = []byte(s.api.serviceVersions())
	case (r.URL.Path == "/sdk" || r.URL.Path == "/sdk/") && r.Method == http.MethodPost:
		s.soap(a, r, body)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		s.rest(a, r)
	default:
		a.status = http.StatusNotFound
	}
	return a
}

// Reads the envelope and answers the method in it.
func (s *server) soap(a *reply, r *http.Request, body []byte) {
	a.header.Set("Content-Type", "text/xml; charset=utf-8")
	a.header.Set("Cache-Control", "no-cache")
	dialect := dialects[s.answers%len(dialects)]
	a.method = "unreadable"
	message, err := parseXML(bytes.NewReader(body))
	content := message.child("Body")
	if err != nil || content == nil || len(content.kids) != 1 {
		a.status = http.StatusInternalServerError
		f := newFault(&types.InvalidRequest{}, "The request is no SOAP message.")
		a.body = envelope(dialect, s.api, f.write)
		return
	}
	args := content.kids[0]
	c := &call{server: s, method: args.name, this: args.child("_this").ref(), args: args, header: a.header,
		api: s.api.spokenBy(r.Header.Get("SOAPAction"))}
	a.method = c.method
	if cookie, err := r.Cookie("vmware_soap_session"); err == nil {
		c.id = strings.Trim(cookie.Value, `"`)
		c.session = s.sessions[c.id]
	}
	result, failed := c.run()
	if failed != nil {
		a.status = http.StatusInternalServerError
		a.body = envelope(dialect, c.api, failed.write)
		return
	}
	a.body = envelope(dialect, c.api, func(e *encoder) {
		fmt.Fprintf(e, `<%sResponse xmlns="%s">`, c.method, args.space)
		if result != nil {
			e.element("returnval", reflect.ValueOf(result), false)
		}
		fmt.Fprintf(e, "</%sResponse>", c.method)
	})
}

func (c *call) run() (interface{}, *fault) {
	m, known := methods[c.method]
	if !known {
		return nil, newFault(&types.MethodNotFound{Receiver: c.this, Method: c.method}, "The method is not known here: "+c.method)
	}
	if c.session == nil && !m.open {
		return nil, notAuthenticated(c.this)
	}
	object := c.world.objects[c.this]
	if object == nil {
		return nil, noSuchObject(c.this)
	}
	if !isA(c.this.Type, m.kind) && m.kind != "" {
		return nil, newFault(&types.MethodNotFound{Receiver: c.this, Method: c.method}, "No "+c.this.Type+" has "+c.method)
	}
	if m.change {
		c.world.noteChange(c)
	}
	if c.session != nil {
		c.session.user.LastActiveTime = time.Now()
	}
	return m.do(c, object)
}
