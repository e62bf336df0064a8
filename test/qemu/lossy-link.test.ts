import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {kernelState} from '../support/kernel-state.ts'
import {runProgram} from '../support/program.ts'

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
})
