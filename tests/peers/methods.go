// The methods the peer knows, and the small ones of them.
package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

type method struct {
	kind   string // the type that has it; "": any
	open   bool   // works without a session
	change bool   // goes to the file of mutations
	do     func(c *call, object interface{}) (interface{}, *fault)
}

var methods map[string]method

func init() { // a table that some of its own functions lead back to
	methods = map[string]method{
		"RetrieveServiceContent":        {"ServiceInstance", true, false, serviceContent},
		"CurrentTime":                   {"ServiceInstance", false, false, currentTime},
		"Login":                         {"SessionManager", true, false, login},
		"Logout":                        {"SessionManager", false, false, logout},
		"Fetch":                         {"", false, false, fetch},
		"RetrieveProperties":            {"PropertyCollector", false, false, retrieveProperties},
		"RetrievePropertiesEx":          {"PropertyCollector", false, false, retrievePropertiesEx},
		"ContinueRetrievePropertiesEx":  {"PropertyCollector", false, false, continueRetrieve},
		"CancelRetrievePropertiesEx":    {"PropertyCollector", false, false, cancelRetrieve},
		"CreateContainerView":           {"ViewManager", false, false, createContainerView},
		"DestroyView":                   {"View", false, false, destroyView},
		"FindByUuid":                    {"SearchIndex", false, false, findFirst},
		"FindByIp":                      {"SearchIndex", false, false, findFirst},
		"FindByDnsName":                 {"SearchIndex", false, false, findFirst},
		"FindAllByUuid":                 {"SearchIndex", false, false, findAll},
		"FindAllByIp":                   {"SearchIndex", false, false, findAll},
		"FindAllByDnsName":              {"SearchIndex", false, false, findAll},
		"QueryTpmAttestationReport":     {"HostSystem", false, false, queryReport},
		"EnterMaintenanceMode_Task":     {"HostSystem", false, true, enterMaintenance},
		"ExitMaintenanceMode_Task":      {"HostSystem", false, true, exitMaintenance},
		"DisconnectHost_Task":           {"HostSystem", false, true, disconnectHost},
		"ReconnectHost_Task":            {"HostSystem", false, true, reconnectHost},
		"RebootHost_Task":               {"HostSystem", false, true, rebootHost},
		"CancelTask":                    {"Task", false, true, cancelTask},
		"AcknowledgeAlarm":              {"AlarmManager", false, true, acknowledgeAlarm},
		"StartService":                  {"HostServiceSystem", false, true, switchService},
		"StopService":                   {"HostServiceSystem", false, true, switchService},
		"RetrieveManagedMethodExecuter": {"HostSystem", false, false, methodExecuter},
		"ExecuteSoap":                   {"ManagedMethodExecuter", false, false, executeSoap},
	}
}

func serviceContent(c *call, _ interface{}) (interface{}, *fault) { return &c.world.content, nil }

func currentTime(*call, interface{}) (interface{}, *fault) { return time.Now(), nil }

func login(c *call, _ interface{}) (interface{}, *fault) {
	if c.args.value("userName") != c.user || c.args.child("password") == nil || c.args.child("password").text != c.password {
		return nil, newFault(&types.InvalidLogin{}, "Cannot complete login due to an incorrect user name or password.")
	}
	now := time.Now()
	id := c.sessionID()
	s := &session{pages: map[string]*page{}, user: types.UserSession{Key: newID(), UserName: c.user, FullName: c.user, LoginTime: now,
		LastActiveTime: now, Locale: "en", MessageLocale: "en"}}
	c.sessions[id] = s
	c.header.Add("Set-Cookie", fmt.Sprintf(`vmware_soap_session="%s"; Path=/; HttpOnly; Secure`, id))
	return &s.user, nil
}

func logout(c *call, _ interface{}) (interface{}, *fault) {
	delete(c.sessions, c.id)
	return nil, nil
}

// Logs in for REST: the name of the session is what the client sends back. Out: "" when refused.
func (s *server) restLogin(r *http.Request) string {
	user, password, ok := r.BasicAuth()
	if !ok || user != s.user || password != s.password {
		return ""
	}
	id := s.sessionID()
	s.sessions[id] = &session{pages: map[string]*page{}}
	return id
}

func acknowledgeAlarm(c *call, _ interface{}) (interface{}, *fault) {
	alarm, entity := c.args.child("alarm").ref(), c.args.child("entity").ref()
	h := c.world.host(entity)
	if h == nil {
		return nil, noSuchObject(entity)
	}
	for i := range h.props.TriggeredAlarmState {
		state := &h.props.TriggeredAlarmState[i]
		if state.Alarm == alarm {
			state.Acknowledged, state.AcknowledgedByUser, state.AcknowledgedTime = yes(true), c.user, at(time.Now())
			return nil, nil
		}
	}
	return nil, invalidArgument("alarm")
}

func switchService(c *call, object interface{}) (interface{}, *fault) {
	info := object.(*HostServiceSystem).ServiceInfo
	start := c.method == "StartService"
	for i := range info.Service {
		service := &info.Service[i]
		if service.Key != c.args.value("id") {
			continue
		}
		if service.Running == start {
			return nil, invalidState()
		}
		service.Running = start
		if c.tricks.contactLost {
			return nil, newFault(&types.HostCommunication{}, "An error occurred while communicating with the remote host.")
		}
		return nil, nil
	}
	return nil, newFault(&types.NotFound{}, "The object or item referred to could not be found.")
}
