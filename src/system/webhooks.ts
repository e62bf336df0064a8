import type {NetError} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WebhookRequest, WebhookResult, Webhooks} from '../core/webhook-port.ts'

/** Posts with undici, loaded at the first message; each over a connection of its own, since messages are rare. */
export const systemWebhooks: Webhooks = {
  async post({url, headers, body, signal}: WebhookRequest): Promise<WebhookResult> {
    // CommonJS: the bundle has its names on the default export alone.
    const {default: undici} = await import('undici')
    // The deadline is the caller's: undici's own timers tick once a second.
    const agent = new undici.Agent({headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0, pipelining: 0})
    try {
      const answer = await undici.request(url, {method: 'POST', dispatcher: agent, headers, body, signal})
      answer.body.on('error', () => undefined)
      answer.body.destroy()
      return {
        status: 'answered',
        code: answer.statusCode,
        retryAfter: readRetryAfter(answer.headers['retry-after'], Date.now()),
      }
    } catch (error) {
      if (signal.aborted) return {status: 'aborted'}
      return {status: 'failed', error: describe(error)}
    } finally {
      await agent.destroy().catch(() => undefined)
    }
  },
}

/** Seconds, or a date. */
function readRetryAfter(field: string | string[] | undefined, now: number): Millis | null {
  const text = Array.isArray(field) ? field[0] : field
  if (text === undefined) return null
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function describe(error: unknown): NetError {
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const {code, message} = inner as {code?: unknown; message?: unknown}
  return {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message: typeof message === 'string' ? message : String(error),
  }
}
