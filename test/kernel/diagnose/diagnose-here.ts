/** Runs inside a network namespace: diagnoses each target, a few at once, and prints the documents as JSON. */
import {diagnose} from '../../../src/app/diagnose.ts'
import {openPorts} from '../../../src/app/ports.ts'
import type {Diagnosis} from '../../../src/core/diagnosis.ts'
import type {Ports} from '../../../src/core/ports.ts'
import {loadProbe} from '../../../src/probes/registry.ts'

export interface DiagnoseHere {
  readonly target: string
  readonly controls?: readonly string[]
  readonly timeout?: string
  /** How far this machine's wall clock is off, in milliseconds. */
  readonly skew?: number
}

const AT_ONCE = 6

function portsWith(skew: number): Ports {
  const ports = openPorts(1)
  const {clock} = ports
  const wall = (): number => clock.wall() + skew
  return {...ports, clock: {...clock, now: () => clock.now(), wall}}
}

async function run({target, controls = [], timeout = '5s', skew = 0}: DiagnoseHere): Promise<Diagnosis> {
  return diagnose({target, controls, timeout, family: 0}, portsWith(skew), () => {})
}

/** The program ships in one piece; here every module is compiled when it is loaded, which takes seconds on a busy machine. */
async function loadAll(): Promise<void> {
  const {http, exec} = openPorts(1)
  const kinds = ['dns', 'tcp', 'tls', 'http'] as const
  await Promise.all([http.client(), exec.run({file: 'ip', args: ['-V']}), ...kinds.map(loadProbe)])
}

await loadAll()
const requests = JSON.parse(process.argv[2] ?? '[]') as readonly DiagnoseHere[]
const results: Diagnosis[] = []
let next = 0
async function work(): Promise<void> {
  for (let index = next++; index < requests.length; index = next++) {
    const request = requests[index]
    if (request) results[index] = await run(request)
  }
}
await Promise.all(Array.from({length: AT_ONCE}, work))
process.stdout.write(JSON.stringify(results))
// A lookup that still waits for a dead resolver must not hold the test up.
process.exit(0)
