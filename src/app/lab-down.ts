/** Ends labs that are kept. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {isAlive} from '../faults/identity.ts'
import type {LabView} from '../reporters/lab-view.ts'
import {askToEnd} from '../system/signals.ts'
import {type LabRecord, findLab, forgetLab, livingLabs} from './lab-records.ts'

type DownPorts = Pick<Ports, 'clock' | 'files' | 'host'>

/** An agent takes three steps of half a second at most to end; then the keeper itself is ended. */
const PATIENCE: Millis = 5000
const EVERY: Millis = 20

/** Returns those that are gone now. `name` null means the only one that is up. */
export async function downLabs(
  {name, all}: {readonly name: string | null; readonly all: boolean},
  ports: DownPorts,
): Promise<readonly LabView[]> {
  const labs = all ? await livingLabs(ports) : [await findLab(name, ports)]
  await Promise.all(labs.map(async (lab) => downLab(lab, ports)))
  return labs.map(({view}) => view)
}

/** A keeper that doesn't answer is killed: its nodes go with it, since nobody but it holds them. */
async function downLab({keeper, view}: LabRecord, ports: DownPorts): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    askToEnd(keeper.pid, signal)
    const end = ports.clock.now() + PATIENCE
    while (ports.clock.now() < end) {
      if (!(await isAlive(ports.files, keeper))) return forgetLab(view.name, ports)
      await ports.clock.sleep(EVERY)
    }
  }
  throw new UserError(
    {
      code: 'LAB_LEFTOVERS',
      message: `process ${keeper.pid}, which keeps the lab ${view.name}, can not be ended`,
      advice: [`look at it: ps -o pid,stat,cmd -p ${keeper.pid}`],
    },
    EXIT.leftovers,
  )
}
