/** Two network namespaces with a link between them, for tests that need real routes, filters and ICMP errors. */
import {execFile, execFileSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'

export interface NamespacePair {
  /** Where the test probes from: 10.99.0.1 and fd99::1. */
  readonly near: string
  /** What it probes: 10.99.0.2 and fd99::2. */
  readonly far: string
  remove(): void
}

/** Why namespaces can't be made here; null when they can. */
export function namespacesMissing(): string | null {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'needs root on Linux'
  const name = `nd-try-${randomBytes(3).toString('hex')}`
  try {
    execFileSync('ip', ['netns', 'add', name], {stdio: 'pipe'})
    execFileSync('ip', ['netns', 'del', name], {stdio: 'pipe'})
    return null
  } catch (error) {
    return `ip netns add fails: ${String(error)}`
  }
}

export function makeNamespacePair(): NamespacePair {
  const id = randomBytes(3).toString('hex')
  const near = `nd-near-${id}`
  const far = `nd-far-${id}`
  const ip = (line: string): void => {
    execFileSync('ip', line.split(' '), {stdio: 'pipe'})
  }
  ip(`netns add ${near}`)
  ip(`netns add ${far}`)
  ip(`-n ${near} link add nd0 type veth peer name nd1 netns ${far}`)
  for (const [name, device, host] of [
    [near, 'nd0', 1],
    [far, 'nd1', 2],
  ] as const) {
    ip(`-n ${name} link set lo up`)
    ip(`-n ${name} addr add 10.99.0.${host}/24 dev ${device}`)
    ip(`-n ${name} addr add fd99::${host}/64 dev ${device} nodad`)
    ip(`-n ${name} link set ${device} up`)
    // Kernels send few ICMP errors a second (icmp(7)): what a test provokes must not depend on the test before.
    for (const limit of ['net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0']) {
      ip(`netns exec ${name} sysctl -q -w ${limit}`)
    }
  }
  const remove = (): void => {
    ip(`netns del ${near}`)
    ip(`netns del ${far}`)
  }
  return {near, far, remove}
}

/** Runs `ip` inside a namespace: `ipIn(far, 'route add unreachable 10.98.0.1')`. */
export function ipIn(namespace: string, line: string): void {
  execFileSync('ip', ['-n', namespace, ...line.split(' ')], {stdio: 'pipe'})
}

/** Runs any program inside a namespace and waits for it. */
export function runIn(namespace: string, file: string, args: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, file, ...args], {stdio: 'pipe', encoding: 'utf8'})
}

/** Runs this Node inside a namespace with a TypeScript file and one JSON argument; gives what it prints as JSON. */
export async function nodeIn<Result>(namespace: string, script: string, input: unknown): Promise<Result> {
  const args = ['netns', 'exec', namespace, process.execPath, '--no-warnings', script, JSON.stringify(input)]
  return new Promise((resolve, reject) => {
    execFile('ip', args, {timeout: 30_000}, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`))
      else resolve(JSON.parse(stdout) as Result)
    })
  })
}
