/** The receivers of notifications in all documents. */
import type {LoadedDocument} from '../../config/load.ts'
import {UserError} from '../../core/errors.ts'
import {type ReceiverSpec, receiverSpec} from '../../connections/notify/receiver-spec.ts'
import type {NetdrillDocument} from '../document-schema.ts'

type Document = LoadedDocument<NetdrillDocument>

/** Throws CONFIG_INVALID for a name that is there twice, and POLICY_UNKNOWN for a policy that isn't. */
export function readReceivers(
  documents: readonly Document[],
  place: 'lab' | 'host',
): readonly ReceiverSpec[] {
  const seen = new Set<string>()
  return documents.flatMap((document) =>
    Object.entries(document.value.notify ?? {}).map(([name, written]) => {
      const {file, value, positionOf, keyPositionOf} = document
      if (seen.has(name)) {
        throw new UserError({
          code: 'CONFIG_INVALID',
          message: `there are two receivers called ${name}`,
          position: keyPositionOf(['notify', name]),
          advice: ['give one of them another name'],
        })
      }
      seen.add(name)
      if (place === 'host' && written.webhook !== undefined && /[{}]/.test(written.webhook)) {
        throw new UserError({
          code: 'CONFIG_INVALID',
          message: 'a server of a lab can only be told in a drill',
          position: positionOf(['notify', name, 'webhook']),
        })
      }
      const position = (): ReturnType<typeof positionOf> => positionOf(['notify', name, 'policy'])
      return receiverSpec(name, written, {file, policies: value.policies ?? {}, positionOf, position})
    }),
  )
}
