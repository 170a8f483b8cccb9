"""What the BMC peer shows, by maker: bodies in the shapes those makers' BMCs send, with names and numbers made up for these tests.

A shape is a dict from path to body. Links are followed by clients, so ids differ as they do in the world: System.Embedded.1, 1, a serial
number. Sources of the shapes: DMTF schemas; Redfish bodies that makers and users published."""


def link(path):
    return {"@odata.id": path}


def links(*paths):
    return [link(path) for path in paths]


def body(path, kind, name, **members):
    return {"@odata.id": path, "@odata.type": f"#{kind}", "Id": path.rstrip("/").rsplit("/", 1)[-1], "Name": name, **members}


def collection(path, kind, *members):
    return {"@odata.id": path, "@odata.type": f"#{kind}Collection.{kind}Collection", "Name": f"{kind} Collection",
            "Members": links(*members), "Members@odata.count": len(members)}


def root(version, vendor=None, **members):
    named = {"Vendor": vendor} if vendor else {}
    return body("/redfish/v1/", "ServiceRoot.v1_10_0.ServiceRoot", "Root Service", RedfishVersion=version,
                UUID="00000000-0000-4000-8000-0000000000b1", Systems=link("/redfish/v1/Systems"), Managers=link("/redfish/v1/Managers"),
                Chassis=link("/redfish/v1/Chassis"), SessionService=link("/redfish/v1/SessionService"),
                Links={"Sessions": link("/redfish/v1/SessionService/Sessions")}, **named, **members)


def service(timeout):
    return body("/redfish/v1/SessionService", "SessionService.v1_1_8.SessionService", "Session Service", SessionTimeout=timeout,
                ServiceEnabled=True, Sessions=link("/redfish/v1/SessionService/Sessions"))


def frame(version, timeout, system, manager, chassis, vendor=None):
    """The root, the session service and the three collections."""
    return {
        "/redfish/v1/": root(version, vendor),
        "/redfish/v1/SessionService": service(timeout),
        "/redfish/v1/Systems": collection("/redfish/v1/Systems", "ComputerSystem", *system),
        "/redfish/v1/Managers": collection("/redfish/v1/Managers", "Manager", *manager),
        "/redfish/v1/Chassis": collection("/redfish/v1/Chassis", "Chassis", *chassis),
    }


def put(shape, *bodies):
    for one in bodies:
        shape[one["@odata.id"]] = one
    return shape


def reset_of(system):
    return {"#ComputerSystem.Reset": {"target": f"{system}/Actions/ComputerSystem.Reset",
                                      "ResetType@Redfish.AllowableValues": ["On", "ForceOff", "GracefulShutdown", "ForceRestart"]}}


def computer(path, kind, name, **members):
    boot = {"BootSourceOverrideEnabled": "Disabled", "BootSourceOverrideTarget": "None", "BootSourceOverrideMode": "UEFI",
            "BootSourceOverrideTarget@Redfish.AllowableValues": ["None", "Pxe", "Hdd", "BiosSetup"]}
    return body(path, f"ComputerSystem.{kind}.ComputerSystem", name, SystemType="Physical", Boot=boot, Actions=reset_of(path),
                Bios=link(path + "/Bios"), SecureBoot=link(path + "/SecureBoot"), **members)


