import {defineConfig} from 'vitest/config'

const project = (name: string, options: object = {}): object => ({
  extends: true,
  test: {name, include: [`test/${name}/**/*.test.{ts,tsx}`], ...options},
})

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    testTimeout: 20_000,
    projects: [
      project('unit'),
      project('property'),
      project('golden'),
      project('contract'),
      project('ui'),
      project('loopback', {fileParallelism: false}),
      project('cli', {fileParallelism: false, testTimeout: 60_000}),
      project('kernel', {fileParallelism: false, testTimeout: 120_000}),
    ],
  },
})
