/** The first file system of the machine: busybox, the modules that reach the host's files, and init. */
import {spawn} from 'node:child_process'
import {copyFile, mkdir, rm, stat, writeFile} from 'node:fs/promises'
import {createWriteStream, existsSync} from 'node:fs'
import {basename, join} from 'node:path'
import {finished} from 'node:stream/promises'
import {mustRun} from '../support/run-program.mjs'

const MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay']
const INIT = new URL('init.sh', import.meta.url).pathname

/** Packs the initramfs unless a newer one than init.sh is there. Returns its path. */
export async function prepareInitramfs(cache, kernel) {
  const target = join(cache, `initramfs-${kernel.release}`)
  if (existsSync(target) && (await stat(target)).mtimeMs > (await stat(INIT)).mtimeMs) return target
  const tree = join(cache, `initramfs-tree-${process.pid}`)
  await mkdir(join(tree, 'bin'), {recursive: true})
  await mkdir(join(tree, 'modules'))
  await copyFile('/bin/busybox', join(tree, 'bin/busybox'))
  await copyFile(INIT, join(tree, 'init'))
  const order = []
  for (const file of await moduleFiles(kernel)) {
    order.push(basename(file))
    await copyFile(file, join(tree, 'modules', basename(file)))
  }
  await writeFile(join(tree, 'modules/order'), `${order.join('\n')}\n`)
  await mustRun('chmod', ['755', join(tree, 'init'), join(tree, 'bin/busybox')])
  await pack(tree, order, target)
  await rm(tree, {recursive: true})
  return target
}

/** In the order in which they have to be loaded, each once. */
async function moduleFiles(kernel) {
  const found = new Set()
  for (const name of MODULES) {
    const text = await mustRun('modprobe', ['-d', kernel.root, '-S', kernel.release, '--show-depends', name])
    for (const match of text.matchAll(/^insmod (\S+)/gm)) found.add(match[1])
  }
  return [...found]
}

async function pack(tree, modules, target) {
  const names = [
    '.',
    'init',
    'bin',
    'bin/busybox',
    'modules',
    'modules/order',
    ...modules.map((name) => `modules/${name}`),
  ]
  const cpio = spawn('cpio', ['--quiet', '-o', '-H', 'newc'], {cwd: tree, stdio: ['pipe', 'pipe', 'inherit']})
  const file = createWriteStream(target)
  cpio.stdout.pipe(file)
  cpio.stdin.end(`${names.join('\n')}\n`)
  await finished(file)
}
