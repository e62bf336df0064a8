/** The composition root: real doors for real runs. */
import type {Ports} from '../core/ports.ts'
import {seededRandom} from '../core/random.ts'
import {systemAgents} from '../system/agents.ts'
import {systemCapabilities} from '../system/capabilities.ts'
import {systemClock} from '../system/clock.ts'
import {systemDatagram} from '../system/datagram.ts'
import {systemDial} from '../system/dial.ts'
import {systemExec} from '../system/exec.ts'
import {systemFiles} from '../system/files.ts'
import {systemGuards} from '../system/guard-process.ts'
import {systemHost} from '../system/host.ts'
import {systemHttp} from '../system/http.ts'
import {systemIcmp} from '../system/icmp.ts'
import {systemListen} from '../system/listen.ts'
import {systemLocks} from '../system/locks.ts'
import {systemMptcp} from '../system/mptcp-door.ts'
import {systemNetworkChanges} from '../system/network/network-changes.ts'
import {privateSockets} from '../system/private-socket.ts'
import {systemPrograms} from '../system/programs.ts'
import {quickExec} from '../system/quick-exec.ts'
import {systemResolver} from '../system/resolver.ts'
import {freshSeed} from '../system/seed.ts'
import {systemTls} from '../system/tls.ts'

/** Builds all ports; every heavy module behind them is loaded at its first use only. */
export function openPorts(seed?: number): Ports {
  const host = systemHost()
  return {
    clock: systemClock,
    random: seededRandom(seed ?? freshSeed()),
    exec: systemExec,
    files: systemFiles,
    dial: systemDial,
    listen: systemListen,
    datagram: systemDatagram,
    icmp: systemIcmp(quickExec),
    tls: systemTls,
    http: systemHttp,
    mptcp: systemMptcp,
    network: systemNetworkChanges(),
    resolver: systemResolver,
    host,
    capabilities: systemCapabilities(systemExec, host),
    agents: systemAgents(host),
    programs: systemPrograms(host),
    locks: systemLocks(host),
    guards: systemGuards,
    sockets: privateSockets,
  }
}
