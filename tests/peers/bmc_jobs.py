"""Jobs, tasks and trusted components for the BMC peer: added to a maker's shape, with names and numbers made up."""

from bmc_bodies import body, collection, link, links, put


def dell_job(path, number, state, message, kind="BIOSConfiguration", name="Configure: BIOS.Setup.1-1", start="2026-01-02T03:04:05"):
    return body(f"{path}/JID_{number:012d}", "DellJob.v1_5_0.DellJob", name, JobState=state, JobType=kind, Message=message, MessageId="PR19",
                PercentComplete=0, StartTime=start, EndTime="TIME_NA", TargetSettingsURI=None)


def dell(bodies, state, message):
    manager = "/redfish/v1/Managers/iDRAC.Embedded.1"
    jobs = manager + "/Oem/Dell/Jobs"
    made = [dell_job(jobs, 1, "Failed", "An old story.", start="2025-11-01T08:00:00"),
            dell_job(jobs, 2, "Completed", "Job completed successfully.", start="2025-11-02T08:00:00"),
            dell_job(jobs, 3, "Failed", "Of no interest.", kind="RAIDConfiguration", name="Configure: RAID.Integrated.1-1"),
            dell_job(jobs, 4, state, message)]
    bodies[manager]["Links"] = {"Oem": {"Dell": {"Jobs": link(jobs)}}}
    put(bodies, collection(jobs, "DellJob", *[one["@odata.id"] for one in made]), *made)


def tasks(bodies, state, message):
    """The standard's task service; what a task is about is where its request went."""
    service = "/redfish/v1/TaskService"
    system = next(path for path in bodies if path.startswith("/redfish/v1/Systems/") and path.count("/") == 4)
    task = body(service + "/Tasks/7", "Task.v1_4_3.Task", "Task 7", TaskState=state, TaskStatus="Critical" if state == "Exception" else "OK",
                StartTime="2026-01-02T03:04:05+00:00", Payload={"HttpOperation": "PATCH", "TargetUri": system + "/Bios"},
                Messages=[{"MessageId": "Base.1.12.InternalError", "Message": message}])
    bodies["/redfish/v1/"]["Tasks"] = link(service)
    put(bodies, body(service, "TaskService.v1_1_4.TaskService", "Task Service", Tasks=link(service + "/Tasks")),
        collection(service + "/Tasks", "Task", task["@odata.id"]), task)


def add_jobs(shape, bodies, failed):
    if shape == "dell":
        dell(bodies, "Failed" if failed else "Scheduled", "Unable to complete the operation." if failed else "Task successfully scheduled.")
    else:
        tasks(bodies, "Exception" if failed else "Pending", "It went wrong." if failed else "It waits for a restart.")


def let_expand(bodies):
    bodies["/redfish/v1/"]["ProtocolFeaturesSupported"] = {"ExpandQuery": {"NoLinks": True, "Levels": True, "MaxLevels": 1}}


def expanded(found, bodies, key):
    """A collection with its members in it."""
    return found | {"Members": [bodies.get(key(one["@odata.id"]), one) for one in found["Members"]]}


def add_trusted(bodies, by):
    """A TPM among the trusted components, by the system's link or by the chassis; another component that is none stands beside it."""
    chassis = next(path for path in bodies if path.startswith("/redfish/v1/Chassis/") and path.count("/") == 4)
    system = next(path for path in bodies if path.startswith("/redfish/v1/Systems/") and path.count("/") == 4)
    place = chassis + "/TrustedComponents"
    put(bodies, collection(place, "TrustedComponent", place + "/BMC", place + "/TPM"),
        body(place + "/BMC", "TrustedComponent.v1_4_0.TrustedComponent", "Root of Trust", TrustedComponentType="Integrated"),
        body(place + "/TPM", "TrustedComponent.v1_4_0.TrustedComponent", "TPM", TrustedComponentType="Discrete", FirmwareVersion="7.2.2.0",
             Manufacturer="NTC", Status={"State": "Enabled", "Health": "OK"}, TPM={"CapabilitiesVendorID": "SIM0"}))
    if by == "system":
        bodies[system].setdefault("Links", {})["TrustedComponents"] = links(place + "/TPM")
    else:
        bodies[chassis]["TrustedComponents"] = link(place)


def add_messages(bodies):
    """What a server says of the settings it applied at its last start: Success stands there although one of them was not taken."""
    for one in bodies.values():
        if "@Redfish.Settings" in one:
            one["@Redfish.Settings"]["Messages"] = [
                {"MessageId": "Base.1.0.Success"}, {"MessageId": "Base.1.0.PropertyUnknown", "MessageArgs": ["Tpm2Algorithm"],
                                                   "RelatedProperties": ["#/Attributes/Tpm2Algorithm"]}]
