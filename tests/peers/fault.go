// Faults as vCenter reports them: HTTP 500, the type by its name.
package main

import (
	"fmt"
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

type fault struct {
	detail  types.BaseMethodFault
	message string
}

func (f *fault) Error() string { return f.message }

func newFault(detail types.BaseMethodFault, message string) *fault { return &fault{detail, message} }

func (f *fault) name() string { return reflect.TypeOf(f.detail).Elem().Name() }

func (f *fault) write(e *encoder) {
	name := f.name()
	fmt.Fprintf(e, "<%s:Fault><faultcode>ServerFaultCode</faultcode>", e.soap)
	e.leaf("faultstring", "", f.message)
	fmt.Fprintf(e, `<detail><%sFault xmlns="urn:vim25"%s>`, name, e.typed(name))
	e.members(reflect.ValueOf(f.detail).Elem())
	fmt.Fprintf(e, "</%sFault></detail></%s:Fault>", name, e.soap)
}

// The same inside data: of a task, or of a property that could not be read.
func (f *fault) localized() *types.LocalizedMethodFault {
	return &types.LocalizedMethodFault{Fault: f.detail, LocalizedMessage: f.message}
}

func invalidProperty(path string) *fault {
	return newFault(&types.InvalidProperty{Name: path}, "")
}

func invalidArgument(name string) *fault {
	return newFault(&types.InvalidArgument{InvalidProperty: name}, "A specified parameter was not correct: "+name)
}

func noSuchObject(r ref) *fault {
	return newFault(&types.ManagedObjectNotFound{Obj: r}, fmt.Sprintf("The object '%s:%s' has already been deleted or has not been "+
		"completely created", "vim."+r.Type, r.Value))
}

func notAuthenticated(r ref) *fault {
	return newFault(&types.NotAuthenticated{NoPermission: types.NoPermission{Object: r, PrivilegeId: "System.View"}},
		"The session is not authenticated.")
}

func noPermission(r ref, privilege string) *fault {
	return newFault(&types.NoPermission{Object: r, PrivilegeId: privilege}, "Permission to perform this operation was denied.")
}

func invalidState() *fault {
	return newFault(&types.InvalidState{}, "The operation is not allowed in the current state.")
}

func notConnected() *fault {
	return newFault(&types.HostNotConnected{}, "The operation is not allowed in the current connection state of the host.")
}

func notSupported() *fault {
	return newFault(&types.NotSupported{}, "The operation is not supported on the object.")
}
