/**
 * A pool of vitest in which every test file runs in a network namespace of its own, so that files which set up links, rules and
 * ports run beside one another and each compares the state of a kernel that nobody else changes.
 */
import {spawn, spawnSync} from 'node:child_process'
import {ForksPoolWorker} from 'vitest/node'

/**
 * The names of namespaces and the ledger live in files: each file gets its own. /sys is mounted anew, because it shows the
 * devices of the namespace in which it was mounted; the control groups stay what they are.
 */
const ENTER = [
  'set -e',
  'ip link set lo up',
  'mkdir -p /run/netns /run/netdrill',
  'mount -t tmpfs -o mode=755 tmpfs /run/netns',
  'mount -t tmpfs -o mode=755 tmpfs /run/netdrill',
  'old=$(mktemp -d)',
  'mount --rbind /sys/fs/cgroup "$old"',
  'mount -t sysfs sysfs /sys',
  'mount --rbind "$old" /sys/fs/cgroup',
  'umount -l "$old"',
  'rmdir "$old"',
  'exec "$@"',
].join('\n')

const UNSHARE = ['--net', '--mount', 'sh', '-c', ENTER, 'sh']

class OwnNetworkWorker extends ForksPoolWorker {
  name = 'own-network'

  /** The parent's `start` takes a process that is there as its own, and sees to its output and its end. */
  async start() {
    this._fork ??= spawn('unshare', [...UNSHARE, process.execPath, ...this.execArgv, this.entrypoint], {
      env: this.env,
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    const {pid} = this._fork
    await super.start()
    if (this._fork?.pid !== pid) throw new Error('vitest does not use the process that was started for it')
  }
}

/** Whether this user may have network namespaces here. */
export function canHaveOwnNetwork() {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false
  return spawnSync('unshare', [...UNSHARE, 'true'], {stdio: 'ignore'}).status === 0
}

/** For `pool` of a vitest project. */
export const ownNetwork = {name: 'own-network', createPoolWorker: (options) => new OwnNetworkWorker(options)}
