import {execFileSync} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'

/** Everything a fault or lab could leave behind on this machine, without counters and timers. */
export function kernelState(): Readonly<Record<string, string>> {
  return {
    qdiscs: run('tc', ['qdisc', 'show']),
    rules: run('nft', ['list', 'ruleset']),
    links: run('ip', ['-o', 'link', 'show']).replace(/^(\d+: \S+).*$/gm, '$1'),
    routes: run('ip', ['route', 'show', 'table', 'all']),
    namespaces: run('ip', ['netns', 'list']),
  }
}

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, {encoding: 'utf8'}).trim()
}

/** Processes that carry this text in their environment: what a killed program may have left running. */
export function processesMarked(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(mark))
    .map(Number)
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

/** Asks until the answer is the wanted one or the time is over; returns the last answer. */
export async function eventually<T>(
  ask: () => T,
  wanted: (answer: T) => boolean,
  within: number,
): Promise<T> {
  const end = performance.now() + within
  let answer = ask()
  while (!wanted(answer) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    answer = ask()
  }
  return answer
}
