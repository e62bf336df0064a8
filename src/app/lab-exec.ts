/** Runs a command inside a node of a lab that is kept. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {inPlace, toolPath} from '../core/place-command.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {runAttached} from '../system/attached-program.ts'
import {type LabRecord, findLab} from './lab-records.ts'

export interface LabExecRequest {
  /** `NODE` of the only lab that is up, or `LAB/NODE`. */
  readonly where: string
  /** The program and its arguments; `{name}` stands for a server or node. Empty for a shell. */
  readonly words: readonly string[]
}

/** Returns the exit code of the command. */
export async function execInLab(
  {where, words}: LabExecRequest,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<number> {
  const cut = where.lastIndexOf('/')
  const lab = await findLab(cut < 0 ? null : where.slice(0, cut), ports)
  const node = where.slice(cut + 1)
  const place = lab.places[node] ?? refuse(node, lab)
  const shell = ports.host.env('SHELL') ?? '/bin/sh'
  const [file = shell, ...args] = words.map((word) => putIn(word, lab.landmarks))
  return runAttached({
    ...inPlace(place, file, args),
    env: {
      PATH: toolPath(ports.host.env('PATH')),
      NETDRILL_LAB_NAME: lab.view.name,
      NETDRILL_LAB_NODE: node,
    },
  })
}

/** Braces around anything else are left as they are. */
function putIn(word: string, landmarks: LabRecord['landmarks']): string {
  return word.replace(/\{([A-Za-z][\w.-]*)\}/g, (all, name: string) =>
    Object.hasOwn(landmarks, name) ? (landmarks[name] ?? all) : all,
  )
}

function refuse(node: string, {view, places}: LabRecord): never {
  if (view.isolation === 'loopback') {
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: `the lab ${view.name} lives on loopback, so there is no node to enter`,
        advice: ['its servers can be reached from here: netdrill lab list --json shows where'],
      },
      EXIT.capability,
    )
  }
  const names = Object.keys(places)
  const near = suggest(node, names)
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `there is no node "${node}" in the lab ${view.name}`,
    advice: [near === null ? `it has ${names.join(', ')}` : `did you mean "${near}"?`],
  })
}
