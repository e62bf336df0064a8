import type {Readable} from 'node:stream'

/** Of what a program writes to its standard error, this much is kept: enough for its last words. */
const KEPT = 4096

/** Reads the stream to its end; the returned function gives the last characters so far. */
export function keepTail(stream: Readable | null): () => string {
  let said = ''
  stream?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT)
  })
  return () => said
}
