import {execFileSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {ipIn, namespacesMissing, runIn} from '../../support/namespaces.ts'

const SCRIPT = fileURLToPath(new URL('own-ports.ts', import.meta.url))
/** One of four, so that a choice that isn't careful meets it soon. */
const SERVER = 40_001

describe('a socket that shares its port to hear strangers', () => {
  const missing = namespacesMissing()
  const name = `nd-ports-${randomBytes(3).toString('hex')}`
  beforeEach((context) => {
    if (missing !== null) context.skip(missing)
    execFileSync('ip', ['netns', 'add', name])
    ipIn(name, 'link set lo up')
    runIn(name, 'sysctl', ['-q', '-w', 'net.ipv4.ip_local_port_range=40000 40003'])
  })
  afterEach(() => {
    if (missing === null) execFileSync('ip', ['netns', 'del', name])
  })

  it.each(['plain', 'keep'])('never takes the port of its peer, which shares it as well (%s)', (mode) => {
    const picked = JSON.parse(runIn(name, process.execPath, [SCRIPT, String(SERVER), '40', mode])) as number[]
    expect(picked).toHaveLength(40)
    expect(picked).not.toContain(SERVER)
  })
})
