import {Flags} from '@oclif/core'
import {REQUEST_FLAGS, TLS_FLAGS} from '../_network-flags.ts'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'
import {unescape} from './_unescape.ts'

export default class ProbeWebsocket extends ProbeCommand {
  static override summary =
    'open a WebSocket, ping on it and tell how it ends: close code, FIN, RST or silence'
  static override description = `Each sample opens a connection (wss:// with TLS), upgrades it, and sends a ping whose pong has to bring the same eight octets back; then it closes. With --keep one connection serves all samples, as in a client that stays connected: a sample is a ping, and an end in between fails the next one. A refused upgrade, a close frame with its code, a FIN without one, an RST, and silence are told apart. A target without a scheme is taken as ws://.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe websocket wss://example.org/socket',
    {
      description: 'Stay connected, with a ping each second, until something ends it',
      command: '<%= config.bin %> probe websocket wss://example.org/socket --keep -c 0',
    },
    {
      description: 'A dialogue: what is sent, and what has to come back',
      command:
        '<%= config.bin %> probe websocket ws://192.0.2.1:8080/chat --send \'{"type":"hello"}\' --expect-message welcome',
    },
    {
      description: 'Does a proxy on the way end idle connections within a minute?',
      command: '<%= config.bin %> probe websocket wss://example.org/socket --hold 60s --no-ping -t 70s',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    ping: Flags.boolean({
      summary: 'send a ping and wait for its pong (the default), or with --no-ping only open the connection',
      env: 'NETDRILL_PING',
      allowNo: true,
    }),
    'pong-timeout': Flags.string({
      summary: 'how long a pong may take (by default as long as the sample)',
      env: 'NETDRILL_PONG_TIMEOUT',
      helpValue: 'DURATION',
    }),
    keep: Flags.boolean({
      summary: 'one connection for all samples, in place of one each',
      env: 'NETDRILL_KEEP',
    }),
    hold: Flags.string({
      summary: 'watch the open connection so long, with a ping each --ping-interval',
      env: 'NETDRILL_HOLD',
      helpValue: 'DURATION',
    }),
    'ping-interval': Flags.string({
      summary: 'from one ping to the next while the connection is held (by default 1s)',
      env: 'NETDRILL_PING_INTERVAL',
      helpValue: 'DURATION',
    }),
    send: Flags.string({
      summary: 'a text message to send after the upgrade',
      env: 'NETDRILL_SEND',
      helpValue: 'TEXT',
    }),
    'expect-message': Flags.string({
      summary: 'text that has to be in a message of the server',
      env: 'NETDRILL_EXPECT_MESSAGE',
      helpValue: 'TEXT',
    }),
    protocols: Flags.string({
      summary: 'subprotocols to offer, in order of preference',
      env: 'NETDRILL_PROTOCOLS',
      helpValue: 'LIST',
    }),
    origin: Flags.string({
      summary: 'the Origin header, which servers for browsers look at',
      env: 'NETDRILL_ORIGIN',
      helpValue: 'URL',
    }),
    ...REQUEST_FLAGS,
    ...TLS_FLAGS,
  }
  protected override readonly kind = 'websocket'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeWebsocket)
    const {ping, hold, send, protocols, origin, header, basic, bearer, sni, ca, cert, key} = flags
    const options = {
      ...{ping, hold, protocols, origin, headers: header, basic, bearer, sni, ca, cert, key},
      keep: flags.keep || undefined,
      pong_timeout: flags['pong-timeout'],
      ping_interval: flags['ping-interval'],
      send: send === undefined ? undefined : unescape(send),
      expect_message: flags['expect-message'],
      verify: flags.insecure ? false : undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
