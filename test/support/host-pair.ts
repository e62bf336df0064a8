/** Another host without a network: lines in memory, and the far end with a simulated kernel of its own. */
import type {HostChannel, HostDoor, HostEnd} from '../../src/core/host-channel.ts'
import {type ServeLine, serveFaults} from '../../src/faults/hosts/serve-faults.ts'
import {type FaultWorld, makeFaultWorld} from './fault-world.ts'

export const VERSION = '1.2.3'

/** How an ssh ends that did its work. */
const DONE: HostEnd = {code: 0, missing: false, said: ''}

export interface HostScript {
  /** How the next calls end at once, one after the other; afterwards the host answers. */
  readonly refuse?: HostEnd[]
  /** Another version is there. */
  readonly version?: string
  /** What a shell there says before. */
  readonly noise?: readonly string[]
}

export class FarHost {
  readonly world: FaultWorld
  readonly calls: (readonly string[])[] = []
  readonly #script: HostScript
  #lines: FarLine[] = []
  #halt: ((because: string) => void) | null = null
  /** Ends of the far side that are still there. */
  serving = 0

  constructor(script: HostScript = {}) {
    this.#script = script
    this.world = makeFaultWorld({env: {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'}})
  }

  readonly door: HostDoor = {
    open: (args) => {
      this.calls.push(args)
      const line = new FarLine()
      const refusal = this.#script.refuse?.shift()
      if (refusal) line.finish(refusal)
      else this.#serve(line)
      return line.near
    },
  }

  #serve(line: FarLine): void {
    this.#lines.push(line)
    this.serving += 1
    for (const text of this.#script.noise ?? []) line.far.send(text)
    void serveFaults({
      ports: this.world.ports,
      line: line.far,
      version: this.#script.version ?? VERSION,
      watchHalt: (onHalt) => {
        this.#halt = onHalt
        return () => undefined
      },
    }).then(() => {
      this.serving -= 1
      // Of a line that carries nothing nobody hears the end.
      if (!line.deaf) line.finish(DONE)
    })
  }

  /** The connection breaks, and both ends notice. */
  cut(): void {
    for (const line of this.#lines.splice(0)) {
      line.finish({code: 255, missing: false, said: 'client_loop: send disconnect: Broken pipe\r\n'})
      line.hangUp()
    }
  }

  /** The connection carries nothing any more, and nobody is told. */
  silence(): void {
    for (const line of this.#lines.splice(0)) line.deaf = true
  }

  halt(because: string): void {
    this.#halt?.(because)
  }
}

class FarLine {
  deaf = false
  #toNear: ((line: string) => void) | null = null
  #toFar: ((line: string) => void) | null = null
  #onEnd: (() => void) | null = null
  #pending: string[] = []
  #finish: (end: HostEnd) => void = () => undefined
  readonly #ended = new Promise<HostEnd>((resolve) => {
    this.#finish = resolve
  })

  readonly near: HostChannel = {
    send: (line) => this.#later(() => this.#toFar?.(line)),
    onLine: (listener) => {
      this.#toNear = listener
      for (const line of this.#pending.splice(0)) this.#later(() => listener(line))
    },
    ended: this.#ended,
    end: () => this.hangUp(),
    drop: () => {
      this.finish({code: null, missing: false, said: ''})
      this.hangUp()
    },
  }

  readonly far: ServeLine = {
    onLine: (listener) => {
      this.#toFar = listener
    },
    onEnd: (listener) => {
      this.#onEnd = listener
    },
    send: (line) => {
      if (this.#toNear) this.#later(() => this.#toNear?.(line))
      else this.#pending.push(line)
    },
  }

  finish(end: HostEnd): void {
    this.#finish(end)
  }

  hangUp(): void {
    this.#later(() => this.#onEnd?.())
  }

  #later(act: () => void): void {
    queueMicrotask(() => {
      if (!this.deaf) act()
    })
  }
}
