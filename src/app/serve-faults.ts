/** The far end of a fault on another host: `netdrill fault serve`, as ssh starts it. */
import type {Ports} from '../core/ports.ts'
import {serveFaults} from '../faults/hosts/serve-faults.ts'
import {openHostInput} from '../system/host-input.ts'
import {packageVersion} from '../system/package-root.ts'
import {endProcess} from '../system/signals.ts'
import {watchHalt} from './watch-halt.ts'

/** Obeys standard input until that ends, undoes what is in force, and ends the process. */
export async function serveFaultsToCaller(ports: Ports): Promise<never> {
  await serveFaults({
    ports,
    line: openHostInput(),
    version: packageVersion(),
    watchHalt: (onHalt) => watchHalt(ports, onHalt),
  })
  return endProcess(0)
}
