/** Connects by MPTCP, or by plain TCP where that was asked for, and remembers per destination what came of it. */
import type {MptcpFacts} from '../../core/facts.ts'
import type {MptcpConnection, MptcpLook} from '../../core/mptcp-port.ts'
import type {ByteStream, Dial, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {type DialPlan, type Dialled, dialAddresses} from '../shared/dial-addresses.ts'
import {type Counters, counterDelta, fallbackOf} from './fallback.ts'
import type {TransportMemory} from './transport-memory.ts'

export interface TransportPlan extends Omit<DialPlan, 'strategy'> {
  /** Null tries MPTCP each time, and leaves it to the kernel to fall back. */
  readonly memory: TransportMemory | null
}

export interface Transport {
  readonly dialled: Dialled
  /** What the connection is now. */
  look(): MptcpLook
  /** Facts of it; only those of the first call say why MPTCP was tried. */
  facts(stream: ByteStream): Promise<MptcpFacts>
  close(): void
}

type Doors = Pick<Ports, 'clock' | 'dial' | 'mptcp'>

/**
 * MPTCP gets half of the time: where SYNs with MP_CAPABLE vanish kernels fall back after 3 to 8 seconds, and the sample may be
 * shorter than that.
 */
const SHARE = 0.5
const PLAIN: MptcpLook = {used: false, subflows: null, paths: []}

export async function openTransport(plan: TransportPlan, doors: Doors): Promise<Transport> {
  const before = await doors.mptcp.counters()
  if (plan.memory === null) return makeTransport(await byMptcp(plan, doors, plan.deadline), {before, doors})
  return withFallback(plan, plan.memory, {before, doors})
}

interface Circumstances {
  readonly before: Counters
  readonly doors: Doors
  readonly memory?: TransportMemory
  readonly trigger?: string
  /** Known without the kernel's counters. */
  readonly fallback?: NonNullable<MptcpFacts['fallback']>
  readonly because?: string
}

async function withFallback(
  plan: TransportPlan,
  memory: TransportMemory,
  {before, doors}: Pick<Circumstances, 'before' | 'doors'>,
): Promise<Transport> {
  const {clock, mptcp} = doors
  const {mptcp: isDue, trigger} = memory.ask(clock.now())
  const given = {before, doors, memory, ...(trigger !== null && {trigger})}
  const plain = async (fallback: NonNullable<MptcpFacts['fallback']>, because?: string): Promise<Transport> =>
    makeTransport(
      {dialled: await dial(plan, doors.dial, doors, plan.deadline), connection: null},
      {
        ...given,
        fallback,
        ...(because !== undefined && {because}),
      },
    )
  if (!isDue) return plain('waiting')
  const missing = await mptcp.missing()
  if (missing) {
    memory.failed(clock.now())
    return plain('unavailable', missing.text)
  }
  const half: Millis = plan.deadline.left() * SHARE
  const deadline = startDeadline({clock, after: half, level: 'sample', parent: plan.deadline.signal})
  const opened = await byMptcp(plan, doors, deadline).finally(() => deadline.stop())
  const {dialled, connection} = opened
  if (dialled.status === 'failed' && dialled.failure.code === 'TCP_TIMEOUT' && plan.deadline.left() > 0) {
    const transport = await plain('syn-dropped')
    // Nothing answers by plain TCP either: that says nothing about MPTCP.
    if (transport.dialled.status === 'connected') memory.failed(clock.now())
    return transport
  }
  if (connection?.look().used === true) memory.succeeded(clock.now())
  else if (connection) memory.failed(clock.now())
  return makeTransport(opened, given)
}

/**
 * For a connection that works by plain TCP and waits for its next try: null when MPTCP is still not to be had, which the memory
 * knows then.
 */
export async function tryMptcpAgain(
  plan: TransportPlan & {readonly memory: TransportMemory},
  doors: Doors,
): Promise<Transport | null> {
  const {memory, deadline} = plan
  const {clock, mptcp} = doors
  const before = await mptcp.counters()
  const {trigger} = memory.ask(clock.now())
  const opened = (await mptcp.missing()) === null ? await byMptcp(plan, doors, deadline) : null
  if (opened?.connection?.look().used === true) {
    memory.succeeded(clock.now())
    return makeTransport(opened, {before, doors, memory, ...(trigger !== null && {trigger})})
  }
  opened?.connection?.close()
  memory.failed(clock.now())
  return null
}

interface Opened {
  readonly dialled: Dialled
  readonly connection: MptcpConnection | null
}

async function byMptcp(plan: TransportPlan, doors: Doors, deadline: Deadline): Promise<Opened> {
  const connections = new Map<ByteStream, MptcpConnection>()
  const door: Dial = {
    tcp: async (wanted) => {
      const result = await doors.mptcp.connect(wanted)
      if (result.status !== 'connected') return result
      const {connection, took} = result
      connections.set(connection.stream, connection)
      return {status: 'connected', stream: connection.stream, took}
    },
  }
  const dialled = await dial(plan, door, doors, deadline)
  if (dialled.status === 'failed') return {dialled, connection: null}
  const connection = connections.get(dialled.stream)
  if (!connection) throw new Error('every stream belongs to a connection')
  return {dialled, connection}
}

/** One address after the other: a race would mix up what the kernel counts. */
async function dial(plan: TransportPlan, door: Dial, {clock}: Doors, deadline: Deadline): Promise<Dialled> {
  const {addresses, port, source, interface: device} = plan
  return dialAddresses(
    {addresses, port, strategy: 'order', source, interface: device, deadline},
    {dial: door, clock},
  )
}

function makeTransport({dialled, connection}: Opened, given: Circumstances): Transport {
  const {doors, before, memory, because} = given
  let {fallback, trigger} = given
  return {
    dialled,
    look: () => connection?.look() ?? PLAIN,
    facts: async (stream) => {
      const seen = connection?.look() ?? PLAIN
      const counters = counterDelta(before, await doors.mptcp.counters())
      const {used, subflows, paths, token, flows, most} = seen
      // Later counts are of others, too.
      if (!used) fallback ??= fallbackOf(counters)
      const tried = trigger
      trigger = undefined
      const retryIn = memory?.retryIn(doors.clock.now()) ?? undefined
      const more = present({token, flows, most, trigger: tried, because, retryIn})
      const {local, remote} = stream
      return {
        used,
        subflows,
        paths,
        fallback: used ? null : (fallback ?? 'other'),
        local,
        remote,
        counters,
        ...more,
      }
    },
    close: () => {
      if (connection) connection.close()
      else if (dialled.status === 'connected') dialled.stream.close()
    },
  }
}

type Present<T> = {readonly [K in keyof T]?: Exclude<T[K], undefined>}

/** Without what is undefined. */
function present<T extends object>(given: T): Present<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Present<T>
}
