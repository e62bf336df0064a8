/** Metrics through the OpenTelemetry SDK: text for Prometheus, and OTLP to a collector. */
import type {MetricReader} from '@opentelemetry/sdk-metrics'
import type {Labels, MetricDefinition, MetricSink} from '../core/metrics.ts'
import type {Millis} from '../core/units.ts'

export interface Telemetry extends MetricSink {
  /** All series in the text format of Prometheus 0.0.4. */
  text(): Promise<string>
  /** Sends what is left to the collector; never rejects because of it. */
  close(): Promise<void>
}

export interface OtlpOptions {
  /** Where metrics are posted to, such as http://127.0.0.1:4318/v1/metrics. */
  readonly url: string
  readonly every: Millis
}

/** The SDK drops series beyond 2,000 of an instrument unless told otherwise; ten thousand targets have 90,000 states. */
const MOST_SERIES = 1_000_000

type Record = (value: number, labels: Labels) => void

/** Opens the instruments. A metric that is not defined is a mistake of the caller and throws. */
export async function openTelemetry(
  definitions: readonly MetricDefinition[],
  otlp: OtlpOptions | null,
): Promise<Telemetry> {
  const {PrometheusExporter, PrometheusSerializer} = await import('@opentelemetry/exporter-prometheus')
  const {MeterProvider} = await import('@opentelemetry/sdk-metrics')
  const scrape = new PrometheusExporter({preventServerStart: true})
  const push = otlp === null ? [] : [await otlpReader(otlp)]
  const provider = new MeterProvider({
    readers: [scrape, ...push],
    views: [{instrumentName: '*', aggregationCardinalityLimit: MOST_SERIES}],
  })
  const meter = provider.getMeter('netdrill')
  const instruments = new Map<string, Record>(
    definitions.map(({name, kind, help: description, buckets = []}) => {
      switch (kind) {
        case 'counter': {
          const counter = meter.createCounter(name, {description})
          return [name, (value, labels) => counter.add(value, labels)]
        }
        case 'gauge': {
          const gauge = meter.createGauge(name, {description})
          return [name, (value, labels) => gauge.record(value, labels)]
        }
        case 'histogram': {
          const advice = {explicitBucketBoundaries: [...buckets]}
          const histogram = meter.createHistogram(name, {description, advice})
          return [name, (value, labels) => histogram.record(value, labels)]
        }
      }
    }),
  )
  const record = (name: string, value: number, labels: Labels): void => {
    const instrument = instruments.get(name)
    if (!instrument) throw new Error(`no metric ${name} is defined`)
    instrument(value, labels)
  }
  const serializer = new PrometheusSerializer('', false, undefined, true, true)
  return {
    add: record,
    set: record,
    observe: record,
    text: async () => serializer.serialize((await scrape.collect()).resourceMetrics),
    close: async () => provider.shutdown().catch(() => undefined),
  }
}

async function otlpReader({url, every}: OtlpOptions): Promise<MetricReader> {
  const {OTLPMetricExporter} = await import('@opentelemetry/exporter-metrics-otlp-http')
  const {PeriodicExportingMetricReader} = await import('@opentelemetry/sdk-metrics')
  const exporter = new OTLPMetricExporter({url})
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: every,
    exportTimeoutMillis: every,
  })
}
