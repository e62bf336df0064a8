/** Whether the machine can be had here, before anything is fetched. */
import {accessSync, constants} from 'node:fs'
import {delimiter, join} from 'node:path'

const PROGRAMS = [
  'qemu-system-x86_64',
  'busybox',
  'depmod',
  'modprobe',
  'cpio',
  'apt-get',
  'dpkg-deb',
  'setpriv',
]

/** The reason why the machine cannot be had, or undefined when it can. */
export function whyNoMachine() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the machine is made for linux x64, this is ${process.platform} ${process.arch}`
  }
  if (process.getuid() !== 0) return 'not root: the machine reads the files of the host as they are'
  const missing = PROGRAMS.filter((name) => !findProgram(name))
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined
}

/** The path of a program in PATH or in a folder for administrators, or undefined. */
function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
