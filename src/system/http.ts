import type {HttpClient, HttpDoor} from '../core/ports.ts'
import {exchange, type Undici} from './http-exchange.ts'
import {warmUpHttp} from './http-warm-up.ts'

let loaded: Promise<Undici> | null = null

/** HTTP/1.1 and HTTP/2 by undici, over connections that were dialled and secured elsewhere. */
export const systemHttp: HttpDoor = {
  async client(): Promise<HttpClient> {
    loaded ??= load()
    const undici = await loaded
    return {exchange: async (request) => exchange(undici, request)}
  },
}

async function load(): Promise<Undici> {
  // The names of a CommonJS module are lost in a bundle; its default export has them all.
  const {default: undici} = await import('undici')
  await warmUpHttp(undici)
  return undici
}
