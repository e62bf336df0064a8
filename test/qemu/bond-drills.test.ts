import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {readJournal} from '../../src/scenarios/journal/reader.ts'
import {kernelState} from '../support/kernel-state.ts'
import {runProgram} from '../support/program.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bonds-'))
})
afterAll(async () => {
  await rm(folder, {recursive: true, force: true})
})

describe('drill run on a kernel that bonds', () => {
  it.each([
    ['bond-link-loss', {mii: 'bond0p0 → bond0p1'}],
    ['bond-silent-loss', {mii: 'bond0p0', arp: 'bond1p0 → bond1p1 → bond1p0'}],
    ['bond-failback', {back: 'bond0p0 → bond0p1 → bond0p0', stay: 'bond1p0 → bond1p1'}],
  ])(
    '%s passes, names the members that were used, and leaves the kernel as it was',
    async (drill, members) => {
      const before = kernelState()
      const home = join(folder, drill)
      const env = {XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home, HOME: home}
      const {code, stdout, stderr} = await runProgram(['drill', 'run', drill], {env, timeout: 170_000})
      expect(stdout, stderr).toMatch(/^PASS/m)
      expect(code).toBe(0)
      const journals = join(home, 'netdrill/journals')
      const [name = ''] = await readdir(journals)
      const {events} = readJournal(name, await readFile(join(journals, name), 'utf8'))
      const figures = events.flatMap((event) => (event.type === 'figures' ? event.figures : []))
      for (const [target, used] of Object.entries(members))
        expect(figures.find((figure) => figure.name === `${target}.switches`)).toMatchObject({note: used})
      expect(kernelState()).toEqual(before)
    },
    180_000,
  )
})
