/** One virtual machine that sees this machine's files, runs one command as root and ends. */
import {spawn} from 'node:child_process'
import {cp, mkdir, mkdtemp, open, readFile, rm, writeFile} from 'node:fs/promises'
import {availableParallelism, totalmem} from 'node:os'
import {join} from 'node:path'
import {prepareInitramfs} from './initramfs.mjs'
import {prepareKernel} from './kernel.mjs'

const root = new URL('../..', import.meta.url).pathname
const CACHE = join(root, '.cache/qemu')

/** Wide vector instructions are slow to emulate, and libraries use them when they are there: with `max` all takes a third longer. */
const CPU = 'Nehalem,+rdrand,+aes'

/** How often the host looks for new output of the command. */
const POLL_MS = 200

/**
 * Boots the machine and runs `argv` in it, in `cwd` and with `env` added. Output goes to `onOutput(stream, bytes)` while it
 * comes; files that it leaves in /run/job/out are copied to the folder `collect`.
 * Resolves to `{status, console, bootMs, ms}`; status 124 means that `timeoutMs` passed, 125 that the machine broke.
 */
export async function runInMachine(argv, options = {}) {
  const {cwd = process.cwd(), env = {}, timeoutMs = 600_000, collect, onOutput, say} = options
  await mkdir(CACHE, {recursive: true})
  const kernel = await prepareKernel(CACHE, say)
  const initramfs = await prepareInitramfs(CACHE, kernel)
  const job = await mkdtemp(join(CACHE, 'job-'))
  try {
    await mkdir(join(job, 'out'))
    await writeFile(join(job, 'modules'), kernel.modules)
    await writeFile(join(job, 'main.sh'), mainScript())
    await writeFile(join(job, 'command.sh'), commandScript(argv, cwd, env))
    const result = await boot({kernel, initramfs, job, timeoutMs, onOutput})
    if (collect) await cp(join(job, 'out'), collect, {recursive: true})
    return result
  } finally {
    await rm(job, {recursive: true, force: true})
  }
}

async function boot({kernel, initramfs, job, timeoutMs, onOutput}) {
  const started = performance.now()
  // The machine must not outlive us, however we end: the kernel passes the death on.
  const qemu = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...machineArguments({kernel, initramfs, job})]
  const child = spawn('setpriv', qemu, {stdio: ['ignore', 'pipe', 'pipe']})
  const said = []
  child.stdout.on('data', (chunk) => said.push(chunk))
  child.stderr.on('data', (chunk) => said.push(chunk))
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve))
  let timedOut = false
  const deadline = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const follower = follow(job, onOutput)
  await ended
  clearTimeout(deadline)
  const bootMs = await follower.stop()
  const status = timedOut ? 124 : Number(await readFile(join(job, 'status'), 'utf8').catch(() => 125))
  return {
    status,
    console: Buffer.concat(said).toString(),
    bootMs: bootMs - started,
    ms: performance.now() - started,
  }
}

/** Half of what the host has: its files are read through, and what the machine writes stays in its memory. */
const memoryMb = () => Math.min(3072, Math.floor(totalmem() / 2 / 2 ** 20))

function machineArguments({kernel, initramfs, job}) {
  const accelerator = process.env['NETDRILL_QEMU_ACCEL'] ?? 'tcg,thread=multi'
  const share = (path, tag, more) => [
    '-virtfs',
    `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap${more}`,
  ]
  return [
    ...[
      '-accel',
      accelerator,
      '-cpu',
      CPU,
      '-smp',
      String(Math.min(4, availableParallelism())),
      '-m',
      String(memoryMb()),
    ],
    ...['-kernel', kernel.image, '-initrd', initramfs],
    ...['-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off'],
    ...share('/', 'hostroot', ',readonly=on'),
    ...share(job, 'job', ''),
    ...['-nic', 'none', '-nographic', '-no-reboot'],
  ]
}

/** Passes on what the command writes; a file of the job's share is all the machine needs for that. */
function follow(job, onOutput = () => {}) {
  const streams = ['stdout', 'stderr'].map((name) => ({name, at: 0}))
  let firstOutput
  const look = async () => {
    for (const stream of streams) {
      const file = await open(join(job, stream.name)).catch(() => undefined)
      if (!file) continue
      firstOutput ??= performance.now()
      const size = (await file.stat()).size - stream.at
      if (size > 0) {
        const {buffer, bytesRead} = await file.read(Buffer.alloc(size), 0, size, stream.at)
        stream.at += bytesRead
        onOutput(stream.name, buffer.subarray(0, bytesRead))
      }
      await file.close()
    }
  }
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(look)
  }, POLL_MS)
  return {
    async stop() {
      clearInterval(timer)
      await running.then(look)
      return firstOutput ?? Number.NaN
    },
  }
}

/** Runs as process 1 after init: waits for the command, leaves its status for the host and switches the machine off. */
function mainScript() {
  return [
    'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb',
    'busybox hostname qemu',
    'ip link set lo up',
    'modprobe bonding max_bonds=0',
    'modprobe ifb numifbs=0',
    'sh /run/job/command.sh </dev/null >/run/job/stdout 2>/run/job/stderr',
    'echo $? >/run/job/status',
    'sync',
    'busybox poweroff -f',
    '',
  ].join('\n')
}

function commandScript(argv, cwd, env) {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`)
  return [...exports, `cd ${quote(cwd)} || exit 125`, `exec ${argv.map(quote).join(' ')}`, ''].join('\n')
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`
