import {defineConfig} from 'vitest/config'
import type {TestProjectInlineConfiguration} from 'vitest/config'
import {canHaveOwnNetwork, ownNetwork} from './tools/test/own-network.mjs'

type Options = Partial<NonNullable<TestProjectInlineConfiguration['test']>>

const project = (name: string, options: Options = {}): TestProjectInlineConfiguration => ({
  extends: true,
  test: {name, include: [`test/${name}/**/*.test.{ts,tsx}`], ...options},
})

/** What runs without a world leaves nothing behind for the next file: a process for each would take twice the time of the tests. */
const pure: Options = {isolate: false}

const inMachine = process.env['NETDRILL_IN_MACHINE'] === '1'

/** Files of these share ports, namespaces or the processor's time: one at a time, after everything else. */
const alone = (groupOrder: number, testTimeout: number): Options => ({
  fileParallelism: false,
  sequence: {groupOrder},
  testTimeout,
  hookTimeout: testTimeout,
})

/** Whether each file may have a network of its own; the virtual machine runs one file at a time anyway. */
const ownNetworks = !inMachine && canHaveOwnNetwork()

/** Files that mostly wait, for start-ups and for the network: so many at a time, fewer where they share one network. */
const beside = (groupOrder: number, testTimeout: number, workers: number, sharing = 1): Options => ({
  ...alone(groupOrder, testTimeout),
  fileParallelism: ownNetworks || sharing > 1,
  ...(ownNetworks ? {maxWorkers: workers, pool: ownNetwork} : {maxWorkers: sharing}),
})

/** Only inside the virtual machine (tools/qemu), where the kernel has everything and the processor is slow. */
const machine = inMachine
  ? [project('qemu-kill', alone(5, 1_500_000)), project('qemu', {...alone(6, 300_000), isolate: false})]
  : []

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    testTimeout: 20_000,
    projects: [
      project('unit', pure),
      project('property', pure),
      project('golden', pure),
      project('contract', {testTimeout: 120_000}),
      project('ui', pure),
      project('loopback', beside(1, 20_000, 3)),
      project('cli', beside(2, 60_000, 3, 2)),
      project('drill', beside(3, 60_000, 2)),
      project('kernel', beside(4, 120_000, 3)),
      ...machine,
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      exclude: ['src/commands/**', 'src/run.ts', 'src/agent.ts', 'src/guard.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: {
        'src/{core,policies,connections,config}/**': {branches: 95},
      },
    },
  },
})
