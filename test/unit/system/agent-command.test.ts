import {describe, expect, it} from 'vitest'
import {HOST, type Place} from '../../../src/core/place.ts'
import type {SpawnOptions} from '../../../src/core/ports.ts'
import {agentCommand} from '../../../src/system/agent-command.ts'

const rooted: Place = {kind: 'process', pid: 42, user: false, name: 'a'}
const rootless: Place = {kind: 'process', pid: 42, user: true, name: 'a'}

describe('agentCommand', () => {
  it.each<[string, Place, SpawnOptions, string]>([
    ['on the host', HOST, {}, 'node agent.js'],
    ['in a node', rooted, {}, 'nsenter -t 42 -n -- node agent.js'],
    ['in a rootless node', rootless, {}, 'nsenter -t 42 -U --preserve-credentials -n -- node agent.js'],
    ['in a named namespace', {kind: 'netns', name: 'x'}, {}, 'ip netns exec x node agent.js'],
    ['in a new network', HOST, {unshare: 'network'}, 'unshare --net -- node agent.js'],
    [
      'in a new network and user namespace',
      HOST,
      {unshare: 'user-and-network'},
      'unshare --user --map-root-user --net -- node agent.js',
    ],
    [
      'in a new network beside a node of root',
      rooted,
      {unshare: 'network'},
      'unshare --net -- node agent.js',
    ],
    [
      'in a new network of a rootless lab',
      rootless,
      {unshare: 'network'},
      'nsenter -t 42 -U --preserve-credentials -- unshare --net -- node agent.js',
    ],
  ])('%s', (_name, place, options, expected) => {
    const {file, args} = agentCommand(place, options, ['node', 'agent.js'])
    expect([file, ...args].join(' ')).toBe(expected)
  })
})
