/** What a watch shows to other programs: /metrics, /status and /healthz on one listener, and OTLP to a collector. */
import type {RunEvent} from '../core/events.ts'
import {UserError} from '../core/errors.ts'
import type {Millis} from '../core/units.ts'
import {METRICS} from '../reporters/metrics/definitions.ts'
import {MetricsFold} from '../reporters/metrics/metrics-fold.ts'
import type {MonitorFacts} from '../reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../reporters/monitor-status.ts'
import {OwnCost} from './own-cost.ts'
import {type StatusAnswer, type StatusServer, openStatusServer} from '../system/status-server.ts'

export interface ListenRequest {
  /** `ADDRESS:PORT`, `:PORT` or a port alone; null listens nowhere. */
  readonly listen: string | null
  /** URL of a collector; null pushes nowhere. */
  readonly otlp: string | null
}

export interface Exposure {
  /** Where it listens; null without a listener. */
  readonly url: string | null
  show(event: RunEvent): void
  /** A process of the watch, for the series of what it costs; `role` is their label. */
  own(role: string, pid: number): void
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
const DEFAULT_PORT = 9469
const PUSH_EVERY: Millis = 15_000
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

/** Opens what was asked for; nothing costs nothing. Throws USAGE_INVALID for an address that can't be had. */
export async function openExposure(
  {listen, otlp}: ListenRequest,
  now: () => Millis,
  facts: MonitorFacts,
): Promise<Exposure> {
  if (listen === null && otlp === null)
    return {url: null, show: () => undefined, own: () => undefined, close: async () => undefined}
  const {openTelemetry} = await import('../system/telemetry.ts')
  const telemetry = await openTelemetry(
    METRICS,
    otlp === null ? null : {url: readOtlp(otlp), every: PUSH_EVERY},
  )
  const fold = new MetricsFold(telemetry)
  const cost = new OwnCost(telemetry, now)
  const text = shared(async () => {
    cost.look()
    return telemetry.text()
  })
  let over = false
  const routes = new Map<string, () => Promise<StatusAnswer>>([
    ['/metrics', async () => ({status: 200, type: TEXT, body: await text()})],
    [
      '/status',
      async () => ({
        status: 200,
        type: JSON_TYPE,
        body: `${JSON.stringify(makeMonitorStatus(facts, now()))}\n`,
      }),
    ],
    [
      '/healthz',
      async () => ({
        status: over ? 503 : 200,
        type: 'text/plain; charset=utf-8',
        body: over ? 'the watch has ended\n' : 'watching\n',
      }),
    ],
  ])
  const server: StatusServer | null =
    listen === null ? null : await openStatusServer(parseListen(listen), routes)
  return {
    url: server?.url ?? null,
    show: (event) => {
      if (event.type === 'run-ended') over = true
      fold.add(event)
      cost.look(true)
    },
    own: (role, pid) => cost.add(role, pid),
    close: async () => {
      await server?.close()
      await telemetry.close()
    },
  }
}

/** Who asks while the answer is being made gets the same one: impatient scrapers must not pile up work. */
function shared(make: () => Promise<string>): () => Promise<string> {
  let pending: Promise<string> | null = null
  return async () => {
    pending ??= make().finally(() => (pending = null))
    return pending
  }
}

/** `127.0.0.1:9469`, `[::1]:0`, `:9469`, `9469`; loopback unless an address is named. */
export function parseListen(text: string): {readonly address: string; readonly port: number} {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+(?=:))|)?:?(\d{1,5})?$/.exec(text)
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3])
  if (!match || text === '' || port > 65_535) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `--listen: "${text}" is not an address and port`,
      advice: [`such as ${LOOPBACK}:${DEFAULT_PORT}, [::1]:${DEFAULT_PORT} or :${DEFAULT_PORT}`],
    })
  }
  return {address: match[1] ?? match[2] ?? LOOPBACK, port}
}

function readOtlp(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new UserError({
    code: 'USAGE_INVALID',
    message: `--otlp: "${text}" is not a URL`,
    advice: ['such as http://127.0.0.1:4318/v1/metrics'],
  })
}
