/** The guard process: its ports, and its end. */
import {runGuardLoop} from '../faults/guard-loop.ts'
import {systemClock} from '../system/clock.ts'
import {systemExec} from '../system/exec.ts'
import {systemFiles} from '../system/files.ts'
import {openGuardChannel} from '../system/guard-channel.ts'
import {systemHost} from '../system/host.ts'
import {systemLocks} from '../system/locks.ts'
import {privateSockets} from '../system/private-socket.ts'
import {endProcess} from '../system/signals.ts'

/** Guards the run until it is released or everything of it is undone, then ends the process. */
export async function runGuard(run: string): Promise<void> {
  const channel = openGuardChannel()
  const host = systemHost()
  const ports = {
    clock: systemClock,
    exec: systemExec,
    files: systemFiles,
    host,
    locks: systemLocks(host),
    sockets: privateSockets,
  }
  // Loaded now, so that the undo waits for no disk.
  await ports.exec.run({file: 'true', args: []})
  const loop = runGuardLoop(run, ports, channel)
  channel.ready()
  await loop
  endProcess(0)
}
