/** The links that a kept lab carries: where a fault finds them, and the socket by which it reaches them. */
import type {LinkControl} from '../core/link-effects.ts'
import type {Ports} from '../core/ports.ts'
import {toolPath} from '../core/place-command.ts'
import {answerQuestion} from '../lab/emulated-links/answer-question.ts'
import type {Lab, LinkEnd} from '../lab/lab.ts'
import type {Topology} from '../lab/topology.ts'

export interface CarriedEnd extends Pick<LinkEnd, 'node' | 'device'> {
  readonly link: string
  readonly sender: 0 | 1
}

/** In the record of a lab. */
export interface LabLinks {
  /** Path of the keeper's socket; null when no link is carried, or none could be opened. */
  readonly socket: string | null
  readonly carried: readonly CarriedEnd[]
  /** Of the nodes, such as `net:[4026532840]`. */
  readonly namespaces: Readonly<Record<string, string>>
}

export interface ServedLinks extends LabLinks {
  /** Why faults can't reach them, where they can't. */
  readonly notes: readonly string[]
  readonly close: () => Promise<void>
}

export async function serveLinks(lab: Lab, {nodes, segments}: Topology, ports: Ports): Promise<ServedLinks> {
  const controls = new Map<string, LinkControl>()
  const carried = segments.flatMap(({ends}) =>
    ends.flatMap(({node, device}): readonly CarriedEnd[] => {
      const control = lab.isolation === 'namespaces' ? (lab.carrierOf?.(node, device) ?? null) : null
      if (control === null) return []
      controls.set(control.name, control)
      return [{node, device, link: control.name, sender: control.sender}]
    }),
  )
  const isolated = lab.isolation === 'namespaces' ? nodes : []
  const named = await Promise.all(isolated.map(async (node) => [node, await namespaceOf(node, lab, ports)]))
  const namespaces = Object.fromEntries(named) as Record<string, string>
  const none = {carried, namespaces, socket: null, notes: [], close: async () => {}}
  if (carried.length === 0) return none
  const socket = `${ports.host.stateFolder}/links/${ports.host.pid}.sock`
  try {
    const {close} = await ports.sockets.serve(socket, async (line) =>
      answerQuestion(line, (name) => controls.get(name) ?? null),
    )
    return {...none, socket, close}
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    return {...none, notes: [`lab: faults can not reach the links that netdrill carries: ${because}`]}
  }
}

async function namespaceOf(node: string, lab: Lab, {exec, host}: Ports): Promise<string> {
  const place = lab.place(node)
  const pid = place.kind === 'process' ? place.pid : 'self'
  const result = await exec.run({
    file: 'readlink',
    args: [`/proc/${pid}/ns/net`],
    env: {PATH: toolPath(host.env('PATH'))},
  })
  return result.exitCode === 0 ? result.stdout.trim() : ''
}
