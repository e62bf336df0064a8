/** Every report that a check can write into a file, loaded only when it is asked for. A new one adds one line here. */
import type {CheckResult} from '../../core/check-result.ts'

export interface CheckReport {
  /** For help; lower case, no full stop. */
  readonly summary: string
  readonly load: () => Promise<(result: CheckResult) => string>
}

export const CHECK_REPORTS = {
  junit: {summary: 'JUnit XML', load: async () => (await import('./junit.ts')).renderJunit},
  tap: {summary: 'TAP 14', load: async () => (await import('./tap.ts')).renderTap},
  md: {summary: 'Markdown', load: async () => (await import('./markdown.ts')).renderMarkdown},
  prom: {
    summary: 'Prometheus text, for the text file collector',
    load: async () => (await import('./prometheus.ts')).renderPrometheus,
  },
} satisfies Readonly<Record<string, CheckReport>>

export type CheckReportName = keyof typeof CHECK_REPORTS
