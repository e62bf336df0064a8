import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {once} from 'node:events'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {isNewEnough} from '../../tools/set-up/node-version.mjs'

/** A program that runs in the place of the real one: says when it listens, counts signals, ends when told to. */
const PROGRAM = `
  import {countPressesOnce, haveDetours} from '${resolve('bin/signals.js')}'
  if (haveDetours()) countPressesOnce()
  let seen = 0
  process.on('SIGINT', () => { seen += 1; if (seen === 1) setTimeout(() => process.exit(40 + seen), 60) })
  process.stdin.on('data', (text) => process.exit(Number(text)))
  console.log('ready')
`

describe('a launcher that hands over to another Node', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netdrill-launcher-'))
    writeFileSync(join(folder, 'program.mjs'), PROGRAM)
    const handOver = `import {handOver} from '${resolve('bin/hand-over.js')}'`
    writeFileSync(
      join(folder, 'launcher.mjs'),
      `${handOver}\nhandOver(process.execPath, ['${join(folder, 'program.mjs')}'])`,
    )
  })

  afterAll(() => {
    rmSync(folder, {recursive: true})
  })

  async function launch() {
    const child = spawn(process.execPath, [join(folder, 'launcher.mjs')], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    return {child, ended, group: -(child.pid ?? Number.NaN)}
  }

  it('ends with the status of the program', async () => {
    const {child, ended} = await launch()
    child.stdin.write('7')
    expect(await ended).toEqual([7, null])
  })

  it('passes an interrupt on that was meant for it alone', async () => {
    const {child, ended} = await launch()
    child.kill('SIGINT')
    expect(await ended).toEqual([41, null])
  })

  it('lets a press that reaches the whole group count once', async () => {
    const {ended, group} = await launch()
    process.kill(group, 'SIGINT')
    expect(await ended).toEqual([41, null])
  })

  it.for(['SIGTERM', 'SIGHUP'] as const)('dies of %s together with the program', async (signal) => {
    const {child, ended} = await launch()
    child.kill(signal)
    expect(await ended).toEqual([null, signal])
  })
})

describe('the floor of Node', () => {
  it.for([
    ['20.20.2', false],
    ['22.18.9', false],
    ['22.19.0', true],
    ['24.0.0', true],
  ] as const)('judges %s', ([version, expected]) => {
    expect(isNewEnough(version, '22.19')).toBe(expected)
  })
})
