import {defineConfig} from 'vitest/config'
import type {TestProjectInlineConfiguration} from 'vitest/config'

type Options = Partial<NonNullable<TestProjectInlineConfiguration['test']>>

const project = (name: string, options: Options = {}): TestProjectInlineConfiguration => ({
  extends: true,
  test: {name, include: [`test/${name}/**/*.test.{ts,tsx}`], ...options},
})

/** Files of these share ports, namespaces or the processor's time: one at a time, after everything else. */
const alone = (groupOrder: number, testTimeout: number): Options => ({
  fileParallelism: false,
  sequence: {groupOrder},
  testTimeout,
  hookTimeout: testTimeout,
})

/** Only inside the virtual machine (tools/qemu), where the kernel has everything and the processor is slow. */
const machine =
  process.env['NETDRILL_IN_MACHINE'] === '1'
    ? [project('qemu-kill', alone(5, 1_500_000)), project('qemu', alone(6, 300_000))]
    : []

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    testTimeout: 20_000,
    projects: [
      project('unit'),
      project('property'),
      project('golden'),
      project('contract', {testTimeout: 120_000}),
      project('ui'),
      project('loopback', alone(1, 20_000)),
      // Mostly start-ups that wait for one another: two at a time.
      project('cli', {...alone(2, 60_000), fileParallelism: true, maxWorkers: 2}),
      project('drill', alone(3, 60_000)),
      project('kernel', alone(4, 120_000)),
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
