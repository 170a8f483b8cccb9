// Property paths: "summary.runtime.stateEncryption" of an object becomes its value, or is known and unset, or unknown.
package main

import (
	"reflect"
	"strings"
)

// A member by its name in the schema, those of embedded types included. Out: its place, and the type that declares it.
func member(t reflect.Type, name string) ([]int, string) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			if index, owner := member(field.Type, name); index != nil {
				return append([]int{i}, index...), owner
			}
			continue
		}
		tag := field.Tag.Get("mo")
		if tag == "" {
			tag = strings.Split(field.Tag.Get("xml"), ",")[0]
		}
		if tag == name && tag != "" {
			return []int{i}, t.Name()
		}
	}
	return nil, ""
}

// Out: the value (not valid when unset), and whether such a path exists at this version of the API.
func lookup(props interface{}, path string, api version) (reflect.Value, bool) {
	v := reflect.ValueOf(props).Elem()
	t := v.Type()
	for _, name := range strings.Split(path, ".") {
		if v = solid(v); v.IsValid() {
			t = v.Type()
		}
		for t.Kind() == reflect.Ptr {
			t = t.Elem()
		}
		if t.Kind() == reflect.Interface {
			return reflect.Value{}, true // only the object itself could say; it is not there
		}
		if t.Kind() != reflect.Struct || t == timeType || t == refType {
			return reflect.Value{}, false
		}
		index, owner := member(t, name)
		if index == nil || api.less(memberSince[owner+"."+name]) {
			return reflect.Value{}, false
		}
		optional := strings.Contains(t.FieldByIndex(index).Tag.Get("xml"), "omitempty")
		t = t.FieldByIndex(index).Type
		if v.IsValid() {
			v = v.FieldByIndex(index)
		}
		if v.IsValid() && (optional || v.Kind() == reflect.Ptr) && v.IsZero() {
			v = reflect.Value{}
		}
	}
	return solid(v), true
}

// All paths of an object's first level.
func allPaths(props interface{}) []string {
	var paths []string
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for i := 0; i < t.NumField(); i++ {
			if t.Field(i).Anonymous {
				add(t.Field(i).Type)
			} else {
				paths = append(paths, t.Field(i).Tag.Get("mo"))
			}
		}
	}
	add(reflect.TypeOf(props).Elem())
	return paths
}

// The references a value holds: none, one or many.
func refsOf(v reflect.Value) []ref {
	if v = solid(v); !v.IsValid() {
		return nil
	}
	switch value := v.Interface().(type) {
	case ref:
		return []ref{value}
	case []ref:
		return value
	}
	return nil
}