def dell():
    system, manager, chassis = "/redfish/v1/Systems/System.Embedded.1", "/redfish/v1/Managers/iDRAC.Embedded.1", "/redfish/v1/Chassis/System.Embedded.1"
    shape = frame("1.11.0", 1800, [system], [manager], [chassis, "/redfish/v1/Chassis/Enclosure.Internal.0-1"], "Dell")
    return put(
        shape,
        computer(system, "v1_16_0", "System", Manufacturer="Dell Inc.", Model="PowerEdge R750", SKU="TAG0001",
             SerialNumber="CNTEST000000001", BiosVersion="1.8.2", PowerState="On",
             BootProgress={"LastState": "OSRunning"},
             Links={"Chassis": links(chassis), "ManagedBy": links(manager), "CooledBy": links(chassis + "/Thermal#/Fans/0")},
             TrustedModules=[{"FirmwareVersion": "7.2.2.0", "InterfaceType": "TPM2_0", "Status": {"State": "Enabled"}}]),
        body(system + "/Bios", "Bios.v1_2_0.Bios", "BIOS Configuration Current Settings",
             AttributeRegistry="BiosAttributeRegistry.v1_0_3",
             **{"@Redfish.Settings": {"SettingsObject": link(system + "/Bios/Settings")}},
             Attributes={"TpmSecurity": "On", "TpmInfo": "Type: 2.0  NTC", "TpmFirmware": "7.2.2.0", "Tpm2Hierarchy": "Enabled",
                         "Tpm2Algorithm": "SHA1", "IntelTxt": "Off", "SecureBoot": "Enabled", "BootMode": "Uefi", "SetupPassword": "",
                         "SHA256SetupPassword": "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
                         "SHA256SetupPasswordSalt": "0123456789ABCDEF0123456789ABCDEF"}),
        body(system + "/Bios/Settings", "Bios.v1_2_0.Bios", "BIOS Configuration Pending Settings", Attributes={}),
        body(system + "/SecureBoot", "SecureBoot.v1_1_0.SecureBoot", "UEFI Secure Boot", SecureBootEnable=True,
             SecureBootCurrentBoot="Enabled", SecureBootMode="DeployedMode"),
        body(manager, "Manager.v1_12_0.Manager", "Manager", ManagerType="BMC", Model="15G Monolithic", FirmwareVersion="6.00.30.00"),
        body(chassis, "Chassis.v1_19_0.Chassis", "Computer System Chassis", ChassisType="RackMount", SerialNumber="CNTEST000000001"),
        body("/redfish/v1/Chassis/Enclosure.Internal.0-1", "Chassis.v1_19_0.Chassis", "Backplane", ChassisType="Enclosure"))


def hpe():
    """Paths in two cases, with and without a slash at the end; the settings are a full copy."""
    system, bios = "/redfish/v1/Systems/1", "/redfish/v1/systems/1/bios"
    attributes = {"TpmType": "Tpm20", "TpmState": "PresentEnabled", "TpmChipId": "StMicroGen10", "TpmActivePcrs": "Sha256",
                  "Tpm20SoftwareInterfaceStatus": "Fifo", "Tpm2Operation": "NoAction", "TpmVisibility": "Visible",
                  "TPM2StorageDisable": "Enabled", "TPM2EndorsementDisable": "Enabled", "SecureBootStatus": "Enabled", "BootMode": "Uefi"}
    shape = frame("1.6.0", 30, [system + "/"], ["/redfish/v1/Managers/1/"], ["/redfish/v1/Chassis/1/"])
    return put(
        shape,
        computer(system, "v1_13_0", "Computer System", Manufacturer="HPE", Model="ProLiant DL385 Gen10 Plus v2",
             SKU="P00000-B21", SerialNumber="TESTHPE001", BiosVersion="A42 v2.60 (08/11/2022)", PowerState="On",
             Oem={"Hpe": {"PostState": "FinishedPost"}},
             Links={"Chassis": links("/redfish/v1/Chassis/1"), "ManagedBy": links("/redfish/v1/Managers/1")},
             TrustedModules=[{"FirmwareVersion": "73.64", "InterfaceType": "TPM2_0", "Oem": {"Hpe": {"VendorName": "None"}},
                              "Status": {"Health": "OK", "State": "Enabled"}}]) | {"Bios": link(bios)},
        body(bios, "Bios.v1_0_0.Bios", "BIOS Current Settings", AttributeRegistry="BiosAttributeRegistryA42.v1_2_60",
             **{"@Redfish.Settings": {"SettingsObject": link(bios + "/settings"), "Messages": [{"MessageId": "Base.1.0.Success"}]}},
             Attributes=attributes),
        body(bios + "/settings", "Bios.v1_0_0.Bios", "BIOS Pending Settings", Attributes=dict(attributes)),
        body(system + "/SecureBoot", "SecureBoot.v1_0_0.SecureBoot", "SecureBoot", SecureBootEnable=True, SecureBootCurrentBoot="Enabled",
             SecureBootMode="UserMode"),
        body("/redfish/v1/Managers/1", "Manager.v1_5_1.Manager", "Manager", ManagerType="BMC", Model="iLO 5", FirmwareVersion="iLO 5 v2.72"),
        body("/redfish/v1/Chassis/1", "Chassis.v1_10_2.Chassis", "Computer System Chassis", ChassisType="RackMount"))


