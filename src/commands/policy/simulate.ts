import {Args, Flags} from '@oclif/core'
import {systemLook} from '../../app/look.ts'
import {policyPorts} from '../../app/policy-ports.ts'
import {simulatePolicy} from '../../app/policy-simulate.ts'
import {UserError} from '../../core/errors.ts'
import {type Millis, formatDuration, parseDuration} from '../../core/units.ts'
import {renderSimulation, simulationJson} from '../../reporters/policy-simulate.ts'
import {BaseCommand} from '../_base.ts'

const WEEK: Millis = 7 * 86_400_000
/** A server is sized for its fleet: one that takes everybody back in this many seconds, were they to queue. */
const BACK_WITHIN_S = 20

export default class PolicySimulate extends BaseCommand {
  static override summary = 'show what a fleet with a retry policy does to a recovering server'
  static override description =
    'All clients lose their connection at once and climb the ladder of the policy until the server is back and has ' +
    'room for them. Compares the policy with itself without jitter, breaker and retry budget, or with them where it has none.'
  static override examples = [
    {
      description: 'Ten thousand clients, ten minutes',
      command: '<%= config.bin %> policy simulate tunnel-client',
    },
    {
      description: 'A million clients, as SVG too',
      command: '<%= config.bin %> policy simulate tunnel-client --clients 1000000 --svg million.svg',
    },
    {
      description: 'A small server, a picture, and the same figures every time',
      command:
        '<%= config.bin %> policy simulate netdrill.yaml#patient --clients 200000 --capacity 300 --seed 1 --svg herd.svg',
    },
  ]
  static override args = {
    policy: Args.string({
      description: 'a preset, FILE, or FILE#NAME; by default the policy of ./netdrill.yaml',
      default: 'netdrill.yaml',
    }),
  }
  static override flags = {
    clients: Flags.integer({
      summary: 'how many clients',
      env: 'NETDRILL_CLIENTS',
      default: 10_000,
      min: 1,
      max: 1_000_000,
    }),
    capacity: Flags.integer({
      summary: 'attempts a second that the server answers once it is back; those beyond fail',
      description: 'By default a twentieth of the clients: a server that could take everybody back in 20 s.',
      env: 'NETDRILL_CAPACITY',
      min: 1,
      max: 1_000_000_000,
    }),
    outage: Flags.string({summary: 'how long the server is gone', env: 'NETDRILL_OUTAGE', default: '10m'}),
    detection: Flags.string({
      summary: 'the time within which every client has noticed the loss',
      env: 'NETDRILL_DETECTION',
      default: '30s',
    }),
    'attempt-duration': Flags.string({
      summary: 'how long an attempt takes to fail',
      env: 'NETDRILL_ATTEMPT_DURATION',
      default: '1s',
    }),
    svg: Flags.string({summary: 'write a picture to this file', env: 'NETDRILL_SVG', helpValue: 'FILE'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(PolicySimulate)
    const {clients, seed, svg} = flags
    const capacity = flags.capacity ?? Math.max(1, Math.round(clients / BACK_WITHIN_S))
    const times = {
      outage: readTime('outage', flags.outage),
      detection: readTime('detection', flags.detection),
      attemptDuration: readTime('attempt-duration', flags['attempt-duration']),
    }
    const view = await simulatePolicy(
      {what: args.policy, clients, capacity, seed, svg, ...times},
      policyPorts(),
    )
    this.print(flags.json ? simulationJson(view) : renderSimulation(view, systemLook(flags)))
    if (svg !== undefined && !flags.quiet) this.tell(`wrote ${svg}`)
  }
}

/** Whole milliseconds up to a week, since times are kept as 32-bit numbers. */
function readTime(flag: string, text: string): Millis {
  const time = parseDuration(text)
  const because = !time.ok ? time.because : time.value > WEEK ? `at most ${formatDuration(WEEK)}` : null
  if (because !== null) throw new UserError({code: 'USAGE_INVALID', message: `--${flag}: ${because}`})
  return time.ok ? Math.round(time.value) : 0
}
