/** What others need for the same probes. */
import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {createServer} from 'node:net'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {listen, portOf} from './check-servers.ts'
import {runMeasured, watchMemory} from './measured-program.ts'

export interface Row {
  readonly what: string
  readonly seconds: number
  /** Of all processes together; null where a process per probe comes and goes. */
  readonly megabytes: number | null
  readonly failed: number
}

const CHECK_TCP = '/usr/lib/nagios/plugins/check_tcp'
const EXPORTER = ['/usr/bin/prometheus-blackbox-exporter', '/usr/bin/blackbox_exporter'].find(existsSync)

export interface PeerWork {
  readonly tcp: readonly string[]
  readonly mixed: readonly string[]
  readonly folder: string
  readonly atOnce: number
}

/** Those that are installed. */
export async function measurePeers({tcp, mixed, folder, atOnce}: PeerWork): Promise<readonly Row[]> {
  const rows: Row[] = []
  if (existsSync(CHECK_TCP)) rows.push(await checkTcp(tcp, folder, atOnce))
  if (EXPORTER) {
    rows.push(await blackbox('tcp', {exporter: EXPORTER, urls: tcp, folder, atOnce}))
    rows.push(await blackbox('mixed', {exporter: EXPORTER, urls: mixed, folder, atOnce}))
  }
  if (existsSync('/usr/bin/fping')) rows.push(await fping(tcp.length))
  return rows
}

/** A process per probe, as a monitoring server starts them. */
async function checkTcp(urls: readonly string[], folder: string, atOnce: number): Promise<Row> {
  const list = join(folder, 'ports')
  await writeFile(list, urls.map((url) => `${url.split(':').at(-1)}\n`).join(''))
  const words = ['-a', list, '-P', String(atOnce), '-n', '1', CHECK_TCP, '-H', '127.0.0.1', '-p']
  const {seconds, stdout} = await runMeasured('xargs', words)
  const good = stdout.split('\n').filter((line) => line.startsWith('TCP OK')).length
  return {what: 'check_tcp, a process per probe', seconds, megabytes: null, failed: urls.length - good}
}

/** The certificate is looked at and not verified, as its authority is nobody's. */
const MODULES = `modules:
  tcp: {prober: tcp, timeout: 3s}
  tls: {prober: tcp, timeout: 3s, tcp: {tls: true, tls_config: {insecure_skip_verify: true}}}
  http: {prober: http, timeout: 3s}
  dns: {prober: dns, timeout: 3s, dns: {query_name: host.example, query_type: A}}
  ping: {prober: icmp, timeout: 3s}
`

interface BlackboxWork {
  readonly exporter: string
  readonly urls: readonly string[]
  readonly folder: string
  readonly atOnce: number
}

/** One request per probe, as Prometheus sends them. */
async function blackbox(what: string, {exporter, urls, folder, atOnce}: BlackboxWork): Promise<Row> {
  const config = join(folder, 'blackbox.yml')
  await writeFile(config, MODULES)
  const listener = await listen(createServer())
  const address = `127.0.0.1:${portOf(listener)}`
  await new Promise((resolve) => listener.close(resolve))
  const args = [`--config.file=${config}`, `--web.listen-address=${address}`, '--log.level=error']
  const child = spawn(exporter, args, {stdio: 'ignore'})
  const memory = watchMemory(child.pid ?? 0)
  try {
    await eventually(async () => (await fetch(`http://${address}/-/healthy`)).ok)
    const started = performance.now()
    let next = 0
    let good = 0
    const worker = async (): Promise<void> => {
      for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
        const text = await (await fetch(`http://${address}/probe?${queryOf(url)}`)).text()
        if (text.includes('\nprobe_success 1')) good++
      }
    }
    await Promise.all(Array.from({length: atOnce}, worker))
    const seconds = (performance.now() - started) / 1000
    return {
      what: `blackbox_exporter, ${what}`,
      seconds,
      megabytes: memory.stop(),
      failed: urls.length - good,
    }
  } finally {
    child.kill()
  }
}

function queryOf(url: string): string {
  const [scheme = '', rest = ''] = url.split('://')
  const target = scheme === 'http' ? url : rest.replace(/\/.*/, '')
  return new URLSearchParams({module: scheme, target}).toString()
}

async function fping(size: number): Promise<Row> {
  const hosts = Array.from({length: size}, (_, index) => `127.1.${(index >> 8) & 255}.${index & 255}`)
  const args = ['-i', '1', '-r', '0', '-a']
  const {seconds, megabytes, stdout} = await runMeasured('fping', args, `${hosts.join('\n')}\n`)
  const good = stdout.split('\n').filter(Boolean).length
  return {what: 'fping, ping, 1 ms apart', seconds, megabytes, failed: size - good}
}

async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await look().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the server did not come up')
}
