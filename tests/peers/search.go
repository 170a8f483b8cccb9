// Finding: by the search index, and by views of all that is below an object.
package main

import (
	"fmt"
	"strings"
)

// What a host is known by, per method.
var searchKeys = map[string]struct {
	argument string
	matches  func(h *host, key string) bool
}{
	"Uuid": {"uuid", func(h *host, key string) bool {
		return strings.EqualFold(h.props.Hardware.SystemInfo.Uuid, key)
	}},
	"Ip": {"ip", func(h *host, key string) bool {
		for _, nic := range h.props.Config.Network.Vnic {
			if nic.Spec.Ip.IpAddress == key {
				return true
			}
		}
		return false
	}},
	// The names the host itself has, not that of the inventory.
	"DnsName": {"dnsName", func(h *host, key string) bool {
		dns := h.props.Config.Network.DnsConfig.GetHostDnsConfig()
		return strings.EqualFold(dns.HostName, key) || strings.EqualFold(dns.HostName+"."+dns.DomainName, key)
	}},
}

func (c *call) find() []ref {
	by := strings.TrimPrefix(strings.TrimPrefix(c.method, "FindAllBy"), "FindBy")
	search := searchKeys[by]
	var found []ref
	if c.args.truth("vmSearch") {
		return nil
	}
	for _, h := range c.world.hosts {
		if search.matches(h, c.args.value(search.argument)) {
			found = append(found, h.self)
		}
	}
	return found
}

func findFirst(c *call, _ interface{}) (interface{}, *fault) {
	if found := c.find(); len(found) > 0 {
		return found[0], nil
	}
	return nil, nil
}

func findAll(c *call, _ interface{}) (interface{}, *fault) {
	if c.tricks.noSearch {
		return nil, noPermission(c.this, "System.View")
	}
	return c.find(), nil
}

// What an object of the inventory contains.
func (w *world) below(r ref) []ref {
	switch object := w.objects[r].(type) {
	case *Folder:
		return object.ChildEntity
	case *Datacenter:
		return []ref{object.HostFolder, object.VMFolder}
	case *ComputeResource:
		return object.Host
	}
	return nil
}

func (w *world) contents(r ref, kinds []string, recursive bool) []ref {
	var found []ref
	for _, inner := range w.below(r) {
		wanted := len(kinds) == 0
		for _, kind := range kinds {
			wanted = wanted || isA(inner.Type, kind)
		}
		if wanted {
			found = append(found, inner)
		}
		if recursive {
			found = append(found, w.contents(inner, kinds, recursive)...)
		}
	}
	return found
}

func createContainerView(c *call, _ interface{}) (interface{}, *fault) {
	view := &ContainerView{Container: c.args.child("container").ref(), Type: c.args.values("type"), Recursive: c.args.truth("recursive")}
	if c.world.objects[view.Container] == nil {
		return nil, noSuchObject(view.Container)
	}
	view.View = c.world.contents(view.Container, view.Type, view.Recursive)
	c.views++
	self := ref{Type: "ContainerView", Value: fmt.Sprintf("session[%s]view-%d", c.session.user.Key, c.views)}
	c.world.objects[self] = view
	return self, nil
}

func destroyView(c *call, _ interface{}) (interface{}, *fault) {
	delete(c.world.objects, c.this)
	return nil, nil
}
