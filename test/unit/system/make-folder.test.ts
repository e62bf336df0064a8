import {existsSync} from 'node:fs'
import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {makeFolder} from '../../../src/system/make-folder.ts'

describe('a folder', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'folder-'))
  })
  afterEach(async () => rm(root, {recursive: true, force: true}))

  it('is made with those above it, with the mode that is asked', async () => {
    await makeFolder(join(root, 'a/b/c'), 0o700)
    for (const one of ['a', 'a/b', 'a/b/c']) expect((await stat(join(root, one))).mode & 0o777).toBe(0o700)
  })

  it('stays when it is there, also when many make it at once', async () => {
    await Promise.all(Array.from({length: 10}, async () => makeFolder(join(root, 'a/b'))))
    expect(existsSync(join(root, 'a/b'))).toBe(true)
  })

  it('is not made below a file', async () => {
    await writeFile(join(root, 'file'), '')
    await expect(makeFolder(join(root, 'file/a'))).rejects.toThrow('ENOTDIR')
  })

  it.runIf(process.platform === 'linux')('is refused where the kernel makes the folders', async () => {
    await expect(makeFolder('/proc/netdrill/a/b')).rejects.toThrow('ENOENT')
  })
})
