"""What the BMC peer does with changes, by maker: settings that wait for the next start, the job that carries them out, resets that apply
them and move the power, the start that goes to setup once. What goes wrong is told by scenarios.

Each change that was taken to be looked at is written down before anything else: "change METHOD:PATH BODY", so that a test can count it.
Sources of the ways: DMTF DSP0266 (settings resource, If-Match); scripts that Dell, Lenovo and HPE published; Supermicro's Redfish guide 3.4."""
import json
import time

SCENARIOS = {
    "cutpatch": "the connection is cut after a change was made, before its answer",
    "hang": "a change is made, and answered -delay milliseconds later",
    "cutbefore": "the connection is cut when a change comes, and it is not made",
    "refused200": "a change is answered by 200 with an error about each attribute, and not made",
    "dropped": "a change is taken without an error, and not made",
    "half": "of the attributes of a change the first alone is taken, without an error",
    "halftold": "of the attributes of a change the first alone is taken; the error names the others",
    "reject": "a change is refused by 400, the error names the attributes",
    "fail": "a change is answered by 500, and not made",
    "failmade": "a change is answered by 500, and made all the same",
    "expirechange": "the session is over when a change comes",
    "busychange": "a change is answered by 503 with Retry-After",
    "raced": "what is changed was changed by somebody else: 412",
    "notag": "no ETag is told",
    "nojob": "no job is named for the settings (shape dell)",
    "jobfailed": "the job fails (shape dell)",
    "jobstuck": "the job never gets ready (shape dell)",
    "late": "what waits shows after it was read twice (shape supermicro)",
    "inpost": "the server is in its self test, and takes no change (shape hpe)",
    "presence": "physical presence is wanted, and not asserted (shape lenovo)",
    "asserted": "physical presence is wanted, and asserted (shape lenovo)",
    "blind": "the settings that wait cannot be read any more after a change",
}
COMMITTED = "Pending configuration values are already committed, unable to perform another set operation."
JOBS = "/redfish/v1/Managers/iDRAC.Embedded.1/Oem/Dell/Jobs"


def flags(add):
    add("-attribute", action="append", default=[], metavar="NAME=VALUE", help="a setting of the firmware is this now")
    add("-pending", action="append", default=[], metavar="NAME=VALUE", help="and this one waits for the next start")
    add("-power", default="", help="PowerState at the start")
    add("-securemode", default="", help="SecureBootMode")
    add("-secureboot", default="", choices=["", "on", "off"], help="Secure Boot now and at the next start")


def error(key, message, **more):
    return {"error": {"code": "Base.1.12.GeneralError", "message": "See @Message.ExtendedInfo for more information.",
                      "@Message.ExtendedInfo": [{"MessageId": key, "Message": message, **more}]}}


def value_of(text):
    return {"true": True, "false": False}.get(text, text)


