/** Builds a lab and keeps it in this process until it is told to end. */
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {identify} from '../faults/identity.ts'
import type {Lab, LabSpec} from '../lab/lab.ts'
import {openLab} from '../lab/open-lab.ts'
import {planTopology} from '../lab/plan-topology.ts'
import {type Topology, endsOf} from '../lab/topology.ts'
import type {LabView} from '../reporters/lab-view.ts'
import {type ServedLinks, serveLinks} from './lab-links.ts'
import {type LabRecord, forgetLab, rememberLab} from './lab-records.ts'

export interface KeepRequest {
  readonly name: string
  readonly file: string
  readonly spec: LabSpec
  /** It goes by itself after this time; null for never. */
  readonly lasts: Millis | null
  readonly signal: AbortSignal
  readonly onUp: (view: LabView) => void
}

/** Why the lab ended; a node that was lost ends it, since the rest would be no lab any more. */
export type KeepEnd = {readonly how: 'told' | 'over'} | {readonly how: 'lost'; readonly what: string}

/** Throws what `openLab` throws; afterwards nothing of the lab is left. */
export async function keepLab(request: KeepRequest, ports: Ports): Promise<KeepEnd> {
  const {name, spec, lasts, signal} = request
  let lose: (what: string) => void = () => {}
  const lost = new Promise<string>((resolve) => {
    lose = resolve
  })
  const lab = await openLab(spec, ports, {
    origin: ports.clock.now(),
    seed: ports.random.seed,
    signal,
    onLoss: (what) => lose(what),
  })
  let links: ServedLinks | null = null
  try {
    links = await serveLinks(lab, planTopology(spec), ports)
    const record = await describeLab(request, {lab, links}, ports)
    await rememberLab(record, ports)
    request.onUp(record.view)
    return await Promise.race([
      lost.then((what) => ({how: 'lost' as const, what})),
      untilTold(lasts, signal, ports),
    ])
  } finally {
    await links?.close()
    await lab.down()
    await forgetLab(name, ports)
  }
}

async function untilTold(
  lasts: Millis | null,
  signal: AbortSignal,
  {clock}: Pick<Ports, 'clock'>,
): Promise<KeepEnd> {
  try {
    // Without an end in sight it sleeps by the day; the timer keeps the process alive.
    do await clock.sleep(lasts ?? DAY, signal)
    while (lasts === null)
    return {how: 'over'}
  } catch {
    return {how: 'told'}
  }
}

const DAY: Millis = 86_400_000

async function describeLab(
  {name, file, spec, lasts}: KeepRequest,
  {lab, links}: {readonly lab: Lab; readonly links: ServedLinks},
  {files, host, clock}: Ports,
): Promise<LabRecord> {
  const isolated = lab.isolation === 'namespaces'
  const topology = planTopology(spec)
  const enterable = isolated ? [...topology.nodes, ...topology.switches] : []
  const places = Object.fromEntries(enterable.map((node) => [node, lab.place(node)]))
  const servers = Object.values(lab.servers()).map(({name: server, address, port}) => ({
    name: server,
    kind: spec.servers[server]?.kind ?? '',
    node: spec.servers[server]?.node ?? '',
    address,
    port,
  }))
  const since = clock.wall()
  return {
    version: 1,
    keeper: await identify(files, host.pid),
    view: {
      name,
      file,
      pid: host.pid,
      isolation: lab.isolation,
      notes: [...lab.notes, ...links.notes],
      nodes: topology.nodes.map((node) => ({
        name: node,
        pid: pidOf(places[node]),
        addresses: isolated ? addressesOf(node, topology) : [],
      })),
      servers,
      since: new Date(since).toISOString(),
      until: lasts === null ? null : new Date(since + lasts).toISOString(),
    },
    places,
    links: {socket: links.socket, carried: links.carried, namespaces: links.namespaces},
    landmarks: Object.fromEntries(
      landmarkNames(spec, topology, isolated).map((word) => [word, lab.resolve(`{${word}}`)]),
    ),
  }
}

function pidOf(place: LabRecord['places'][string] | undefined): number | null {
  return place?.kind === 'process' ? place.pid : null
}

function addressesOf(node: string, topology: Topology): LabView['nodes'][number]['addresses'] {
  return topology.segments.flatMap(({name, ends}) =>
    ends
      .filter((end) => end.node === node)
      .flatMap(({address, address6}) =>
        [address, address6].flatMap((text) => (text === null ? [] : [{address: text, link: name}])),
      ),
  )
}

function landmarkNames(spec: LabSpec, topology: Topology, isolated: boolean): readonly string[] {
  const owners = [
    ...topology.nodes.map((node) => ({name: node, node})),
    ...Object.entries(spec.servers).map(([name, {node}]) => ({name, node})),
  ]
  return owners.flatMap(({name, node}) => {
    const links = isolated && endsOf(node, topology).length > 0 ? segmentsOf(node, topology) : []
    return [name, ...links.map((link) => `${name}.${link}`)]
  })
}

function segmentsOf(node: string, {segments}: Topology): readonly string[] {
  return segments.filter(({ends}) => ends.some((end) => end.node === node)).map(({name}) => name)
}
