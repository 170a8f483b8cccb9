"""Attribute registries for the BMC peer: what the firmware of each maker calls its settings, where they stand, what locks them. Attributes,
labels and rules are in the manner of those makers; what fills the registries to their size is made up.

Sources of the shapes: DMTF AttributeRegistry schema; published descriptions of registries of Dell, HPE, Lenovo and Supermicro. Traps kept: an id
with another version than Bios names, or with none; paths in lower case; a path outside /redfish; several languages; a collection in pages; a
ReadOnly that was true in another state; values whose names are numbers."""
from bmc_bodies import collection, link

REGISTRIES = "/redfish/v1/Registries"
FILLERS = 1500 # entries that are nobody's concern: real registries have thousands
SWITCH = (("Enabled", "Enabled"), ("Disabled", "Disabled"))


def attribute(name, label, menu, values=(), **more):
    """values: pairs of name and what is shown; none: a text."""
    body = {"AttributeName": name, "DisplayName": label, "MenuPath": menu, "DisplayOrder": 1, "ReadOnly": False, "GrayOut": False, "Hidden": False,
            "ResetRequired": True, "Type": "Enumeration" if values else "String", **more}
    if values:
        body["Value"] = [{"ValueName": value, "ValueDisplayName": shown} for value, shown in values]
    return body


def menu(path, label):
    return {"MenuName": path.rsplit("/", 1)[-1], "MenuPath": path, "DisplayName": label, "DisplayOrder": 1, "ReadOnly": False, "Hidden": False}


def rule(target, *terms, to="ReadOnly", value=True, join="OR"):
    """What terms (attribute, condition, value) do to the target."""
    conditions = [{"MapFromAttribute": name, "MapFromProperty": "CurrentValue", "MapFromCondition": how, "MapFromValue": wanted}
                  for name, how, wanted in terms]
    for condition in conditions[1:]:
        condition["MapTerms"] = join
    return {"DependencyFor": target, "Type": "Map",
            "Dependency": {"MapFrom": conditions, "MapToAttribute": target, "MapToProperty": to, "MapToValue": value}}


def registry(name, attributes, menus, rules):
    fill = [attribute(f"MadeUp{i:04}", f"Setting number {i} of those nobody asks for", f"./Pages/Page{i % 40}", SWITCH,
                      HelpText="Switches something on or off that has nothing to do with what is tested here. " * 3) for i in range(FILLERS)]
    half = FILLERS // 2
    return {"@odata.type": "#AttributeRegistry.v1_3_2.AttributeRegistry", "Id": name, "Name": "BIOS Attribute Registry", "Language": "en",
            "OwningEntity": "Test", "RegistryVersion": "1.0.0",
            "RegistryEntries": {"Attributes": fill[:half] + attributes + fill[half:],
                                "Menus": menus + [menu(f"./Pages/Page{i}", f"Page {i}") for i in range(40)],
                                "Dependencies": rules + [rule(f"MadeUp{i:04}", (f"MadeUp{i + 1:04}", "EQU", "Enabled")) for i in range(0, half, 7)]}}


def file(path, *locations):
    name = path.rsplit("/", 1)[-1]
    return {"@odata.id": path, "@odata.type": "#MessageRegistryFile.v1_1_3.MessageRegistryFile", "Id": name, "Name": f"{name} Registry File",
            "Registry": name, "Languages": [language for language, _ in locations],
            "Location": [{"Language": language, "Uri": uri} for language, uri in locations]}


def others(count):
    return [f"{REGISTRIES}/Messages{i}.1.0.{i}" for i in range(count)]


def dell():
    """In pages; its version is not the one Bios names; ReadOnly is of the day on which the TPM was off."""
    system, advanced, boot = "./SysSecurityRef", "./SysSecurityRef/TpmAdvancedSettingsRef", "./BootSettingsRef"
    member, place = f"{REGISTRIES}/BiosAttributeRegistry.v1_0_0", "/redfish/v1/Systems/System.Embedded.1/Bios/BiosRegistry"
    off = ("TpmSecurity", "EQU", "Off")
    body = registry("BiosAttributeRegistry.v1_0_3", [
        attribute("TpmSecurity", "TPM Security", system, (("Off", "Off"), ("On", "On")),
                  HelpText="Controls whether the Trusted Platform Module is reported to the operating system."),
        attribute("Tpm2Hierarchy", "TPM Hierarchy", system, SWITCH + (("Clear", "Clear"),), ReadOnly=True,
                  WarningText="WARNING: Clear erases what the TPM keeps; the operating system may not start."),
        attribute("Tpm2Algorithm", "TPM2 Algorithm Selection", advanced, (("SHA1", "SHA1"), ("SHA256", "SHA256"), ("SHA384", "SHA384")), ReadOnly=True,
                  HelpText="The hash algorithm of the platform configuration registers."),
        attribute("IntelTxt", "Intel(R) TXT", system, (("Off", "Off"), ("On", "On"))),
        attribute("SecureBoot", "Secure Boot", system, SWITCH),
        attribute("BootMode", "Boot Mode", boot, (("Bios", "BIOS"), ("Uefi", "UEFI"))),
        attribute("ForceInt10", "Load Legacy Video Option ROM", boot, SWITCH),
        attribute("TpmPpiBypassProvision", "TPM PPI Bypass Provision", advanced, SWITCH),
    ], [menu("./", "System BIOS Settings"), menu(system, "System Security"), menu(advanced, "TPM Advanced Settings"), menu(boot, "Boot Settings")],
        [rule("Tpm2Hierarchy", off), rule("Tpm2Algorithm", off), rule("TpmPpiBypassProvision", off),
         rule("Tpm2Algorithm", ("IntelTxt", "EQU", "On"), to="CurrentValue", value="SHA256"),
         rule("SecureBoot", ("BootMode", "EQU", "Bios"), ("ForceInt10", "EQU", "Enabled")),
         rule("BootMode", ("SecureBoot", "EQU", "Enabled"))])
    second = REGISTRIES + "?$skip=30"
    first = collection(REGISTRIES, "MessageRegistryFile", *others(30)) | {"Members@odata.nextLink": second}
    last = collection(REGISTRIES, "MessageRegistryFile", f"{REGISTRIES}/NetworkAttributeRegistry_NIC.v1_0_0", member)
    return {REGISTRIES: first, second: last, member: file(member, ("en", place)), place: body}