class Changes:
    """What can be changed in the bodies of one BMC. Called with the BMC's lock held."""

    def __init__(self, bmc):
        self.bmc, self.moves, self.jobs, self.late, self.blind = bmc, [], {}, {}, False
        options = bmc.options
        self.shape = options.shape
        self.system = next(body for body in bmc.bodies.values() if "BiosVersion" in body)
        self.bios = bmc.bodies.get(bmc.key(self.system["Bios"]["@odata.id"]), {})
        place = self.bios.get("@Redfish.Settings", {}).get("SettingsObject", {}).get("@odata.id")
        self.settings = bmc.bodies.get(bmc.key(place)) if place else None
        self.secure = bmc.bodies.get(bmc.key(self.system["SecureBoot"]["@odata.id"]), {})
        self.prepare(options)

    def prepare(self, options):
        reset = self.system["Actions"]["#ComputerSystem.Reset"]
        types = ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart"]
        reset["ResetType@Redfish.AllowableValues"] = types
        if self.shape == "supermicro": # told at a place of its own
            del reset["ResetType@Redfish.AllowableValues"]
            place = self.system["@odata.id"] + "/ResetActionInfo"
            reset["@Redfish.ActionInfo"] = place
            self.bmc.bodies[self.bmc.key(place)] = {"@odata.id": place, "Id": "ResetActionInfo", "Name": "Reset Action Info", "Parameters": [
                {"Name": "ResetType", "Required": True, "DataType": "String", "AllowableValues": types}]}
        for text in options.attribute:
            name, value = text.split("=", 1)
            self.bios["Attributes"][name] = value_of(value)
            if self.settings and self.is_copy():
                self.settings["Attributes"][name] = value_of(value)
        for text in options.pending:
            name, value = text.split("=", 1)
            self.settings.setdefault("Attributes", {})[name] = value_of(value)
        if options.power:
            self.system["PowerState"] = options.power
        if options.securemode:
            self.secure["SecureBootMode"] = options.securemode
        if options.secureboot:
            self.secure["SecureBootEnable"] = options.secureboot == "on"
            self.secure["SecureBootCurrentBoot"] = "Enabled" if options.secureboot == "on" else "Disabled"
        if self.shape == "lenovo" and (self.bmc.has("presence") or self.bmc.has("asserted")):
            self.system["Oem"] = {"Lenovo": {"TPMSettings": {"AssertRPP": self.bmc.has("asserted"), "AssertDurationMins": 30, "EnableRPP": True}}}

    def is_copy(self):
        """With some the settings that wait are a copy of all settings, with others the changed ones alone."""
        return self.shape in ("hpe", "lenovo", "loose")

    def due(self):
        """What has come to pass by now."""
        now = time.monotonic()
        for move in [move for move in self.moves if move[0] <= now]:
            self.moves.remove(move)
            move[1]()

    # A change comes.

    def take(self, method, path, asked, if_match, tag_of):
        """Out: status, body, headers; or "cut", after nothing was answered."""
        bmc = self.bmc
        bmc.note(bmc.options.mutations, f"change {method}:{path} {json.dumps(asked, separators=(',', ':'))}")
        if bmc.has("cutbefore"):
            return "cut"
        refused = self.goes_wrong(asked)
        if refused:
            return refused
        body = bmc.bodies.get(bmc.key(path))
        if method == "PATCH" and body is not None:
            if bmc.has("raced") or (if_match is not None and if_match != "*" and if_match != tag_of(body)):
                return 412, error("Base.1.12.PreconditionFailed", "The ETag supplied did not match the ETag required to change this resource."), {}
            if if_match is None and self.shape in ("lenovo", "loose"):
                return 428, error("Base.1.12.PreconditionRequired", "A precondition header or annotation is required to change this resource."), {}
        answer = self.make(method, path, asked, body)
        if bmc.has("blind"):
            self.blind = True
        if bmc.has("cutpatch"):
            return "cut"
        return (500, error("Base.1.12.InternalError", "The request failed due to an internal service error."), {}) if bmc.has("failmade") else answer

    def goes_wrong(self, asked):
        names = [name for name in asked.get("Attributes", asked) if not name.startswith("@")]
        about = {"RelatedProperties": [f"#/Attributes/{name}" for name in names], "MessageArgs": names}
        answers = {
            "expirechange": (401, error("Base.1.12.NoValidSession", "There is no valid session established with the implementation."), {}),
            "busychange": (503, error("Base.1.12.ServiceTemporarilyUnavailable", "The service is temporarily unavailable. Retry in 1 seconds."),
                           {"Retry-After": "1"}),
            "refused200": (200, error("IDRAC.1.6.SYS410", "Unable to modify the attribute because the attribute is read-only and depends on other attributes.",
                                    **about), {}),
            "reject": (400, error("Base.1.12.PropertyNotWritable", "The property is a read-only property and cannot be assigned a value.", **about), {}),
            "inpost": (400, {"error": {"code": "iLO.0.10.ExtendedInfo", "@Message.ExtendedInfo": [
                {"MessageId": "iLO.2.15.UnableToModifyDuringSystemPOST", "MessageArgs": names[:1]}]}}, {}),
            "fail": (500, error("Base.1.12.InternalError", "The request failed due to an internal service error."), {}),
        }
        if self.bmc.has("expirechange"):
            self.bmc.expire_all()
        for name, answer in answers.items():
            if self.bmc.has(name):
                return answer
        return None

    def make(self, method, path, asked, body):
        key = self.bmc.key
        if method == "POST":
            return self.reset(asked) if key(path) == key(self.system["Actions"]["#ComputerSystem.Reset"]["target"]) else (404, {}, {})
        if body is self.system:
            self.system["Boot"].update(asked.get("Boot", {}))
            return 200, error("Base.1.12.Success", "The request completed successfully."), {}
        if body is self.secure and self.shape != "dell":
            return self.secure_boot(asked)
        place = self.bios if self.shape in ("supermicro", "several") else self.settings
        if body is None or body is not place or "Attributes" not in asked:
            return 405, error("Base.1.12.OperationNotAllowed", "The HTTP method is not allowed on this resource."), {}
        return self.set(asked)

    def secure_boot(self, asked):
        if self.bmc.has("dropped"):
            return 200, None, {}
        if self.shape in ("supermicro", "several"): # seen among the settings that wait
            self.settings.setdefault("Attributes", {})["SecureBootEnable_0122"] = asked["SecureBootEnable"]
            return 202, None, {}
        self.secure["SecureBootEnable"] = asked["SecureBootEnable"]
        return 200, error("Base.1.12.Success", "The request completed successfully."), {}

    def set(self, asked):
        wanted = dict(asked["Attributes"])
        unknown = [name for name in wanted if name not in self.bios["Attributes"]]
        if unknown:
            return 400, error("Base.1.12.PropertyUnknown", f"The property {unknown[0]} is not valid for this resource.", MessageArgs=unknown), {}
        if self.shape == "dell" and self.jobs:
            return 400, error("IDRAC.2.8.SYS011", COMMITTED), {}
        left = list(wanted)[1:] if self.bmc.has("half") or self.bmc.has("halftold") else list(wanted) if self.bmc.has("dropped") else []
        for name in left:
            del wanted[name]
        answer = self.wait_with(wanted, "@Redfish.SettingsApplyTime" in asked)
        if self.bmc.has("halftold"):
            told = {"RelatedProperties": [f"#/Attributes/{name}" for name in left], "MessageArgs": left}
            return 200, error("Base.1.12.PropertyNotWritable", "The property is a read-only property and cannot be assigned a value.", **told), {}
        return answer

    def wait_with(self, wanted, applies):
        """Settings wait now. Out: how this maker answers."""
        if self.shape in ("supermicro", "several"):
            waits = self.settings.setdefault("Attributes", {})
            if self.bmc.has("late"):
                self.late = {"left": 2, "wanted": wanted}
            else:
                waits.update(wanted)
            return 202, None, {}
        self.settings.setdefault("Attributes", {}).update(wanted)
        if self.shape == "hpe":
            return 200, {"error": {"code": "iLO.0.10.ExtendedInfo", "message": "See @Message.ExtendedInfo for more information.",
                                   "@Message.ExtendedInfo": [{"MessageId": "iLO.2.15.SystemResetRequired"}]}}, {}
        if self.shape != "dell":
            return 200, dict(self.settings), {}
        if not applies or self.bmc.has("nojob"):
            return 200, error("Base.1.12.Success", "The request completed successfully."), {}
        name = f"JID_{len(self.jobs) + 1:012d}"
        self.jobs[f"{JOBS}/{name}"] = 0
        return 202, None, {"Location": f"{JOBS}/{name}"}

    # What is read of it.

    def read(self, path):
        """The body of what exists by changes alone. Out: status, body; None for what is no concern of ours."""
        if self.blind and self.settings is not None and self.bmc.key(path) == self.bmc.key(self.settings["@odata.id"]):
            return 500, error("Base.1.12.InternalError", "The request failed due to an internal service error.")
        if self.late and self.bmc.key(path) == self.bmc.key(self.settings["@odata.id"]):
            self.late["left"] -= 1
            if self.late["left"] <= 0:
                self.settings["Attributes"].update(self.late["wanted"])
                self.late = {}
        if path not in self.jobs:
            return None
        self.jobs[path] += 1
        name = path.rsplit("/", 1)[1]
        body = {"@odata.id": path, "@odata.type": "#DellJob.v1_1_0.DellJob", "Id": name, "Name": "Configure: BIOS.Setup.1-1",
                "JobType": "BIOSConfiguration", "JobState": "New", "Message": "New", "PercentComplete": 0}
        if self.jobs[path] >= 2 and not self.bmc.has("jobstuck"):
            failed = self.bmc.has("jobfailed")
            body.update(JobState="Failed" if failed else "Scheduled", PercentComplete=100 if failed else 0,
                        Message="Unable to configure the settings." if failed else "Task successfully scheduled.")
        return 200, body

    # A reset.

    def reset(self, asked):
        kind, delay = asked.get("ResetType"), self.bmc.options.delay / 1000
        system, now = self.system, time.monotonic()
        if kind not in ("On", "GracefulShutdown", "GracefulRestart", "ForceOff", "ForceRestart"):
            return 400, error("Base.1.12.PropertyValueNotInList", "The value for the property ResetType is not in the list of acceptable values."), {}
        if (kind == "On") == (system["PowerState"] == "On"):
            return 409, error("iLO.2.15.InvalidOperationForSystemState", "The operation was not successful due to the current power state."), {}
        if kind in ("GracefulShutdown", "ForceOff"):
            self.moves.append((now + delay, lambda: system.update(PowerState="Off")))
        else:
            self.moves.append((now + delay, self.begin_start))
            self.moves.append((now + 2 * delay, self.end_start))
        return 204, None, {}

    def begin_start(self):
        self.system["PowerState"] = "On"
        if "Hpe" in self.system.get("Oem", {}):
            self.system["Oem"]["Hpe"]["PostState"] = "InPost"
        boot = self.system["Boot"]
        if boot["BootSourceOverrideEnabled"] == "Once":
            boot.update(BootSourceOverrideEnabled="Disabled", BootSourceOverrideTarget="None")

    def end_start(self):
        """The settings that waited hold now."""
        waiting = (self.settings or {}).get("Attributes", {})
        secure = [value for name, value in waiting.items() if name.startswith("SecureBootEnable")]
        self.bios.get("Attributes", {}).update({name: value for name, value in waiting.items() if name in self.bios["Attributes"]})
        if self.settings is not None and not self.is_copy():
            self.settings["Attributes"] = {}
            if self.shape in ("supermicro", "several"):
                del self.settings["Attributes"]
        if secure:
            self.secure["SecureBootEnable"] = secure[0]
        if self.shape == "hpe":
            self.bios["@Redfish.Settings"]["Messages"] = [{"MessageId": "Base.1.0.Success"}]
            self.system["Oem"]["Hpe"]["PostState"] = "FinishedPost"
        if self.secure and self.shape != "cisco":
            self.secure["SecureBootCurrentBoot"] = "Enabled" if self.secure["SecureBootEnable"] else "Disabled"
        self.jobs.clear()
