import {Args, Flags} from '@oclif/core'
import {watchInterrupt} from '../app/interrupt.ts'
import {openPorts} from '../app/ports.ts'
import {runProxy} from '../app/proxy.ts'
import {BaseCommand} from './_base.ts'

export default class Proxy extends BaseCommand {
  static override summary = 'stand between client and server and disturb the connections; no rights needed'
  static override description = `Serves proxies with toxics, and an HTTP API that clients of Toxiproxy understand. FILE is a list of proxies as
Toxiproxy takes it, in JSON. All ends with this process.

A toxic is KIND[=VALUE][,NAME=VALUE…], with stream=upstream, toxicity=50% and ttl=30s for every kind.

netdrill fault list shows it, and fault clear or fault halt ends it, as Ctrl-C does.

Exit codes: 0 ended by Ctrl-C or from another shell, 2 mistake in the request, 7 faults are halted.`
  static override examples = [
    '<%= config.bin %> proxy --from 127.0.0.1:15432 --to db:5432 --toxic latency=100ms,jitter=20ms',
    '<%= config.bin %> proxy --from :15353 --to 127.0.0.1:53 --udp --toxic loss=10%',
    '<%= config.bin %> proxy toxiproxy.json --listen 127.0.0.1:8474',
  ]
  static override args = {file: Args.string({description: 'proxies to start with'})}
  static override flags = {
    listen: Flags.string({
      summary: 'where the API listens; on loopback unless an address is named',
      helpValue: 'ADDRESS:PORT',
      env: 'NETDRILL_LISTEN',
    }),
    from: Flags.string({
      summary: 'where clients connect to',
      helpValue: 'ADDRESS:PORT',
      env: 'NETDRILL_FROM',
    }),
    to: Flags.string({summary: 'where the connections lead', helpValue: 'ADDRESS:PORT', env: 'NETDRILL_TO'}),
    udp: Flags.boolean({summary: 'datagrams instead of connections', env: 'NETDRILL_UDP', default: false}),
    toxic: Flags.string({
      summary: 'disturb the connections of --from; may be repeated',
      helpValue: 'TOXIC',
      env: 'NETDRILL_TOXIC',
      multiple: true,
      multipleNonGreedy: true,
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Proxy)
    const interrupt = watchInterrupt()
    // Without an API nobody could add a proxy, so only the quick form goes without.
    const listen = flags.listen ?? (flags.from === undefined ? '127.0.0.1:8474' : null)
    const say = (line: string): void => {
      if (!flags.quiet) this.tell(line)
    }
    const ports = openPorts(flags.seed)
    try {
      const proxies = await runProxy(
        {...args, listen, from: flags.from, to: flags.to, udp: flags.udp, toxics: flags.toxic ?? []},
        {
          ready: (api) => {
            if (flags.jsonl) this.print(JSON.stringify({type: 'ready', api, seed: ports.random.seed}))
            say(api === null ? 'ready; Ctrl-C ends it' : `ready; API at ${api}; Ctrl-C ends it`)
          },
          unlisted: (why) => say(`netdrill fault list will not show this: ${why}`),
          event: (event) => {
            if (flags.jsonl) this.print(JSON.stringify(event))
            if (event.type !== 'connection' || flags.verbose) say(sentenceOf(event))
          },
        },
        interrupt.signal,
        ports,
      )
      const end = {schema: 'netdrill/proxy/1', seed: ports.random.seed, proxies}
      if (flags.json) this.print(JSON.stringify(end))
      else if (flags.jsonl) this.print(JSON.stringify({type: 'end', ...end}))
      else for (const proxy of proxies) this.print(lineOf(proxy))
    } finally {
      interrupt.forget()
    }
  }
}

type Summary = Awaited<ReturnType<typeof runProxy>>[number]
type Event = Parameters<Parameters<typeof runProxy>[1]['event']>[0]

function lineOf({name, listen, upstream, connections, sent}: Summary): string {
  return `${name}: ${listen} to ${upstream}, ${connections} connections, ${sent.upstream} bytes up, ${sent.downstream} bytes down`
}

function sentenceOf({type, proxy, listen, upstream, toxic, change}: Event): string {
  switch (type) {
    case 'listening':
      return `${proxy}: ${listen} leads to ${upstream}`
    case 'stopped':
      return `${proxy}: stopped`
    case 'toxic-added':
      return `${proxy}: ${toxic} acts`
    case 'toxic-changed':
      return `${proxy}: ${toxic} changed`
    case 'toxic-removed':
      return `${proxy}: ${toxic} removed`
    case 'toxic-expired':
      return `${proxy}: ${toxic} is over`
    case 'connection':
      return `${proxy}: connection ${change}`
  }
}
