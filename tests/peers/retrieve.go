// The property collector: which objects, which of their properties, in how many answers.
package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// What a client has not fetched yet.
type page struct {
	objects []types.ObjectContent
	size    int
}

// Follows the traversals of a filter.
type walker struct {
	c     *call
	names map[string]*node // selection sets by their names
	been  map[string]bool
	found []ref
}

func (w *walker) collectNames(selects []*node) {
	for _, s := range selects {
		if name := s.value("name"); name != "" && s.child("type") != nil {
			w.names[name] = s
		}
		w.collectNames(s.children("selectSet"))
	}
}

// once: the first time this key is seen.
func (w *walker) once(key string) bool {
	first := !w.been[key]
	w.been[key] = true
	return first
}

func (w *walker) visit(r ref, skip bool, selects []*node) *fault {
	object := w.c.world.objects[r]
	if object == nil {
		return noSuchObject(r)
	}
	if !skip && w.once("found "+r.String()) {
		w.found = append(w.found, r)
	}
	for _, s := range selects {
		if s.child("type") == nil { // only a name: a reference to one that is defined elsewhere
			defined := w.names[s.value("name")]
			if defined == nil {
				return invalidArgument("selectSet")
			}
			s = defined
		}
		if !isA(r.Type, s.value("type")) || !w.once(fmt.Sprintf("walked %s %p", r, s)) {
			continue
		}
		w.c.world.touch(r)
		value, known := lookup(object, s.value("path"), w.c.api)
		if !known {
			return invalidProperty(s.value("path"))
		}
		for _, next := range refsOf(value) {
			if f := w.visit(next, s.truth("skip"), s.children("selectSet")); f != nil {
				return f
			}
		}
	}
	return nil
}

// One property of one object.
func (c *call) property(r ref, path string, content *types.ObjectContent) *fault {
	if c.tricks.expireQuietly {
		c.miss(content, path, notAuthenticated(r))
		return nil
	}
	if c.world.denied != "" && (path == c.world.denied || strings.HasPrefix(path, c.world.denied+".")) {
		c.miss(content, path, noPermission(r, "System.Read"))
		return nil
	}
	value, known := lookup(c.world.objects[r], path, c.api)
	if !known {
		if c.badPath == "fault" {
			return invalidProperty(path)
		}
		c.miss(content, path, invalidProperty(path))
		return nil
	}
	if value.IsValid() {
		content.PropSet = append(content.PropSet, types.DynamicProperty{Name: path, Val: value.Interface()})
	}
	return nil
}

func (c *call) miss(content *types.ObjectContent, path string, why *fault) {
	content.MissingSet = append(content.MissingSet, types.MissingProperty{Path: path, Fault: *why.localized()})
}

// The paths a filter wants of an object of this type. Out: false when it wants no such object.
func pathsFor(kind string, sets []*node, object interface{}) ([]string, bool) {
	wanted := false
	seen := map[string]bool{}
	for _, set := range sets {
		if !isA(kind, set.value("type")) {
			continue
		}
		wanted = true
		paths := set.values("pathSet")
		if set.truth("all") {
			paths = allPaths(object)
		}
		for _, path := range paths {
			seen[path] = true
		}
	}
	list := make([]string, 0, len(seen))
	for path := range seen {
		list = append(list, path)
	}
	sort.Strings(list) // in an order of the server's own
	return list, wanted
}

// One filter.
func (c *call) filter(spec *node) ([]types.ObjectContent, *fault) {
	w := &walker{c: c, names: map[string]*node{}, been: map[string]bool{}}
	for _, set := range spec.children("objectSet") {
		w.collectNames(set.children("selectSet"))
	}
	for _, set := range spec.children("objectSet") {
		if f := w.visit(set.child("obj").ref(), set.truth("skip"), set.children("selectSet")); f != nil {
			return nil, f
		}
	}
	var objects []types.ObjectContent
	for _, r := range w.found {
		paths, wanted := pathsFor(r.Type, spec.children("propSet"), c.world.objects[r])
		if !wanted {
			continue
		}
		c.world.touch(r)
		content := types.ObjectContent{Obj: r}
		for _, path := range paths {
			if f := c.property(r, path, &content); f != nil {
				return nil, f
			}
		}
		objects = append(objects, content)
	}
	return objects, nil
}

func (c *call) retrieve() ([]types.ObjectContent, *fault) {
	if c.tricks.expireAlways {
		delete(c.sessions, c.id)
		return nil, notAuthenticated(c.this)
	}
	c.world.newRead()
	var objects []types.ObjectContent
	for _, spec := range c.args.children("specSet") {
		some, f := c.filter(spec)
		if f != nil {
			return nil, f
		}
		objects = append(objects, some...)
	}
	if c.tricks.expireOnce && !c.expired {
		c.expired = true
		delete(c.sessions, c.id)
	}
	return objects, nil
}

// The next answer of a page; what is left waits under a token.
func (c *call) turn(p *page) *types.RetrieveResult {
	if len(p.objects) == 0 {
		return nil
	}
	count := len(p.objects)
	if p.size > 0 && p.size < count {
		count = p.size
	}
	result := &types.RetrieveResult{Objects: p.objects[:count]}
	if c.tricks.endlessPages {
		p.objects = append(p.objects, p.objects[:count]...)
	}
	if p.objects = p.objects[count:]; len(p.objects) > 0 {
		result.Token = newID()
		c.session.pages[result.Token] = p
	}
	return result
}

func retrievePropertiesEx(c *call, _ interface{}) (interface{}, *fault) {
	size := c.page
	if text := c.args.child("options").value("maxObjects"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || asked <= 0 {
			return nil, invalidArgument("options.maxObjects")
		}
		if size == 0 || asked < size {
			size = asked
		}
	}
	objects, f := c.retrieve()
	if f != nil {
		return nil, f
	}
	return c.turn(&page{objects, size}), nil
}

func retrieveProperties(c *call, _ interface{}) (interface{}, *fault) {
	objects, f := c.retrieve()
	return objects, f
}

func (c *call) takePage() *page {
	token := c.args.value("token")
	p := c.session.pages[token]
	delete(c.session.pages, token)
	return p
}

func continueRetrieve(c *call, _ interface{}) (interface{}, *fault) {
	p := c.takePage()
	if p == nil {
		return nil, invalidArgument("token")
	}
	return c.turn(p), nil
}

func cancelRetrieve(c *call, _ interface{}) (interface{}, *fault) {
	if c.takePage() == nil {
		return nil, invalidArgument("token")
	}
	return nil, nil
}

// One property of the object itself; older clients read so.
func fetch(c *call, object interface{}) (interface{}, *fault) {
	path := c.args.value("prop")
	c.world.newRead()
	c.world.touch(c.this)
	value, known := lookup(object, path, c.api)
	if !known {
		return nil, invalidProperty(path)
	}
	if !value.IsValid() {
		return nil, nil
	}
	return anyValue{value.Interface()}, nil
}
