import type {Outcome} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {MeasureRun, Probe} from '../probe.ts'
import {startDeadline} from '../shared/deadline.ts'
import {openWire} from './open-wire.ts'
import {type TurnOptions, turnOptions} from './options.ts'
import {Session} from './session.ts'
import {type TurnTarget, openTarget} from './target.ts'

/** Makes one allocation per sample and gives it back; `rtt` is the time of the server's first answer. */
export const turn: Probe<TurnOptions> = {
  kind: 'turn',
  summary: 'get a relay from a TURN server and give it back: credentials, quota, relay',
  example: 'turn://192.0.2.1:3478?transport=tcp',
  defaultPort: 3478,
  needs: [],
  schema: turnOptions,
  open: async (request, ports) => {
    const target = await openTarget(request, ports)
    return {
      method: null,
      measure: async (run) => measure(target, run, ports),
      close: async () => Promise.resolve(),
    }
  },
}

async function measure(target: TurnTarget, run: MeasureRun, ports: Ports): Promise<Outcome> {
  const {clock} = ports
  const started = clock.now()
  const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
  try {
    const opened = await openWire(target, deadline, ports)
    const {place, phase, tls} = opened.way
    const extra = tls === null ? {} : {tls}
    if (opened.wire === null) {
      const partial = {...place, phase: {...phase, total: clock.now() - started}, ...extra}
      return {status: 'failed', failure: opened.failure, partial, took: clock.now() - started}
    }
    const {wire, server} = opened
    const {transport, login, relay} = target
    const name = joinHostPort(server.address, target.port)
    const plan = {wire, name, transport, family: server.family, login, relay, deadline, clock}
    const {failure, facts, rtt, wait} = await new Session(plan).run()
    wire.close()
    const steps = wait === null ? phase : {...phase, wait}
    const total = Object.values(steps).reduce((sum, step) => sum + step, 0)
    const reading = {...place, phase: {...steps, total}, turn: facts, ...extra}
    return failure
      ? {status: 'failed', failure, partial: reading, took: clock.now() - started}
      : {status: 'ok', reading: {...reading, ...(rtt === null ? {} : {rtt})}, took: clock.now() - started}
  } finally {
    deadline.stop()
  }
}
