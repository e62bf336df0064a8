import type {ByteStream, Clock, Dial, DialRequest, DialResult, NetError} from '../../src/core/ports.ts'
import type {Millis} from '../../src/core/units.ts'

/** What an address does: it answers or fails after so long, or stays silent. */
export type DialScript =
  {readonly after: Millis; readonly error?: NetError; readonly stream?: Partial<ByteStream>} | 'silent'

export interface ScriptedDial extends Dial {
  /** The requests in order, with the time at which they came. */
  readonly requests: readonly {readonly address: string; readonly at: Millis}[]
  /** Streams handed out and not closed. */
  readonly open: () => number
}

/** A dial whose addresses behave as written, on the given clock. */
export function scriptedDial(clock: Clock, scripts: Readonly<Record<string, DialScript>>): ScriptedDial {
  const requests: {address: string; at: Millis}[] = []
  let open = 0
  const answer = (request: DialRequest, took: Millis): DialResult => {
    const script = scripts[request.address]
    if (script === undefined || script === 'silent') throw new Error(`no answer for ${request.address}`)
    if (script.error) return {status: 'failed', error: script.error, took}
    open++
    let closed = false
    const end = (): void => {
      if (!closed) open--
      closed = true
    }
    const stream: ByteStream = {
      local: '192.0.2.100:40000',
      remote: `${request.address}:${request.port}`,
      write: async () => Promise.resolve(null),
      read: async (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({type: 'aborted'}), {once: true})
        }),
      close: end,
      reset: end,
      ...script.stream,
    }
    return {status: 'connected', stream, took}
  }
  return {
    requests,
    open: () => open,
    tcp: async (request) => {
      const started = clock.now()
      requests.push({address: request.address, at: started})
      const script = scripts[request.address] ?? 'silent'
      return new Promise((resolve) => {
        const cancel =
          script === 'silent'
            ? (): void => {}
            : clock.after(script.after, () => {
                request.signal.removeEventListener('abort', onAbort)
                resolve(answer(request, clock.now() - started))
              })
        const onAbort = (): void => {
          cancel()
          resolve({status: 'aborted', took: clock.now() - started})
        }
        if (request.signal.aborted) onAbort()
        else request.signal.addEventListener('abort', onAbort, {once: true})
      })
    },
  }
}