def hpe():
    """Lower case on the way; three languages; the BIOS's own letters in the name."""
    member, name = f"{REGISTRIES}/BiosAttributeRegistryA42.v1_2_60", "biosattributeregistrya42.v1_2_60"
    options, more = "./ServerSecurity/TpmOptions", "./ServerSecurity/TpmOptions/AdvancedTpmOptions"
    places = [(language, f"/redfish/v1/registrystore/registries/{language}/{name}") for language in ("ja", "en", "zh")]
    body = registry("BiosAttributeRegistryA42.v1_2_60", [
        attribute("TpmState", "Current TPM State", options, (("NotPresent", "Not Present"), ("PresentDisabled", "Present and Disabled"),
                                                              ("PresentEnabled", "Present and Enabled")), ReadOnly=True),
        attribute("TpmActivePcrs", "Current TPM 2.0 Active PCRs", options, (("NotSpecified", "Not Specified"), ("Sha1", "SHA1 only"),
                                                                           ("Sha256", "SHA256 only"), ("Sha1Sha256", "SHA1 and SHA256"))),
        attribute("Tpm20SoftwareInterfaceStatus", "Current TPM 2.0 Software Interface Status", options,
                  (("NoAction", "No Action"), ("Fifo", "FIFO"), ("Crb", "CRB")), ReadOnly=True),
        attribute("Tpm20SoftwareInterfaceOperation", "TPM 2.0 Software Interface Operation", options,
                  (("NoAction", "No Action"), ("Fifo", "FIFO"), ("Crb", "CRB"))),
        attribute("Tpm2Operation", "TPM 2.0 Operation", options, (("NoAction", "No Action"), ("Clear", "Clear")),
                  WarningText="Clearing the TPM can prevent an operating system that uses it from starting."),
        attribute("TpmVisibility", "TPM Visibility", more, (("Hidden", "Hidden"), ("Visible", "Visible"))),
        attribute("TPM2StorageDisable", "TPM 2.0 Storage Hierarchy", more, SWITCH),
        attribute("TPM2EndorsementDisable", "TPM 2.0 Endorsement Hierarchy", more, SWITCH),
        attribute("SecureBootStatus", "Secure Boot Status", "./ServerSecurity/SecureBootSettings", SWITCH, ReadOnly=True),
        attribute("BootMode", "Boot Mode", "./BootOptions", (("Uefi", "UEFI Mode"), ("LegacyBios", "Legacy BIOS Mode"))),
    ], [menu("./", "BIOS/Platform Configuration (RBSU)"), menu("./ServerSecurity", "Server Security"), menu("./BootOptions", "Boot Options"),
        menu(options, "Trusted Platform Module Options"), menu(more, "Advanced Trusted Platform Module Options"),
        menu("./ServerSecurity/SecureBootSettings", "Secure Boot Settings")],
        [rule("Tpm2Operation", ("TpmVisibility", "EQU", "Hidden")),
         rule("Tpm2Operation", ("TpmVisibility", "EQU", "Hidden"), to="CurrentValue", value="NoAction"),
         rule("Tpm2Operation", ("BootMode", "EQU", "LegacyBios"), to="GrayOut"),
         rule("TPM2StorageDisable", ("TpmVisibility", "EQU", "Hidden"), to="GrayOut"),
         rule("TpmActivePcrs", ("TpmState", "NEQ", "PresentEnabled"), to="GrayOut")])
    japanese = dict(body, Language="ja", RegistryEntries={"Attributes": [], "Menus": [], "Dependencies": []})
    members = collection(REGISTRIES, "MessageRegistryFile", *others(12), member + "/")
    return {REGISTRIES: members, member: file(member, *places)} | {place: body if language == "en" else japanese for language, place in places}


