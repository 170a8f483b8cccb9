// Tasks, and what they do to hosts. A task gets on when it is read: tests need no clock.
package main

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

type task struct {
	info   *types.TaskInfo
	reads  int
	needed int // reads until the end; 0: it has none
	finish func() *fault
}

// Starts one on a host. finish does the work when the time has come.
func (w *world) newTask(h *host, name string, cancelable bool, finish func() *fault) *task {
	w.taskCount++
	self := ref{Type: "Task", Value: fmt.Sprintf("task-%d", 100+w.taskCount)}
	props := &Task{Info: types.TaskInfo{Key: self.Value, Task: self, Name: name, DescriptionId: "HostSystem." + name, Entity: &h.self,
		EntityName: h.props.Name, State: types.TaskInfoStateQueued, Cancelable: cancelable, QueueTime: time.Now(),
		Reason: &types.TaskReasonUser{UserName: w.user}, EventChainId: int32(5000 + w.taskCount)}}
	t := &task{info: &props.Info, needed: w.taskReads, finish: finish}
	w.objects[self] = props
	w.tasks[self] = t
	h.props.RecentTask = append(h.props.RecentTask, self)
	w.taskManager.RecentTask = append(w.taskManager.RecentTask, self)
	return t
}

func (t *task) ended() bool {
	return t.info.State == types.TaskInfoStateSuccess || t.info.State == types.TaskInfoStateError
}

func (t *task) end(f *fault) {
	t.info.CompleteTime = at(time.Now())
	t.info.State = types.TaskInfoStateSuccess
	if f != nil {
		t.info.State, t.info.Error = types.TaskInfoStateError, f.localized()
	}
}

// The first read finds it queued, the last one ended, those between them running.
func (t *task) read() {
	if t.ended() {
		return
	}
	t.reads++
	switch {
	case t.needed > 0 && t.reads >= t.needed:
		t.info.Progress = 100
		t.end(t.finish())
	case t.reads > 1 || t.needed == 0:
		if t.info.StartTime == nil {
			t.info.StartTime = at(time.Now())
		}
		t.info.State, t.info.Progress = types.TaskInfoStateRunning, 42
		if t.needed > 0 {
			t.info.Progress = int32(100 * (t.reads - 1) / t.needed)
		}
	}
}

func cancelTask(c *call, _ interface{}) (interface{}, *fault) {
	t := c.world.tasks[c.this]
	switch {
	case t.ended():
		return nil, invalidState()
	case !t.info.Cancelable:
		return nil, notSupported()
	}
	t.info.Cancelled = true
	t.end(newFault(&types.RequestCanceled{}, "The task was canceled by a user."))
	return nil, nil
}

// start makes the call of a task: refused at once, or its reference.
func (c *call) start(cancelable bool, refused *fault, finish func(h *host) *fault) (interface{}, *fault) {
	h := c.world.host(c.this)
	if refused != nil {
		return nil, refused
	}
	name := c.method[:len(c.method)-len("_Task")]
	t := c.world.newTask(h, name, cancelable || c.world.tricks.cancelable, func() *fault { return finish(h) })
	return t.info.Task, nil
}

func (c *call) unlessConnected() *fault {
	if c.world.host(c.this).props.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
		return notConnected()
	}
	return nil
}

func enterMaintenance(c *call, object interface{}) (interface{}, *fault) {
	refused := c.unlessConnected()
	if refused == nil && object.(*HostSystem).Runtime.InMaintenanceMode {
		refused = invalidState()
	}
	return c.start(true, refused, func(h *host) *fault {
		h.props.Runtime.InMaintenanceMode = true
		return nil
	})
}

func exitMaintenance(c *call, object interface{}) (interface{}, *fault) {
	refused := c.unlessConnected()
	if refused == nil && !object.(*HostSystem).Runtime.InMaintenanceMode {
		refused = invalidState()
	}
	return c.start(true, refused, func(h *host) *fault {
		h.props.Runtime.InMaintenanceMode = false
		return nil
	})
}

func disconnectHost(c *call, _ interface{}) (interface{}, *fault) {
	h := c.world.host(c.this)
	refused := c.vCenterOnly()
	if refused == nil && h.props.Runtime.ConnectionState == types.HostSystemConnectionStateDisconnected {
		refused = invalidState()
	}
	if refused == nil && h.plan.faultTolerant {
		refused = newFault(&types.CannotDisconnectHostWithFaultToleranceVm{HostName: h.props.Name},
			"Cannot disconnect the host "+h.props.Name+": it runs virtual machines that are protected by Fault Tolerance.")
	}
	return c.start(false, refused, func(h *host) *fault {
		h.props.Runtime.ConnectionState = types.HostSystemConnectionStateDisconnected
		c.world.late = c.tricks.lateDisconnect
		return nil
	})
}

func reconnectHost(c *call, _ interface{}) (interface{}, *fault) {
	refused := c.vCenterOnly()
	if refused == nil && c.unlessConnected() == nil {
		refused = invalidState()
	}
	return c.start(false, refused, func(h *host) *fault {
		if h.plan.reconnectFault != nil {
			return h.plan.reconnectFault
		}
		h.props.Runtime.ConnectionState = types.HostSystemConnectionStateConnected
		c.world.attest(h)
		return nil
	})
}

func rebootHost(c *call, object interface{}) (interface{}, *fault) {
	refused := c.unlessConnected()
	if refused == nil && !object.(*HostSystem).Runtime.InMaintenanceMode && !c.args.truth("force") {
		refused = invalidState()
	}
	return c.start(false, refused, func(h *host) *fault {
		h.down = rebootReads
		h.props.Runtime.ConnectionState = types.HostSystemConnectionStateNotResponding
		return nil
	})
}

func (c *call) vCenterOnly() *fault {
	if c.esx {
		return notSupported()
	}
	return nil
}
