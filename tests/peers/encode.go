// Values become XML as vCenter writes it: members in the order of their types, unset ones left out, xsi:type where the schema is
// open, byte[] as one signed element per byte.
package main

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

const (
	soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
	xsdNamespace  = "http://www.w3.org/2001/XMLSchema"
	xsiNamespace  = "http://www.w3.org/2001/XMLSchema-instance"
)

// Prefixes differ from server to server, and a client has no business to care: each answer takes the next ones.
type dialect struct{ soap, xsi, xsd string }

var dialects = []dialect{
	{"soapenv", "xsi", "xsd"},
	{"soap", "XMLSchema-instance", "xs"},
	{"S", "_XMLSchema-instance", "XMLSchema"},
}

type encoder struct {
	strings.Builder
	dialect
	api version
}

// A value to be written with its type, as an anyType is.
type anyValue struct{ value interface{} }

var (
	timeType = reflect.TypeOf(time.Time{})
	refType  = reflect.TypeOf(ref{})
	anyType  = reflect.TypeOf((*interface{})(nil)).Elem()
)

func (e *encoder) text(s string) {
	// The builder never fails.
	_ = xml.EscapeText(&e.Builder, []byte(s))
}

func (e *encoder) leaf(name, attributes, text string) {
	fmt.Fprintf(e, "<%s%s>", name, attributes)
	e.text(text)
	fmt.Fprintf(e, "</%s>", name)
}

func (e *encoder) typed(name string) string { return fmt.Sprintf(` %s:type="%s"`, e.xsi, name) }

// The name of a type in the schema. Out: the prefixed name, and that of an element of an array of it.
func (e *encoder) typeName(t reflect.Type) (string, string) {
	for t.Kind() == reflect.Ptr {
		t = t.Elem()
	}
	builtin := map[reflect.Kind]string{reflect.Bool: "boolean", reflect.Int8: "byte", reflect.Uint8: "byte", reflect.Int16: "short",
		reflect.Int32: "int", reflect.Int64: "long", reflect.Float32: "float", reflect.Float64: "double"}
	switch {
	case t == timeType:
		return e.xsd + ":dateTime", "dateTime"
	case t.Kind() == reflect.String && t.Name() == "string":
		return e.xsd + ":string", "string"
	case builtin[t.Kind()] != "":
		return e.xsd + ":" + builtin[t.Kind()], builtin[t.Kind()]
	case t.Kind() == reflect.Interface:
		name := strings.TrimPrefix(t.Name(), "Base")
		return name, name
	}
	return t.Name(), t.Name()
}

func scalar(v reflect.Value) (string, bool) {
	if v.Type() == timeType {
		return v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.000000Z"), true
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint8:
		return strconv.Itoa(int(int8(v.Uint()))), true
	}
	return "", false
}

func solid(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Ptr || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

// An element; a slice is as many elements. withType: each says its type, as where the schema names a base type only.
func (e *encoder) element(name string, v reflect.Value, withType bool) {
	v = solid(v)
	if !v.IsValid() {
		return
	}
	if v.Kind() == reflect.Slice {
		for i := 0; i < v.Len(); i++ {
			e.element(name, v.Index(i), withType)
		}
		return
	}
	if v.Type() == reflect.TypeOf(anyValue{}) {
		e.any(name, v.Field(0))
		return
	}
	attributes := ""
	if withType {
		typeName, _ := e.typeName(v.Type())
		attributes = e.typed(typeName)
	}
	if v.Type() == refType {
		attributes += fmt.Sprintf(` type="%s"`, v.Field(0).String())
		e.leaf(name, attributes, v.Field(1).String())
		return
	}
	if text, ok := scalar(v); ok {
		e.leaf(name, attributes, text)
		return
	}
	fmt.Fprintf(e, "<%s%s>", name, attributes)
	e.members(v)
	fmt.Fprintf(e, "</%s>", name)
}

// An anyType: a slice is one element ArrayOfX that holds elements X.
func (e *encoder) any(name string, v reflect.Value) {
	v = solid(v)
	if !v.IsValid() {
		return
	}
	if v.Kind() != reflect.Slice {
		e.element(name, v, true)
		return
	}
	_, item := e.typeName(v.Type().Elem())
	fmt.Fprintf(e, "<%s%s>", name, e.typed("ArrayOf"+strings.ToUpper(item[:1])+item[1:]))
	e.element(item, v, v.Type().Elem().Kind() == reflect.Interface)
	fmt.Fprintf(e, "</%s>", name)
}

func (e *encoder) members(v reflect.Value) {
	t := v.Type()
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		if field.Anonymous {
			e.members(solid(v.Field(i)))
			continue
		}
		tag := strings.Split(field.Tag.Get("xml"), ",")
		if e.api.less(memberSince[t.Name()+"."+tag[0]]) || (hasOption(tag, "omitempty") && v.Field(i).IsZero()) {
			continue
		}
		if field.Type == anyType || field.Type.Name() == "AnyType" {
			e.any(tag[0], v.Field(i))
			continue
		}
		e.element(tag[0], v.Field(i), hasOption(tag, "typeattr"))
	}
}

func hasOption(tag []string, option string) bool {
	for _, have := range tag[1:] {
		if have == option {
			return true
		}
	}
	return false
}

// A whole SOAP message around what fill writes into its body.
func envelope(d dialect, api version, fill func(e *encoder)) []byte {
	e := &encoder{dialect: d, api: api}
	fmt.Fprintf(e, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%[1]s:Envelope xmlns:%[1]s=\"%[4]s\" xmlns:%[2]s=\"%[5]s\" "+
		"xmlns:%[3]s=\"%[6]s\">\n<%[1]s:Body>\n", d.soap, d.xsd, d.xsi, soapNamespace, xsdNamespace, xsiNamespace)
	fill(e)
	fmt.Fprintf(e, "\n</%[1]s:Body>\n</%[1]s:Envelope>", d.soap)
	return []byte(e.String())
}
