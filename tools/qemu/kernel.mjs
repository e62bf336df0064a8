/** Debian's own kernel, unpacked into the cache and never installed: it has the modules that small kernels leave out. */
import {existsSync} from 'node:fs'
import {mkdir, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {mustRun} from '../support/run-program.mjs'
import {plainKernel} from './plain-kernel.mjs'

/** What a machine without hardware needs of `kernel/drivers`; the rest is 300 MB of graphics and radios. */
const DRIVERS = new Set(['net', 'virtio', 'char', 'ptp', 'pps', 'md', 'block'])

/** Unpacks the kernel unless that was done before. Returns its release, image and module tree. */
export async function prepareKernel(cache, say = () => {}) {
  const known = await unpacked(cache)
  if (known) return known
  say('fetching a kernel with netem and bonding')
  const work = join(cache, `unpacking-${process.pid}`)
  await rm(work, {recursive: true, force: true})
  await mkdir(join(work, 'root'), {recursive: true})
  await mustRun('apt-get', ['-qq', 'download', await kernelPackage()], {cwd: work})
  const [archive] = (await readdir(work)).filter((name) => name.endsWith('.deb'))
  await mustRun('dpkg-deb', ['-x', join(work, archive), join(work, 'root')])
  const [release] = await readdir(join(work, 'root/lib/modules'))
  await prune(join(work, 'root/lib/modules', release, 'kernel'))
  await mustRun('depmod', ['-b', join(work, 'root'), release])
  await rm(join(work, archive))
  await rm(join(cache, 'kernel'), {recursive: true, force: true})
  await rename(join(work, 'root'), join(cache, 'kernel'))
  await rm(work, {recursive: true})
  return unpacked(cache)
}

async function unpacked(cache) {
  const root = join(cache, 'kernel')
  if (!existsSync(join(root, 'lib/modules'))) return undefined
  const [release] = await readdir(join(root, 'lib/modules'))
  const image = await plainKernel(join(root, 'boot', `vmlinuz-${release}`))
  return {release, root, image, modules: join(root, 'lib/modules')}
}

async function prune(kernel) {
  for (const name of await readdir(join(kernel, 'drivers'))) {
    if (!DRIVERS.has(name)) await rm(join(kernel, 'drivers', name), {recursive: true})
  }
  await rm(join(kernel, 'drivers/net/wireless'), {recursive: true, force: true})
  await rm(join(kernel, 'sound'), {recursive: true, force: true})
}

/** The package that `linux-image-amd64` stands for today; the cloud kernel would lack 9p. */
async function kernelPackage() {
  const text = await mustRun('apt-cache', ['depends', '--important', 'linux-image-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(text)?.[1]
  if (!name) throw new Error('apt knows no linux-image-amd64; run "apt-get update" first')
  return name
}
