/** Puts the figures of link profiles where a document names them: in netem faults and on the links of its lab. */
import {type ReadFile, findProfile} from '../../config/link-profiles/find.ts'
import type {LoadedDocument, Path} from '../../config/load.ts'
import type {LinkProfile} from '../../core/link-profile.ts'
import type {FaultSpec} from '../../faults/fault.ts'
import {isNetem, profileOf, withProfile} from '../../faults/with-profile.ts'
import type {LabSpec} from '../../lab/lab.ts'
import {shapeByProfile} from '../../lab/shape-by-profile.ts'
import type {NetdrillDocument} from '../document-schema.ts'

type Document = LoadedDocument<NetdrillDocument>
type Find = (word: string, path: Path) => Promise<LinkProfile>

/** Each file is read once. Throws CONFIG_REFERENCE or CONFIG_FILE at the place of the word, and what is wrong in a file. */
export async function followProfiles(document: Document, read: ReadFile): Promise<Document> {
  const {faults, lab} = document.value
  const find: Find = async (word, path) =>
    findProfile({word, read, position: document.positionOf([...path, 'profile'])})
  return {
    ...document,
    value: {
      ...document.value,
      ...(faults && {faults: await followFaults(faults, find)}),
      ...(lab && {lab: await followLab(lab, find)}),
    },
  }
}

async function followFaults(
  faults: Readonly<Record<string, FaultSpec>>,
  find: Find,
): Promise<Record<string, FaultSpec>> {
  const entries = Object.entries(faults).map(async ([name, fault]) => {
    const word = profileOf(fault)
    const followed =
      word === null || !isNetem(fault) ? fault : withProfile(fault, await find(word, ['faults', name]))
    return [name, followed] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function followLab(lab: LabSpec, find: Find): Promise<LabSpec> {
  const links = lab.links.map(async ({profile, ...link}, index) =>
    profile === undefined ? link : shapeByProfile(link, await find(profile, ['lab', 'links', index])),
  )
  return {...lab, links: await Promise.all(links)}
}