def lenovo():
    system = "/redfish/v1/Systems/1"
    attributes = {"TrustedComputingGroup_DeviceOperation": "None", "TrustedComputingGroup_SHA_1PCRBank": "Disabled",
                  "SecureBootConfiguration_SecureBootSetting": "Disabled", "SecureBootConfiguration_SecureBootStatus": "Disabled",
                  "BootModes_SystemBootMode": "UEFIMode", "Processors_TrustedExecutionTechnology": "Disabled"}
    shape = frame("1.15.0", 300, [system], ["/redfish/v1/Managers/1"], ["/redfish/v1/Chassis/1"], "Lenovo")
    return put(
        shape,
        computer(system, "v1_17_0", "ComputerSystem", Manufacturer="Lenovo", Model="ThinkSystem SR670 V2",
             SKU="7Z00CTO1WW", SerialNumber="TESTLNV1", BiosVersion="U8E122J", PowerState="Off",
             Links={"Chassis": links("/redfish/v1/Chassis/1"), "ManagedBy": links("/redfish/v1/Managers/1")},
             TrustedModules=[{"FirmwareVersion": "7.2.2.0", "InterfaceType": "TPM2_0", "InterfaceTypeSelection": "BiosSetting",
                              "Status": {"State": "Enabled", "Health": "OK"}}]),
        body(system + "/Bios", "Bios.v1_2_0.Bios", "Bios", **{"@Redfish.Settings": {"SettingsObject": link(system + "/Bios/Pending")}},
             Attributes=attributes),
        body(system + "/Bios/Pending", "Bios.v1_2_0.Bios", "BIOS Pending Settings", Attributes=dict(attributes)),
        body(system + "/SecureBoot", "SecureBoot.v1_1_0.SecureBoot", "Secure Boot", SecureBootEnable=False, SecureBootCurrentBoot="Disabled",
             SecureBootMode="UserMode"),
        body("/redfish/v1/Managers/1", "Manager.v1_14_0.Manager", "Manager", ManagerType="BMC", Model="Lenovo XClarity Controller",
             FirmwareVersion="D8E126N"),
        body("/redfish/v1/Chassis/1", "Chassis.v1_20_0.Chassis", "Chassis", ChassisType="RackMount"))


def supermicro():
    """No vendor in the root, no TrustedModules, and the pending settings have no Attributes while nothing is pending."""
    system = "/redfish/v1/Systems/1"
    shape = frame("1.8.0", 300, [system], ["/redfish/v1/Managers/1"], ["/redfish/v1/Chassis/1"])
    return put(
        shape,
        computer(system, "v1_8_0", "System", Manufacturer="Supermicro", Model="SYS-821GE-TNHR",
             SerialNumber="TESTSMC001", BiosVersion="2.1", PowerState="On",
             Links={"Chassis": links("/redfish/v1/Chassis/1"), "ManagedBy": links("/redfish/v1/Managers/1")}),
        body(system + "/Bios", "Bios.v1_1_0.Bios", "BIOS Configuration", **{"@Redfish.Settings": {"SettingsObject": link(system + "/Bios/SD")}},
             Attributes={"SecurityDeviceSupport_0063": "Enable", "SHA256PCRBank_0065": "Enabled", "SHA_1PCRBank_0064": "Disabled",
                         "PendingOperation_0069": "None", "TXTSupport_0062": "Disabled"}),
        body(system + "/Bios/SD", "Bios.v1_1_0.Bios", "BIOS Configuration Pending"),
        body(system + "/SecureBoot", "SecureBoot.v1_1_0.SecureBoot", "SecureBoot", SecureBootEnable=False, SecureBootCurrentBoot="Disabled",
             SecureBootMode="SetupMode"),
        body("/redfish/v1/Managers/1", "Manager.v1_7_0.Manager", "Manager", ManagerType="BMC", Model="ASPEED", FirmwareVersion="01.03.19"),
        body("/redfish/v1/Chassis/1", "Chassis.v1_9_1.Chassis", "Chassis", ChassisType="RackMount"))


