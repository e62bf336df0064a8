import {Flags} from '@oclif/core'
import {REQUEST_FLAGS, TLS_FLAGS} from '../_network-flags.ts'
import {EXIT_TEXT, ProbeCommand, TARGET_ARG, sharedFlags} from './_probe.ts'

export default class ProbeHttp extends ProbeCommand {
  static override summary = 'make an HTTP request and tell where its time went'
  static override description = `Every phase is measured: resolve, connect, tls, request, wait, download; they add up to the total. A status of 4xx or 5xx fails, and so does a bad certificate. A target without a scheme is taken as http://.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> probe http https://example.org/health',
    {
      description: 'What must hold of the response',
      command:
        '<%= config.bin %> probe http https://example.org/health -e "http.status == 200" -e "http.json.status == ok" -e "phase.wait < 200ms"',
    },
    {
      description: 'A new server before the name leads to it',
      command: '<%= config.bin %> probe http https://example.org --resolve example.org:443:192.0.2.1',
    },
    {
      description: 'Follow redirects, with a token from the environment',
      command: '<%= config.bin %> probe http https://example.org --max-redirects 5 --bearer env:API_TOKEN',
    },
  ]
  static override args = TARGET_ARG
  static override flags = {
    ...sharedFlags(1),
    method: Flags.string({
      char: 'X',
      summary: 'the method (by default GET, or POST with a body)',
      env: 'NETDRILL_METHOD',
      helpValue: 'METHOD',
    }),
    ...REQUEST_FLAGS,
    body: Flags.string({summary: 'the text to send as body', env: 'NETDRILL_BODY', helpValue: 'TEXT'}),
    'body-file': Flags.string({
      summary: 'the file to send as body',
      env: 'NETDRILL_BODY_FILE',
      helpValue: 'FILE',
    }),
    http: Flags.option({
      options: ['auto', '1.1', '2'] as const,
      summary: 'the version of HTTP; auto takes HTTP/2 where TLS agrees on it',
      env: 'NETDRILL_HTTP',
    })(),
    status: Flags.string({
      summary: 'statuses that count as success, such as 200,204 or 2xx or any (by default 2xx,3xx)',
      env: 'NETDRILL_STATUS',
      helpValue: 'LIST',
    }),
    'max-redirects': Flags.integer({
      summary: 'follow so many redirects in a row; without it a redirect is the answer',
      env: 'NETDRILL_MAX_REDIRECTS',
      min: 0,
      max: 50,
    }),
    proxy: Flags.string({
      summary: 'go through the tunnel of an HTTP proxy; https:// for TLS to the proxy itself',
      env: 'NETDRILL_PROXY',
      helpValue: 'http://HOST:PORT',
    }),
    'proxy-basic': Flags.string({
      summary: 'user:password for the proxy, from a variable or a file',
      env: 'NETDRILL_PROXY_BASIC',
      helpValue: 'env:NAME|file:PATH',
    }),
    resolve: Flags.string({
      summary: 'take these addresses for a host and port; may be repeated',
      env: 'NETDRILL_RESOLVE',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'HOST:PORT:ADDRESS',
    }),
    'connect-to': Flags.string({
      summary: 'connect elsewhere for a host and port; may be repeated',
      env: 'NETDRILL_CONNECT_TO',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'HOST:PORT:HOST:PORT',
    }),
    'body-limit': Flags.string({
      summary: 'stop reading the body after so much (by default 1MiB)',
      env: 'NETDRILL_BODY_LIMIT',
      helpValue: 'SIZE',
    }),
    'max-size': Flags.string({
      summary: 'fail when the body is larger',
      env: 'NETDRILL_MAX_SIZE',
      helpValue: 'SIZE',
    }),
    race: Flags.boolean({
      summary:
        'race several addresses as in RFC 8305 (the default), or with --no-race try one after the other',
      env: 'NETDRILL_RACE',
      allowNo: true,
    }),
    ...TLS_FLAGS,
  }
  protected override readonly kind = 'http'

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProbeHttp)
    const {method, header, body, http, status, basic, bearer, proxy, resolve, sni, ca, cert, key} = flags
    const options = {
      ...{method, headers: header, body, http, status, basic, bearer, proxy, resolve, sni, ca, cert, key},
      body_file: flags['body-file'],
      max_redirects: flags['max-redirects'],
      proxy_basic: flags['proxy-basic'],
      connect_to: flags['connect-to'],
      body_limit: flags['body-limit'],
      max_size: flags['max-size'],
      strategy: flags.race === undefined ? undefined : flags.race ? 'race' : 'order',
      verify: flags.insecure ? false : undefined,
    }
    await this.probe(flags, {target: args.target, options})
  }
}
