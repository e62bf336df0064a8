/** `ip monitor` as a child, line by line. */
import {type ChildProcess, spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {toolPath} from '../../core/place-command.ts'
import {stripControl} from '../../core/text.ts'
import {keepTail} from '../keep-tail.ts'

export interface IpMonitorHandlers {
  onLine(line: string): void
  /** It ended by itself, or could not be started. */
  onEnd(because: string): void
}

const MONITOR = ['ip', '-oneline', 'monitor', 'link', 'address', 'route', 'neigh']

/**
 * Ends with this process however that ends (prctl(2), PR_SET_PDEATHSIG, by setpriv of util-linux): on a quiet network a program
 * that only writes would otherwise not notice for days. The returned function ends it at once.
 */
export function startIpMonitor(handlers: IpMonitorHandlers): () => void {
  let over = false
  let child: ChildProcess | null = null
  const start = ([file = '', ...args]: readonly string[], onMissing: () => void): void => {
    const env = {PATH: toolPath(process.env['PATH']), LC_ALL: 'C'}
    const started = spawn(file, args, {stdio: ['ignore', 'pipe', 'pipe'], env})
    child = started
    watch(started, (because, missing) => {
      if (over) return
      if (missing) {
        onMissing()
        return
      }
      over = true
      handlers.onEnd(because)
    })
    createInterface({input: started.stdout}).on('line', (line) => {
      if (!over) handlers.onLine(line)
    })
  }
  start(['setpriv', '--pdeathsig', 'KILL', '--', ...MONITOR], () =>
    start(MONITOR, () => handlers.onEnd('there is no ip program')),
  )
  return () => {
    over = true
    child?.kill('SIGKILL')
  }
}

function watch(child: ChildProcess, onEnd: (because: string, missing: boolean) => void): void {
  const said = keepTail(child.stderr)
  child.once('error', (error: NodeJS.ErrnoException) =>
    onEnd(`ip monitor could not be started: ${error.message}`, error.code === 'ENOENT'),
  )
  child.once('close', (code, signal) => {
    // One that never was is told by its error.
    if (child.pid === undefined) return
    const how = signal === null ? `code ${String(code)}` : signal
    const line = stripControl(said().trim().split('\n').at(-1) ?? '')
    onEnd(`ip monitor ended with ${how}${line === '' ? '' : `: ${line}`}`, false)
  })
}
