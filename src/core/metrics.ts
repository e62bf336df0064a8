/** What a metric is, and where measured values go. The names are a contract with those who scrape them. */

export type Labels = Readonly<Record<string, string>>

export interface MetricDefinition {
  /** With its prefix and, for a counter, the suffix `_total`; base units. */
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[]
}

export interface MetricSink {
  /** To a counter; 0 makes the series exist, so that its first increase is seen. */
  add(name: string, value: number, labels: Labels): void
  /** Of a gauge. */
  set(name: string, value: number, labels: Labels): void
  /** Into a histogram. */
  observe(name: string, value: number, labels: Labels): void
}
