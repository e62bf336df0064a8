/** The formats of written drill reports. A new one adds its file and one line here; its flag comes from this table. */
import type {DrillReport} from './drill-report.ts'

export interface ReportFormat {
  /** For the help. */
  readonly summary: string
  /** Replaces `.jsonl` where no file is named. */
  readonly extension: string
  readonly load: () => Promise<(report: DrillReport) => string>
}

export const DRILL_REPORTS = {
  html: {
    summary: 'one self-contained page with plots; the default',
    extension: '.html',
    load: async () => (await import('./html/page.ts')).renderDrillHtml,
  },
  md: {
    summary: 'Markdown, for a job summary or a pull request',
    extension: '.md',
    load: async () => (await import('./drill-markdown.ts')).renderDrillMarkdown,
  },
  junit: {
    summary: 'JUnit XML: a test case per line of proof and per expectation',
    extension: '.xml',
    load: async () => (await import('./drill-junit.ts')).renderDrillJunit,
  },
} as const satisfies Readonly<Record<string, ReportFormat>>

export type ReportName = keyof typeof DRILL_REPORTS
