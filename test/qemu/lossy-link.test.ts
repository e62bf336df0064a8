import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {seededRandom} from '../../src/core/random.ts'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {kernelState} from '../support/kernel-state.ts'
import {countWithFault, killDrills} from '../support/kill-drill.ts'
import {runProgram} from '../support/program.ts'

const SHORT = fileURLToPath(new URL('../fixtures/drills/short-lossy.yaml', import.meta.url))
/** So many at the same time: the machine is slow, and each waits most of the time. */
const AT_ONCE = 2
/** Emulated, each takes about half a minute; NETDRILL_KILLS asks for more. */
const KILLS = Number(process.env['NETDRILL_KILLS'] ?? 6)

describe('drill run lossy-link on a kernel with netem', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lossy-'))
  })
  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  it('passes with asked and measured delay and loss in its journal, and leaves the kernel as it was', async () => {
    const before = kernelState()
    const env = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, HOME: folder}
    const {code, stdout, stderr} = await runProgram(['drill', 'run', 'lossy-link'], {env, timeout: 170_000})
    expect(stdout, stderr).toMatch(/^PASS/m)
    expect(code).toBe(0)
    const [name = ''] = await readdir(join(folder, 'netdrill/journals'))
    const {events} = readJournal(name, await readFile(join(folder, 'netdrill/journals', name), 'utf8'))
    const proofs = events.flatMap((event) => (event.type === 'fault-measured' ? event.proofs : []))
    const delay = proofs.find((proof) => proof.what === 'link round trip')
    expect(delay).toMatchObject({
      verdict: 'verified',
      asked: expect.stringContaining('+100ms'),
      measured: expect.stringMatching(/^\+\d/),
    })
    const loss = proofs.find((proof) => proof.what === 'link loss')
    expect(loss).toMatchObject({verdict: 'verified', asked: '20%'})
    process.stdout.write(
      `delay asked ${delay?.asked ?? ''}, measured ${delay?.measured ?? ''}; loss asked ${loss?.asked ?? ''}, measured ${loss?.measured ?? ''}`,
    )
    expect(kernelState()).toEqual(before)
  }, 180_000)

  it(`leaves the kernel as it was after kill -9 at ${KILLS} random moments`, async () => {
    const random = seededRandom(21)
    const before = kernelState()
    let withFault = 0
    for (let turn = 0; turn < KILLS; turn += AT_ONCE) {
      // Every other one is killed while faults come and go, the others anywhere before.
      const after = Array.from({length: AT_ONCE}, (_, index) => ({
        says: index % 2 === 0 ? /slow: in force/ : /phase setup/,
        wait: Math.round(random.next() * 6000),
      }))
      const killed = await killDrills({drill: SHORT, after, goneWithin: 20_000})
      expect(killed.left).toEqual([])
      expect(killed.recovered.map((one) => one.code)).toEqual([0, 0])
      withFault += countWithFault(killed)
    }
    expect(kernelState()).toEqual(before)
    expect(withFault).toBeGreaterThan(0)
  }, 900_000)
})
