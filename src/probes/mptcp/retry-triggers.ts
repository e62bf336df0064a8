/** What makes another try of MPTCP worth while before its time: the own network, the kernel's settings, other connections. */
import type {NetworkWatch} from '../../core/network-port.ts'
import type {Ports} from '../../core/ports.ts'
import type {TransportMemory} from './transport-memory.ts'

const SETTINGS = ['enabled', 'blackhole_timeout', 'pm_type', 'checksum_enabled'].map(
  (name) => `/proc/sys/net/mptcp/${name}`,
)
/** Of MPTcpExt: a SYN/ACK with MP_CAPABLE came, so it gets through to somebody. */
const COUNTER = 'MPCapableSYNACKRX'

type Doors = Pick<Ports, 'network' | 'files' | 'mptcp'>

/** Asks and listens only while plain TCP is in use. */
export class RetryTriggers {
  readonly #memory: TransportMemory
  readonly #doors: Doors
  #watch: NetworkWatch | null = null
  #settings: string | null = null
  #counter: number | null = null

  constructor(memory: TransportMemory, doors: Doors) {
    this.#memory = memory
    this.#doors = doors
  }

  /** Before each sample. */
  async look(): Promise<void> {
    if (!this.#memory.waits) {
      this.close()
      return
    }
    this.#watch ??= this.#doors.network.watch({
      onChange: ({what, device, subject}) => {
        if (subject.startsWith('fe80:')) return
        if (what === 'address-added')
          this.#memory.wake(`address ${subject} added on ${device ?? 'an interface'}`)
        else if (what === 'carrier-gained') this.#memory.wake(`carrier on ${device ?? 'an interface'}`)
      },
    })
    const {files, mptcp} = this.#doors
    const read = await Promise.all(
      SETTINGS.map(async (path) => `${path} ${(await files.readText(path)) ?? ''}`),
    )
    const settings = read.join('').trim()
    if (this.#settings !== null && settings !== this.#settings) {
      this.#memory.wake(`sysctl changed: ${changed(this.#settings, settings)}`)
    }
    this.#settings = settings
    const counter = (await mptcp.counters())[COUNTER] ?? 0
    if (this.#counter !== null && counter > this.#counter) {
      this.#memory.wake(`MPTCP works for another connection (${COUNTER})`)
    }
    this.#counter = counter
  }

  close(): void {
    this.#watch?.stop()
    this.#watch = null
    this.#settings = null
    this.#counter = null
  }
}

/** `net.mptcp.enabled = 1`, of the first that differs. */
function changed(before: string, after: string): string {
  const old = new Set(before.split('\n'))
  const line = after.split('\n').find((each) => !old.has(each)) ?? ''
  const [path = '', value = ''] = line.split(' ')
  return `${path.replace('/proc/sys/', '').replaceAll('/', '.')} = ${value}`
}
