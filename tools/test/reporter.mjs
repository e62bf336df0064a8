/** A vitest reporter that leaves figures per project, and why tests were skipped, in the file that NETDRILL_TEST_RESULTS names. */
import {writeFileSync} from 'node:fs'

export default class FiguresReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const projects = {}
    for (const module of modules) {
      const figures = (projects[module.project.name] ??= {
        passed: 0,
        failed: 0,
        skipped: 0,
        reasons: {},
        ms: 0,
      })
      figures.ms += module.diagnostic().duration
      for (const test of module.children.allTests()) count(figures, test.result())
      // A file that can't be loaded has no tests that could fail.
      figures.failed += module.errors().length
    }
    const file = process.env['NETDRILL_TEST_RESULTS']
    if (file) writeFileSync(file, JSON.stringify({projects, unhandled: unhandledErrors.length}))
  }
}

function count(figures, {state, note}) {
  figures[state] += 1
  if (state !== 'skipped') return
  const reason = note ?? 'skipped by its author'
  figures.reasons[reason] = (figures.reasons[reason] ?? 0) + 1
}
