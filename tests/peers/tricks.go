// What servers and lines do to an answer on its way.
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type tricks struct {
	expireOnce, expireAlways bool
	slow, drop, endless      bool
	expired, lateDisconnect  bool
	cancelable               bool
	expireQuietly, noSearch  bool
	contactLost              bool
	restExpires              bool
	endlessPages             bool
	body                     func(whole []byte) []byte
}

func malformed(whole []byte) []byte { return whole[:len(whole)*3/5] }

// Each entity is ten of the one before it: a reader that expands them needs gigabytes.
func entityBomb(whole []byte) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [<!ENTITY e0 \"boom\">")
	for i := 1; i <= 10; i++ {
		fmt.Fprintf(&b, "<!ENTITY e%d \"", i)
		for n := 0; n < 10; n++ {
			fmt.Fprintf(&b, "&e%d;", i-1)
		}
		b.WriteString("\">")
	}
	b.WriteString("]>\n")
	b.Write(bytes.Replace(whole[bytes.IndexByte(whole, '\n')+1:], []byte("<returnval>"), []byte("<returnval><token>&e10;</token>"), 1))
	return b.Bytes()
}

// Properties nobody asked for, all of different names.
func flood(whole []byte) []byte {
	var b bytes.Buffer
	for i := 0; i < 300000; i++ {
		fmt.Fprintf(&b, "<propSet><name>x%d</name><val>1</val></propSet>", i)
	}
	return bytes.Replace(whole, []byte("<propSet>"), append(b.Bytes(), []byte("<propSet>")...), 1)
}

// Millions of elements in a few megabytes.
func elements(whole []byte) []byte {
	return bytes.Replace(whole, []byte("<returnval>"), append([]byte("<returnval>"), bytes.Repeat([]byte("<a/>"), 4500000)...), 1)
}

// A token far longer than any vCenter's.
func longToken(whole []byte) []byte {
	return bytes.Replace(whole, []byte("<returnval>"), []byte("<returnval><token>"+strings.Repeat("t", 4000)+"</token>"), 1)
}

func (s *server) send(w http.ResponseWriter, a *reply, number int) {
	if (s.tricks.slow && (s.slowOn == "" || a.method == s.slowOn)) || a.late {
		time.Sleep(s.delay)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if s.tricks.drop && number == s.dropAt {
		breakOff(w, a)
		return
	}
	if a.method == s.trickOn && s.tricks.endless {
		neverEnd(w, a)
		return
	}
	if a.method == s.trickOn && s.tricks.body != nil {
		a.body = s.tricks.body(a.body)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	// A client that is gone is no matter of ours.
	_, _ = w.Write(a.body)
}

// Half of the answer, then no more connection.
func breakOff(w http.ResponseWriter, a *reply) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	fmt.Fprintf(connection, "HTTP/1.1 %d %s\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", a.status,
		http.StatusText(a.status), len(a.body), a.body[:len(a.body)/2])
}

// Objects without end, until the client has enough.
func neverEnd(w http.ResponseWriter, a *reply) {
	end := bytes.Index(a.body, []byte("</returnval>"))
	if end < 0 {
		end = len(a.body)
	}
	w.WriteHeader(a.status)
	_, err := w.Write(a.body[:end])
	object := []byte("<objects><obj type=\"HostSystem\">host-1001</obj></objects>\n")
	for err == nil {
		_, err = w.Write(bytes.Repeat(object, 256))
	}
}
