/** What two peers tell each other over HTTP before they can talk by themselves. */
import http, {type IncomingMessage} from 'node:http'

export interface Offer {
  /** Of the call; a second offer with it restarts that call. */
  readonly id: string
  readonly sdp: string
  /** Whose addresses the answer should name. */
  readonly networks: readonly string[]
}

/** Descriptions take some kilobytes. */
const LONGEST = 65_536
const LIMIT = 5000

/** Rejects when the other side doesn't answer within 5 s, or with anything but 200. */
export async function postOffer(url: string, offer: Offer): Promise<{readonly sdp: string}> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, {method: 'POST', timeout: LIMIT, agent: false}, (response) => {
      if (response.statusCode !== 200) {
        response.resume()
        reject(new Error(`the other side answered ${String(response.statusCode)} to the offer`))
        return
      }
      readText(response).then((text) => resolve(JSON.parse(text) as {sdp: string}), reject)
    })
    request.once('timeout', () => request.destroy(new Error('the other side did not answer the offer')))
    request.once('error', reject)
    request.end(JSON.stringify(offer))
  })
}

export async function readOffer(incoming: IncomingMessage): Promise<Offer> {
  return JSON.parse(await readText(incoming)) as Offer
}

async function readText(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) {
    text += String(chunk)
    if (text.length > LONGEST) throw new Error('the description is too long')
  }
  return text
}
