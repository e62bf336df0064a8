/** Counters of all proxies in the text format of Prometheus, with the names that Toxiproxy uses. */
import type {ToxicProxy} from './toxic-proxy.ts'

export function renderMetrics(proxies: readonly ToxicProxy[]): string {
  return ['received', 'sent']
    .flatMap((kind) => [
      `# HELP toxiproxy_proxy_${kind}_bytes_total The total number of bytes ${kind}.`,
      `# TYPE toxiproxy_proxy_${kind}_bytes_total counter`,
      ...proxies.flatMap((proxy) =>
        (['upstream', 'downstream'] as const).map((direction) => {
          const {received, sent} = proxy.counters
          const bytes = kind === 'received' ? received[direction] : sent[direction]
          const labels = {direction, listener: proxy.listen, proxy: proxy.name, upstream: proxy.upstream}
          const inside = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
          return `toxiproxy_proxy_${kind}_bytes_total{${inside.join(',')}} ${bytes}`
        }),
      ),
    ])
    .join('\n')
    .concat('\n')
}