def cisco():
    """The system's id is its serial number; what Secure Boot is in the next boot is told wrongly; no pending settings."""
    system = "/redfish/v1/Systems/TESTCSC0001"
    shape = frame("1.5.0", 1800, [system], ["/redfish/v1/Managers/CIMC"], ["/redfish/v1/Chassis/1"])
    return put(
        shape,
        computer(system, "v1_11_0", "UCS C240 M5SN", Manufacturer="Cisco Systems Inc", Model="UCSC-C240-M5SN",
             SerialNumber="TESTCSC0001", BiosVersion="C240M5.4.2.1c.0", PowerState="On",
             Links={"Chassis": links("/redfish/v1/Chassis/1"), "ManagedBy": links("/redfish/v1/Managers/CIMC")},
             TrustedModules=[{"Oem": {"Cisco": {"TPM": None}}, "Status": {"State": "Absent"}}]),
        body(system + "/Bios", "Bios.v1_1_0.Bios", "BIOS", Attributes={"TPMControl": "Disabled", "TXTSupport": "Disabled", "SHA256PCRBank": "Enabled"}),
        body(system + "/SecureBoot", "SecureBoot.v1_1_0.SecureBoot", "SecureBoot", SecureBootEnable=False, SecureBootCurrentBoot="Enabled"),
        body("/redfish/v1/Managers/CIMC", "Manager.v1_8_0.Manager", "Manager", ManagerType="BMC", Model="CIMC", FirmwareVersion="4.2(1c)"),
        body("/redfish/v1/Chassis/1", "Chassis.v1_12_0.Chassis", "Chassis", ChassisType="RackMount"))


def several():
    """A server with a baseboard of accelerators: two systems and two managers, of which one is meant."""
    shape = supermicro()
    board = "/redfish/v1/Systems/HGX_Baseboard_0"
    system = shape["/redfish/v1/Systems/1"]
    system["Links"]["ManagedBy"] = links("/redfish/v1/Managers/HGX_FPGA_0", "/redfish/v1/Managers/1")
    shape["/redfish/v1/Systems"] = collection("/redfish/v1/Systems", "ComputerSystem", board, "/redfish/v1/Systems/1")
    return put(shape, body(board, "ComputerSystem.v1_17_0.ComputerSystem", "Baseboard", SystemType="Physical", Manufacturer="ACME"),
               body("/redfish/v1/Managers/HGX_FPGA_0", "Manager.v1_14_0.Manager", "FPGA", ManagerType="Service"))


def twins():
    """Two systems, each with firmware settings: which is meant cannot be told."""
    shape = supermicro()
    other = dict(shape["/redfish/v1/Systems/1"], Id="2")
    other["@odata.id"] = "/redfish/v1/Systems/2"
    shape["/redfish/v1/Systems"] = collection("/redfish/v1/Systems", "ComputerSystem", "/redfish/v1/Systems/1", "/redfish/v1/Systems/2")
    return put(shape, other)


def loose():
    """A system that says neither who manages it nor where it is built in."""
    shape = lenovo()
    shape["/redfish/v1/Systems/1"]["Links"] = {}
    return shape


SHAPES = {made.__name__: made for made in (dell, hpe, lenovo, supermicro, cisco, several, twins, loose)}
