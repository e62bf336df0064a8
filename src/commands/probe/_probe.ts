/** What all probe commands share. */
import {Args, Flags} from '@oclif/core'
import {openPorts} from '../../app/ports.ts'
import type {ProbeRequestFlags} from '../../app/probe.ts'
import {EXIT_STYLES, type ExitStyle} from '../../app/probe-judge.ts'
import type {ProbeKind} from '../../core/target.ts'
import {PLACE_FLAGS} from '../_network-flags.ts'
import {BaseCommand} from '../_base.ts'

export const TARGET_ARG = {
  target: Args.string({description: 'a host, host:port, or a URL of this kind', required: true}),
}

/** `count` differs: a single ping says little. */
export function sharedFlags(count: number) {
  return {
    count: Flags.integer({
      char: 'c',
      summary: 'take so many samples; 0 goes on until Ctrl-C',
      env: 'NETDRILL_COUNT',
      default: count,
      min: 0,
    }),
    interval: Flags.string({
      char: 'i',
      summary: 'from the start of one sample to the start of the next',
      env: 'NETDRILL_INTERVAL',
      default: '1s',
      helpValue: 'DURATION',
    }),
    timeout: Flags.string({
      char: 't',
      summary: 'how long one sample may take (by default 3s, or what the policy says)',
      env: 'NETDRILL_TIMEOUT',
      helpValue: 'DURATION',
    }),
    policy: Flags.string({
      char: 'p',
      summary: 'retry a failed sample as this policy says: a preset, FILE or FILE#NAME',
      env: 'NETDRILL_POLICY',
    }),
    expect: Flags.string({
      char: 'e',
      summary: 'a condition that has to be met, such as "rtt.p95 < 50ms"; may be repeated',
      env: 'NETDRILL_EXPECT',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'CONDITION',
    }),
    ...PLACE_FLAGS,
    record: Flags.string({
      summary:
        'write what was seen of the way as a link profile, for faults and labs; takes 100 answers or more',
      env: 'NETDRILL_RECORD',
      helpValue: 'FILE',
    }),
    'exit-style': Flags.option({
      options: EXIT_STYLES,
      default: 'netdrill' as const,
      summary: 'whose exit codes to use; nagios also prints one line with performance data',
      env: 'NETDRILL_EXIT_STYLE',
    })(),
  }
}

/** Lines are as long as paragraphs: oclif wraps them. */
export const EXIT_TEXT = [
  'A run passes when every sample succeeds and every --expect is met. A condition about ok, code, stage, category or loss replaces the first part: with --expect "loss <= 10%" some samples may fail.',
  'Exit codes: 0 passed, 1 failed, 2 mistake in the command line, 3 nothing could be measured, 6 this machine lacks something, 130 or 143 interrupted. With --exit-style nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. With --exit-style ping: 0 any reply, 1 none, 2 anything else.',
].join('\n\n')

/** The flags as oclif parsed them. */
export interface SharedFlags {
  readonly count: number
  readonly interval: string
  readonly timeout?: string | undefined
  readonly policy?: string | undefined
  readonly expect?: readonly string[] | undefined
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly source?: string | undefined
  readonly interface?: string | undefined
  readonly record?: string | undefined
  readonly 'exit-style': ExitStyle
  readonly json: boolean
  readonly jsonl: boolean
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly seed?: number | undefined
}

/** The part that is the kind's own. */
export interface KindRequest {
  readonly target: string
  readonly server?: string | undefined
  readonly options: Readonly<Record<string, unknown>>
}

export abstract class ProbeCommand extends BaseCommand {
  protected abstract readonly kind: ProbeKind
  #style: ExitStyle = 'netdrill'

  protected async probe(flags: SharedFlags, request: KindRequest): Promise<void> {
    this.#style = flags['exit-style']
    const {runProbe} = await import('../../app/probe.ts')
    process.exitCode = await runProbe(this.#gather(flags, request), openPorts(flags.seed))
  }

  #gather(flags: SharedFlags, request: KindRequest): ProbeRequestFlags {
    const {count, interval, timeout, policy, source, record, color, quiet, verbose} = flags
    const mode = flags.json ? 'json' : flags.jsonl ? 'jsonl' : 'text'
    return {
      ...request,
      kind: this.kind,
      count,
      interval,
      timeout,
      policy,
      source,
      record,
      expect: flags.expect ?? [],
      interface: flags.interface,
      family: flags.ipv4 ? 4 : flags.ipv6 ? 6 : 0,
      exitStyle: flags['exit-style'],
      display: {mode, color, quiet, verbose},
    }
  }

  /** Errors before the first sample: for a monitoring system that is UNKNOWN, for ping(8) it is 2. */
  override async catch(error: Error & {oclif?: {exit?: number}}): Promise<never> {
    try {
      return await super.catch(error)
    } catch (ended) {
      const code = this.#style === 'nagios' ? 3 : this.#style === 'ping' ? 2 : null
      if (code === null) throw ended
      this.exit(code)
    }
  }
}
