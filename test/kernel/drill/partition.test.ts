import {chmod, mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {readJournal} from '../../../src/scenarios/journal/reader.ts'
import {kernelState} from '../../support/kernel-state.ts'
import {runProgram} from '../../support/program.ts'

/** The traditional unprivileged user. */
const NOBODY = 65_534

describe('drill run partition', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'partition-'))
    await chmod(folder, 0o777)
  })
  afterEach(async () => {
    await rm(folder, {recursive: true, force: true})
  })

  it.each([
    {name: 'as root', uid: undefined},
    {name: 'without any right', uid: NOBODY},
  ])('passes $name, proves the fault and leaves the kernel as it was', async ({uid}) => {
    const before = kernelState()
    const env = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, HOME: folder}
    const {code, stdout, stderr} = await runProgram(['drill', 'run', 'partition'], {
      env,
      ...(uid === undefined ? {} : {uid}),
    })
    expect(stdout, stderr).toMatch(/^PASS/m)
    expect(code).toBe(0)
    const [name = ''] = await readdir(join(folder, 'netdrill/journals'))
    const {events} = readJournal(name, await readFile(join(folder, 'netdrill/journals', name), 'utf8'))
    const proofs = events.flatMap((event) => (event.type === 'fault-measured' ? event.proofs : []))
    expect(proofs.map((proof) => proof.verdict)).toEqual(proofs.map(() => 'verified'))
    expect(proofs.map((proof) => proof.what)).toEqual(
      expect.arrayContaining(['read-back (nft)', 'counter (nft)', 'api blocked', 'control untouched']),
    )
    expect(kernelState()).toEqual(before)
  })
})
