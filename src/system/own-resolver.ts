import {execFile} from 'node:child_process'
import {mkdtemp, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {toolPath} from '../core/place-command.ts'

const RESOLV_CONF = '/etc/resolv.conf'

/**
 * Gives our own mount namespace a resolv.conf(5) of its own. The file has no name once it is mounted, so nothing is
 * left when the namespace ends.
 */
export async function ownResolver({
  servers,
  search,
}: {
  readonly servers: readonly string[]
  readonly search: readonly string[]
}): Promise<void> {
  const lines = [
    ...servers.map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'netdrill-resolver-'))
  try {
    const file = join(folder, 'resolv.conf')
    await writeFile(file, `${lines.join('\n')}\n`, {mode: 0o644})
    const env = {...process.env, PATH: toolPath(process.env['PATH'])}
    await promisify(execFile)('mount', ['--bind', file, await realpath(RESOLV_CONF)], {env})
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
