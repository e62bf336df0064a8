/** An allocation of a TURN server over TCP that stays until its connection is closed. */
import {once} from 'node:events'
import {connect} from 'node:net'
import {decodeTurn, encodeTurn, longTermKey} from '../../src/probes/turn/message.ts'

export async function holdAllocation(
  port: number,
  {user, password}: {readonly user: string; readonly password: string},
): Promise<{close: () => void}> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  const ask = async (payload: Uint8Array): Promise<ReturnType<typeof decodeTurn>> => {
    socket.write(payload)
    const [data] = (await once(socket, 'data')) as [Buffer]
    return decodeTurn(data)
  }
  const transaction = (): Uint8Array => crypto.getRandomValues(new Uint8Array(12))
  const challenge = await ask(encodeTurn({type: 'allocate', transaction: transaction()}))
  const {realm, nonce} = challenge
  if (realm === null || nonce === null) throw new Error('no challenge')
  const credentials = {user, realm, nonce, key: longTermKey(user, realm, password)}
  const answer = await ask(encodeTurn({type: 'allocate', transaction: transaction(), credentials}))
  if (answer.relayed === null) throw new Error(`no allocation: ${String(answer.error?.code)}`)
  return {close: () => socket.destroy()}
}
