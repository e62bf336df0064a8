/** What a schema of single values can't see in a lab: names that lead nowhere, and things that don't go together. */
import {addressFamily, isNetwork} from '../core/address.ts'
import type {LabLink, LabNetwork, NodeSettings} from './lab.ts'
import {linkName} from './plan-topology.ts'
import {parseSubnet} from './subnet.ts'

export interface Mistake {
  readonly path: readonly (string | number)[]
  readonly message: string
}

export interface LabNames {
  readonly nodes: readonly string[] | Readonly<Record<string, NodeSettings | null>>
  readonly links: readonly Pick<LabLink, 'between' | 'subnet' | 'name'>[]
  readonly networks: Readonly<Record<string, Pick<LabNetwork, 'nodes' | 'subnet'>>>
  readonly servers: Readonly<Record<string, {readonly node: string}>>
}

/** `list` are the nodes when they are written as a list, in which a name may stand twice. */
export function labMistakes(lab: LabNames, list: readonly string[] | null): readonly Mistake[] {
  const names = list ?? Object.keys(lab.nodes)
  const known = new Set(names)
  const stranger = (node: string, path: Mistake['path']): readonly Mistake[] =>
    known.has(node) ? [] : [{path, message: `there is no node "${node}" in this lab`}]
  return [
    ...twice(list ?? []),
    ...linkMistakes(lab, stranger),
    ...networkMistakes(lab, known, stranger),
    ...(list === null ? nodeMistakes(lab, known) : []),
    ...serverMistakes(lab, stranger),
  ]
}

type FindStranger = (node: string, path: Mistake['path']) => readonly Mistake[]

function twice(nodes: readonly string[]): readonly Mistake[] {
  return nodes.flatMap((node, index) =>
    nodes.indexOf(node) === index
      ? []
      : [{path: ['nodes', index], message: `node "${node}" is listed twice`}],
  )
}

function linkMistakes({links}: LabNames, stranger: FindStranger): readonly Mistake[] {
  return links.flatMap((link, index) => {
    const {between, subnet} = link
    const mistakes = between.flatMap((node, end) => stranger(node, ['links', index, 'between', end]))
    if (between[0] === between[1]) {
      mistakes.push({path: ['links', index, 'between'], message: 'a link needs two different nodes'})
    }
    if (links.findIndex((other) => other.subnet === subnet) !== index) {
      mistakes.push({path: ['links', index, 'subnet'], message: `${subnet} is used by another link`})
    }
    const name = linkName(link)
    if (links.findIndex((other) => linkName(other) === name) !== index) {
      const message = `another link is called "${name}": give this one a name of its own`
      mistakes.push({path: ['links', index, link.name === undefined ? 'between' : 'name'], message})
    }
    return mistakes
  })
}

function networkMistakes(
  {networks, links}: LabNames,
  nodes: ReadonlySet<string>,
  stranger: FindStranger,
): readonly Mistake[] {
  return Object.entries(networks).flatMap(([name, {nodes: members, subnet}], index) => {
    const path = ['networks', name]
    const mistakes = members.flatMap((node, at) => stranger(node, [...path, 'nodes', at]))
    members.forEach((node, at) => {
      if (members.indexOf(node) === at) return
      mistakes.push({path: [...path, 'nodes', at], message: `node "${node}" is listed twice`})
    })
    if (nodes.has(name)) mistakes.push({path, message: `"${name}" is a node already`})
    if (links.some((link) => linkName(link) === name)) {
      mistakes.push({path, message: `"${name}" is a link already`})
    }
    const before = Object.values(networks).slice(0, index)
    if ([...links, ...before].some((other) => other.subnet === subnet)) {
      mistakes.push({path: [...path, 'subnet'], message: `${subnet} is used by another link or network`})
    }
    const parsed = parseSubnet(subnet)
    if (parsed.ok && parsed.value.room < members.length) {
      const message = `${subnet} has room for ${parsed.value.room} nodes, not for ${members.length}`
      mistakes.push({path: [...path, 'subnet'], message})
    }
    return mistakes
  })
}

function nodeMistakes(lab: LabNames, known: ReadonlySet<string>): readonly Mistake[] {
  const segments = new Set([...lab.links.map(linkName), ...Object.keys(lab.networks)])
  return Object.entries(lab.nodes as Readonly<Record<string, NodeSettings | null>>).flatMap(
    ([node, settings]) => {
      if (settings === null) return []
      const path = ['nodes', node]
      const isPlace = (text: string): boolean => known.has(text) || isNetwork(text)
      const place = (text: string | undefined, at: Mistake['path']): readonly Mistake[] =>
        text === undefined || isPlace(text)
          ? []
          : [{path: at, message: `"${text}" is neither a node nor a network`}]
      const unknownLinks = (all: readonly string[], at: Mistake['path']): readonly Mistake[] =>
        all.flatMap((name, index) =>
          segments.has(name)
            ? []
            : [{path: [...at, index], message: `there is no link or network "${name}" in this lab`}],
        )
      return [
        ...unknownLinks(settings.nat, [...path, 'nat']),
        ...unknownLinks(settings.mptcp?.signal ?? [], [...path, 'mptcp', 'signal']),
        ...settings.routes.flatMap(({via}, index) =>
          known.has(via) || addressFamily(via) !== null
            ? []
            : [
                {
                  path: [...path, 'routes', index, 'via'],
                  message: `"${via}" is neither a node nor an address`,
                },
              ],
        ),
        ...settings.firewall.flatMap(({from, to, protocol, port, deny}, index) => {
          const at = [...path, 'firewall', index]
          const wrong: Mistake[] = [...place(from, [...at, 'from']), ...place(to, [...at, 'to'])]
          if (deny === 'reset' && protocol !== undefined && protocol !== 'tcp') {
            wrong.push({path: [...at, 'deny'], message: `only TCP can be reset, and protocol is ${protocol}`})
          }
          if (protocol === 'icmp' && port !== undefined) {
            wrong.push({path: [...at, 'port'], message: 'ICMP has no ports'})
          }
          return wrong
        }),
        ...(settings.resolver?.servers ?? []).flatMap((server, index) =>
          known.has(server) || addressFamily(server) !== null
            ? []
            : [
                {
                  path: [...path, 'resolver', 'servers', index],
                  message: `"${server}" is neither a node nor an address`,
                },
              ],
        ),
      ]
    },
  )
}

function serverMistakes({servers}: LabNames, stranger: FindStranger): readonly Mistake[] {
  return Object.entries(servers).flatMap(([name, {node}]) => stranger(node, ['servers', name, 'node']))
}