def lenovo():
    """Names of menus that no screen shows stand beside those it does."""
    member, place = f"{REGISTRIES}/BiosAttributeRegistry.1.0.0", "/redfish/v1/schemas/registries/BiosAttributeRegistry.1.0.0.json"
    group = "./TrustedComputingGroup/TrustedComputingGroup_TrustedPlatformModuleTPM20"
    restart = "Changes require a system reboot to take effect."
    body = registry("BiosAttributeRegistry.1.0.0", [
        attribute("TrustedComputingGroup_DeviceOperation", "Device Operation", group, (("None", "None"), ("Clear", "Clear")), WarningText=restart),
        attribute("TrustedComputingGroup_SHA_1PCRBank", "SHA-1 PCR Bank", group, SWITCH, WarningText=restart),
        attribute("Processors_TrustedExecutionTechnology", "Trusted Execution Technology", "./Processors", SWITCH),
        attribute("SecureBootConfiguration_SecureBootSetting", "Secure Boot Setting", "./SecureBootConfiguration", SWITCH),
        attribute("SecureBootConfiguration_SecureBootStatus", "Secure Boot Status", "./SecureBootConfiguration", SWITCH, ReadOnly=True),
        attribute("BootModes_SystemBootMode", "System Boot Mode", "./BootModes", (("UEFIMode", "UEFI Mode"), ("LegacyMode", "Legacy Mode"))),
    ], [menu("./TrustedComputingGroup", "Trusted Computing Group"), menu(group, "Trusted Platform Module (TPM 2.0)"), menu("./Processors", "Processors"),
        menu("./SecureBootConfiguration", "Secure Boot Configuration"), menu("./BootModes", "Boot Modes")],
        [rule("SecureBootConfiguration_SecureBootSetting", ("BootModes_SystemBootMode", "EQU", "LegacyMode"), to="GrayOut")])
    return {REGISTRIES: collection(REGISTRIES, "MessageRegistryFile", *others(5), member), member: file(member, ("en", place)), place: body}


def supermicro():
    """Outside /redfish; values whose names are numbers; one name twice."""
    member, place, page = f"{REGISTRIES}/BiosAttributeRegistry", "/registries/BiosAttributeRegistry.1.0.0.json", "./Advanced/TrustedComputing"
    enable = (("Disable", "Disable"), ("Enable", "Enable"))
    body = registry("BiosAttributeRegistry.v1_0_0", [
        attribute("SecurityDeviceSupport_0063", "Security Device Support", page, enable),
        attribute("SHA_1PCRBank_0064", "SHA-1 PCR Bank", page, SWITCH),
        attribute("SHA256PCRBank_0065", "SHA256 PCR Bank", page, SWITCH),
        attribute("PendingOperation_0069", "Pending Operation", page, (("0", "None"), ("1", "TPM Clear")),
                  HelpText="The computer restarts to change the state of the security device."),
        attribute("TXTSupport_0062", "TXT Support", page, SWITCH),
        attribute("TXTSupport_0072", "TXT Support", page, SWITCH, Hidden=True),
    ], [menu("./Advanced", "Advanced"), menu(page, "Trusted Computing")],
        [rule("SHA256PCRBank_0065", ("SecurityDeviceSupport_0063", "EQU", "Disable"), to="Hidden"),
         rule("SHA_1PCRBank_0064", ("SecurityDeviceSupport_0063", "EQU", "Disable"), to="Hidden")])
    return {REGISTRIES: collection(REGISTRIES, "MessageRegistryFile", *others(3), member), member: file(member, ("en", place)), place: body}


MADE = {made.__name__: made for made in (dell, hpe, lenovo, supermicro)}
NAMES = {"dell": "BiosAttributeRegistry.v1_0_3", "hpe": "BiosAttributeRegistryA42.v1_2_60", "lenovo": "BiosAttributeRegistry.1.0.0",
         "supermicro": "BiosAttributeRegistry.v1_0_0"}
OFF = {"dell": ("TpmSecurity", "Off"), "hpe": ("TpmVisibility", "Hidden"), "supermicro": ("SecurityDeviceSupport_0063", "Disable")}


def add(shape, bodies, scenario):
    """The registry of a shape, its link, and its name in Bios. Scenarios: no link to it; a registry that is another kind; a TPM that is off."""
    if shape not in MADE:
        return
    for body in list(bodies.values()):
        if "#Bios." in body.get("@odata.type", "") and "Attributes" in body:
            body["AttributeRegistry"] = NAMES[shape]
            if "tpmoff" in scenario and shape in OFF and OFF[shape][0] in body["Attributes"]:
                name, value = OFF[shape]
                body["Attributes"][name] = value
    if "noregistries" in scenario:
        return
    made = MADE[shape]()
    if "wrongregistry" in scenario:
        made = {path: body if "RegistryEntries" not in body else {"@odata.type": "#MessageRegistry.v1_4_0.MessageRegistry", "Id": "Messages",
                "MessageCount": 0} for path, body in made.items()}
    for path, body in made.items():
        bodies[path.rstrip("/").lower()] = body
    bodies["/redfish/v1"]["Registries"] = link(REGISTRIES)
