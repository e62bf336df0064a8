/** Sockets in the file system for processes of the same user: one line in, one line out. */
import {chmod, lstat, rm} from 'node:fs/promises'
import {type Server, type Socket, createConnection, createServer} from 'node:net'
import {dirname} from 'node:path'
import type {PrivateSockets} from '../core/kept-links.ts'
import * as C from './ffi-constants.ts'
import {loadFfi} from './ffi.ts'
import {makeFolder} from './make-folder.ts'

/** Of a line, in characters: an order for a link has some hundred, with the longest table of delays a hundred thousand. */
const LONGEST = 256 * 1024
/** Whoever says nothing for so long is gone; an answer takes milliseconds, on a starved machine more. */
const PATIENCE = 5000
const CONNECTIONS = 16
/** unix(7): `sun_path` has 108 octets with the zero at its end. */
const LONGEST_PATH = 107

export const privateSockets: PrivateSockets = {serve, ask}

async function serve(
  path: string,
  answer: (line: string) => Promise<string>,
): Promise<{readonly close: () => Promise<void>}> {
  const uidOf = await peerReader()
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Error(`the path of the socket is longer than ${LONGEST_PATH} bytes: ${path}`)
  await makeFolder(dirname(path), 0o700)
  await needPrivate(dirname(path))
  await rm(path, {force: true})
  const server = createServer((socket) => {
    if (uidOf(socket) === process.getuid?.()) attend(socket, answer)
    else socket.destroy()
  })
  server.maxConnections = CONNECTIONS
  await listen(server, path)
  await chmod(path, 0o600)
  // It must not keep a process alive whose work is done.
  server.unref()
  return {
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await rm(path, {force: true})
    },
  }
}

/** A folder that others may write to would let them put a socket of theirs in place of ours. */
async function needPrivate(folder: string): Promise<void> {
  const {mode, uid} = await lstat(folder)
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
    throw new Error(`${folder} is not private: it has to be ours, with mode 0700`)
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({path, readableAll: false, writableAll: false}, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** SO_PEERCRED (unix(7)): whose process has connected, as the kernel saw it then. */
async function peerReader(): Promise<(socket: Socket) => number | null> {
  const ffi = await loadFfi()
  if (!ffi) throw new Error('without koffi it can not be seen who connects')
  const credentials = Buffer.alloc(12)
  return (socket) => {
    const handle: unknown = Reflect.get(socket, '_handle')
    const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null
    if (typeof fd !== 'number' || fd < 0) return null
    const length = ffi.libc.getsockopt(fd, C.SOL_SOCKET, C.SO_PEERCRED, credentials)
    return length === 12 ? credentials.readUInt32LE(4) : null
  }
}

function attend(socket: Socket, answer: (line: string) => Promise<string>): void {
  socket.on('error', () => socket.destroy())
  readLine(socket, (line) => {
    void answer(line).then(
      (text) => socket.end(`${text}\n`),
      () => socket.destroy(),
    )
  })
}

/** The first line; a socket that sends more than fits, or nothing for too long, is closed. */
function readLine(socket: Socket, onLine: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(PATIENCE, () => socket.destroy())
  const take = (chunk: string): void => {
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0 && text.length <= LONGEST) return
    socket.off('data', take)
    if (end < 0 || end > LONGEST) socket.destroy()
    else onLine(text.slice(0, end))
  }
  socket.on('data', take)
}

async function ask(path: string, line: string): Promise<string> {
  const socket = createConnection({path})
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('no answer')))
      readLine(socket, resolve)
      socket.write(`${line}\n`)
    })
  } finally {
    socket.destroy()
  }
}
