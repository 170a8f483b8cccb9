// What a client sent, as a tree: small, and independent of what the types of a library would make of it.
package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

type ref = types.ManagedObjectReference

type node struct {
	space, name, text string
	attr              []xml.Attr
	kids              []*node
}

func parseXML(r io.Reader) (*node, error) {
	d := xml.NewDecoder(r)
	top := &node{}
	stack := []*node{top}
	for {
		token, err := d.Token()
		if err == io.EOF && len(stack) == 1 && len(top.kids) == 1 {
			return top.kids[0], nil
		}
		if err != nil {
			return nil, err
		}
		at := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{space: t.Name.Space, name: t.Name.Local, attr: t.Copy().Attr}
			at.kids = append(at.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			at.text += string(t)
		case xml.Directive:
			return nil, errors.New("a DOCTYPE is not taken")
		}
	}
}

// All of these take a nil node as an empty one.
func (n *node) children(name string) []*node {
	var found []*node
	if n == nil {
		return nil
	}
	for _, kid := range n.kids {
		if kid.name == name {
			found = append(found, kid)
		}
	}
	return found
}

func (n *node) child(name string) *node {
	if found := n.children(name); len(found) > 0 {
		return found[0]
	}
	return nil
}

func (n *node) value(name string) string {
	if kid := n.child(name); kid != nil {
		return strings.TrimSpace(kid.text)
	}
	return ""
}

func (n *node) truth(name string) bool {
	text := n.value(name)
	return text == "true" || text == "1"
}

func (n *node) values(name string) []string {
	var list []string
	for _, kid := range n.children(name) {
		list = append(list, strings.TrimSpace(kid.text))
	}
	return list
}

// The reference an element holds; the type is that of its plain attribute `type`.
func (n *node) ref() ref {
	if n == nil {
		return ref{}
	}
	r := ref{Value: strings.TrimSpace(n.text)}
	for _, a := range n.attr {
		if a.Name.Local == "type" && a.Name.Space == "" {
			r.Type = a.Value
		}
	}
	return r
}
