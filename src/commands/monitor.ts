import {Args, Flags} from '@oclif/core'
import {monitorDocuments} from '../app/monitor.ts'
import {openPorts} from '../app/ports.ts'
import {BaseCommand} from './_base.ts'

export default class Monitor extends BaseCommand {
  static override summary = 'watch every target of a document until told to stop'
  static override description = `Probes each target at its interval and follows its state: connected, degraded, suspect, reconnecting, and back. A target with a
policy is retried as that policy says. On a terminal a live view is drawn, elsewhere a line for everything that changes.

Exit codes: when its time is over (--for) or after q: 0 if every target was up, 1 if one was down. 2 mistake in the document or on the
command line, 130 or 143 interrupted.`
  static override examples = [
    '<%= config.bin %> monitor',
    '<%= config.bin %> monitor network.yaml --tag edge',
    '<%= config.bin %> monitor --listen :9469 --plain',
    '<%= config.bin %> monitor network.yaml --for 10m --plain --journal ./journals',
    '<%= config.bin %> monitor --journal ./journals --journal-size 64MB --journal-keep 10',
  ]
  static override strict = false
  static override args = {
    file: Args.string({description: 'documents; - for standard input (by default netdrill.yaml)'}),
  }
  static override flags = {
    only: Flags.string({
      summary: 'watch only the target of this name; may be repeated',
      env: 'NETDRILL_ONLY',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    tag: Flags.string({
      summary: 'watch only targets with this tag; may be repeated',
      env: 'NETDRILL_TAG',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TAG',
    }),
    for: Flags.string({
      summary: 'end after this time',
      env: 'NETDRILL_FOR',
      helpValue: 'DURATION',
    }),
    redact: Flags.boolean({
      summary:
        'give addresses other names in all that is shown and written; the same address has the same name',
      env: 'NETDRILL_REDACT',
    }),
    plain: Flags.boolean({summary: 'print lines, even on a terminal', env: 'NETDRILL_PLAIN'}),
    listen: Flags.string({
      summary: 'answer /metrics, /status and /healthz there; on loopback unless an address is named',
      env: 'NETDRILL_LISTEN',
      helpValue: 'ADDRESS:PORT',
    }),
    otlp: Flags.string({
      summary: 'push metrics to this OpenTelemetry collector every 15 s',
      env: 'NETDRILL_OTLP',
      helpValue: 'URL',
    }),
    journal: Flags.directory({
      summary: 'write every event to a journal in this folder',
      env: 'NETDRILL_JOURNAL',
      helpValue: 'FOLDER',
    }),
    'journal-size': Flags.string({
      summary: 'go on in the next file of the journal before one is larger than this',
      env: 'NETDRILL_JOURNAL_SIZE',
      helpValue: 'SIZE',
      dependsOn: ['journal'],
    }),
    'journal-age': Flags.string({
      summary: 'go on in the next file of the journal after this time',
      env: 'NETDRILL_JOURNAL_AGE',
      helpValue: 'DURATION',
      dependsOn: ['journal'],
    }),
    'journal-keep': Flags.integer({
      summary: 'remove all but so many of the newest files of the journal; by default all stay',
      env: 'NETDRILL_JOURNAL_KEEP',
      helpValue: 'N',
      min: 1,
      dependsOn: ['journal'],
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Monitor)
    const {only = [], tag: tags = [], color, quiet} = flags
    const display = flags.json ? 'json' : flags.jsonl ? 'jsonl' : flags.plain ? 'lines' : 'auto'
    const exit = await monitorDocuments(
      {
        files: argv.map(String),
        only,
        tags,
        for: flags.for,
        redact: flags.redact,
        journal: {
          folder: flags.journal ?? null,
          size: flags['journal-size'],
          age: flags['journal-age'],
          keep: flags['journal-keep'],
        },
        display: {display, color, quiet},
        expose: {listen: flags.listen ?? null, otlp: flags.otlp ?? null},
      },
      openPorts(flags.seed),
    )
    process.exitCode = exit
  }
}
