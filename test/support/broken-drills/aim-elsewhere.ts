/** A drill whose faults hit nobody: each is put in force as written, on a link or a server that nothing else uses. */
import {parse, parseDocument} from 'yaml'

/** What of a drill's document is read here. */
interface Read {
  readonly lab: {
    readonly nodes: readonly string[] | Readonly<Record<string, unknown>>
    readonly links?: readonly unknown[]
  }
  readonly faults: Readonly<Record<string, Fault>>
}

interface Fault {
  readonly kind: string
  readonly mode?: string
  readonly scope?: Readonly<Record<string, unknown>>
}

type Changes = Readonly<Record<string, unknown>>

const LINK = 'nowhere'
/** Nobody else's; documentation has such networks, labs must not mix with those. */
const SUBNET = '10.254.77'
const FIRST_PORT = 7991

/** Servers that nobody asks, by the kind of fault that is put before them. */
const SERVERS: Readonly<Record<string, {readonly name: string; readonly kind: string}>> = {
  proxy: {name: 'nowhere', kind: 'tcp-echo'},
  'tls-front': {name: 'nowhere-tls', kind: 'tls-echo'},
  'http-front': {name: 'nowhere-http', kind: 'http'},
  'websocket-front': {name: 'nowhere-http', kind: 'http'},
  'dns-front': {name: 'nowhere-dns', kind: 'dns'},
}

/** A program that does nothing, for faults that stop or kill one. */
const IDLE = `require('net').createServer(() => 'nobody').listen(Number(process.argv[1]), process.argv[2])`

export function aimElsewhere(text: string): string {
  const {lab, faults} = parse(text) as Read
  const names = Array.isArray(lab.nodes) ? (lab.nodes as readonly string[]) : Object.keys(lab.nodes)
  const [first = '', second = ''] = names
  const document = parseDocument(text)
  const add = (path: readonly (string | number)[], value: unknown): void =>
    document.setIn(path, document.createNode(value))
  const link = {name: LINK, between: [first, second], subnet: `${SUBNET}.0/24`}
  if (lab.links === undefined) add(['lab', 'links'], [link])
  else document.addIn(['lab', 'links'], document.createNode(link))
  for (const [name, server] of serversFor(Object.values(faults), second))
    add(['lab', 'servers', name], server)
  for (const [name, fault] of Object.entries(faults)) {
    for (const [key, value] of Object.entries(changesOf(fault, first, second)))
      add(['faults', name, key], value)
  }
  return document.toString()
}

function serversFor(faults: readonly Fault[], node: string): readonly (readonly [string, unknown])[] {
  const wanted = new Map(
    faults.flatMap(({kind}) => (SERVERS[kind] ? [[SERVERS[kind].name, SERVERS[kind].kind]] : [])),
  )
  const fronted = [...wanted].map(
    ([name, kind], index) => [name, {node, kind, port: FIRST_PORT + index, proxy: true}] as const,
  )
  if (!faults.some(({kind}) => ['process', 'files', 'memory'].includes(kind))) return fronted
  const command = ['node', '-e', IDLE, '{port}', '{address}', 'nobody-needs-this']
  return [...fronted, ['nowhere-program', {node, kind: 'command', port: FIRST_PORT - 1, options: {command}}]]
}

/** What has to change about a fault so that it hits nobody. */
function changesOf({kind, mode, scope = {}}: Fault, from: string, to: string): Changes {
  const {device: _, ...rest} = scope
  const there = `${to}.${LINK}`
  const server = SERVERS[kind]
  if (server) return {scope: {...rest, to: server.name}}
  switch (kind) {
    case 'process':
      return {match: 'nobody-needs-this', scope: {from: to}}
    case 'files':
    case 'memory':
      return {match: 'nobody-needs-this', scope: {from: to}}
    case 'clock':
      return {command: ['sleep', '60'], scope: {from: to}}
    case 'ephemeral-ports':
      return {scope: {from: to}}
    case 'port':
      return {scope: {from, to: `${SUBNET}.1`, port: FIRST_PORT + 8}}
    case 'address':
      return {address: mode === 'add' ? `${SUBNET}.9/24` : `${SUBNET}.1`, scope: {from, to: there}}
    case 'route':
      // What is removed has to be there, as it is written.
      return {scope: {...rest, from, to: mode === 'remove' ? `${SUBNET}.0/24` : there}}
    case 'nat-rebind':
      return {scope: {...rest, to: `${SUBNET}.2`}}
    default:
      return {scope: {...rest, from, to: there}}
  }
}
