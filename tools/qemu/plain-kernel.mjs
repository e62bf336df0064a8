/** The kernel without its compression: an emulated processor takes seconds to unpack what this one unpacks at once. */
import {existsSync} from 'node:fs'
import {open, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {runProgram} from '../support/run-program.mjs'

/** Fields of the boot protocol (Documentation/x86/boot.rst): sectors of the setup code, offset and length of what is packed. */
const [SETUP_SECTORS, PAYLOAD_OFFSET, PAYLOAD_LENGTH] = [0x1f1, 0x248, 0x24c]
const SECTOR = 512
const XZ = 'fd377a585a00'
const ELF = '7f454c46'

/**
 * Unpacks the image beside it, unless that was done before. Returns the path of what QEMU starts by the kernel's PVH entry, or the
 * image itself where that is packed in another way, or xz is not installed.
 */
export async function plainKernel(image) {
  const plain = image.replace('vmlinuz', 'vmlinux')
  if (plain === image || existsSync(plain)) return plain
  const packed = payloadOf(await readFile(image))
  if (packed === undefined) return image
  const work = `${plain}-${process.pid}`
  try {
    await writeFile(`${work}.xz`, packed)
    const {status} = await runProgram('xz', ['--decompress', `${work}.xz`])
    if (status !== 0 || !(await isElf(work))) return image
    await rename(work, plain)
    return plain
  } finally {
    for (const path of [work, `${work}.xz`]) await rm(path, {force: true})
  }
}

/** After the last byte of the packed kernel come four with its size. */
function payloadOf(image) {
  const start = ((image[SETUP_SECTORS] || 4) + 1) * SECTOR + image.readUInt32LE(PAYLOAD_OFFSET)
  const packed = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH) - 4)
  return packed.subarray(0, 6).toString('hex') === XZ ? packed : undefined
}

async function isElf(path) {
  const file = await open(path)
  try {
    const {buffer} = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('hex') === ELF
  } finally {
    await file.close()
  }
}
