/** Labs for people and programs. */
import {joinHostPort} from '../core/target.ts'
import type {LabView} from './lab-view.ts'
import {type Style, chooseStyle} from './style.ts'
import {renderTextTable} from './text-table.ts'

/** `{"schema": "netdrill/lab/1", labs}`: what runs, or what was just built or ended. */
export function labJson(labs: readonly LabView[]): string {
  return `${JSON.stringify({schema: 'netdrill/lab/1', labs})}\n`
}

/** A lab that has just been built: where everything is, and what can be done with it. */
export function renderLab(lab: LabView, width: number, style: Style = chooseStyle(false)): string {
  const {name, nodes, servers, notes, pid, until} = lab
  const ends = until === null ? '' : `, until ${minute(until)}`
  const nodeRows = nodes.map((node) => [
    {text: node.name},
    {text: node.addresses.map(({address, link}) => `${address} (${link})`).join('  ') || '127.0.0.1'},
  ])
  const serverRows = servers.map((server) => [
    {text: server.name},
    {text: server.kind},
    {text: `${joinHostPort(server.address, server.port)} on ${server.node}`},
  ])
  const head = (...texts: string[]) => texts.map((text) => ({text, style: 'dim' as const}))
  return [
    `lab ${name} is up, kept by process ${pid}${ends}`,
    ...notes.map((note) => style('dim', note)),
    '',
    ...renderTextTable([head('node', 'addresses'), ...nodeRows], width, style),
    ...(serverRows.length === 0
      ? []
      : ['', ...renderTextTable([head('server', 'kind', 'listens'), ...serverRows], width, style)]),
    '',
    ...nextSteps(lab).map((step) => `→ ${step}`),
    '',
  ].join('\n')
}

function nextSteps({name, isolation, nodes, servers}: LabView): readonly string[] {
  const [first] = nodes
  const server = servers.find(({node}) => node !== first?.name) ?? servers[0]
  const probe = server ? `netdrill probe tcp {${server.name}}` : 'ip address'
  const enter =
    isolation === 'namespaces' && first ? [`netdrill lab exec ${name}/${first.name} -- ${probe}`] : []
  return [...enter, `netdrill lab down ${name}`]
}

/** Every lab that runs, one per line. */
export function renderLabs(
  labs: readonly LabView[],
  width: number,
  style: Style = chooseStyle(false),
): string {
  if (labs.length === 0) return 'no lab is up: netdrill lab up FILE builds one\n'
  const head = ['lab', 'nodes', 'servers', 'until', 'from'].map((text) => ({
    text,
    style: 'dim' as const,
  }))
  const rows = labs.map(({name, nodes, servers, until, file}) =>
    [
      name,
      nodes.map((node) => node.name).join(', '),
      servers.map((server) => server.name).join(', '),
      until === null ? '' : minute(until),
      file,
    ].map((text) => ({text})),
  )
  return `${renderTextTable([head, ...rows], width, style).join('\n')}\n`
}

/** Of an ISO 8601 time, as far as people care; UTC. */
function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`
}
