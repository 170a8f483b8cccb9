#!/usr/bin/python3
"""read-state.py URL USER PASSWORD HOST - what pyvmomi, a reader of somebody else's, sees of a host: one JSON object on standard output.

For tests that acted on the host by reattest. The certificate is not looked at: the server is the test's own, on loopback."""
import json
import ssl
import sys
from urllib.parse import urlsplit

from pyVim import connect
from pyVmomi import vim


def find_host(content, name):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    try:
        for host in view.view:
            if host.name == name:
                return host
    finally:
        view.DestroyView()
    sys.exit(f"read-state: no host is called {name}")


def state_of(host):
    attestation = host.summary.tpmAttestation
    return {
        "connectionState": host.runtime.connectionState,
        "inMaintenanceMode": host.runtime.inMaintenanceMode,
        "bootTime": host.runtime.bootTime.isoformat(),
        "tpmAttestation": attestation.status if attestation else None,
        "tpmAttestationTime": attestation.time.isoformat() if attestation else None,
        "sshRunning": any(s.running for s in host.configManager.serviceSystem.serviceInfo.service if s.key == "TSM-SSH"),
        "alarms": [{"name": a.alarm.info.name, "status": a.overallStatus, "acknowledged": bool(a.acknowledged)}
                   for a in host.triggeredAlarmState],
    }


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    url = urlsplit(sys.argv[1])
    service = connect.SmartConnect(host=url.hostname, port=url.port, user=sys.argv[2], pwd=sys.argv[3],
                                   sslContext=ssl._create_unverified_context())
    try:
        print(json.dumps(state_of(find_host(service.RetrieveContent(), sys.argv[4])), sort_keys=True))
    finally:
        connect.Disconnect(service)


main()
