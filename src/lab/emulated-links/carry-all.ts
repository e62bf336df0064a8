import type {LabSpec} from '../lab.ts'

/**
 * Every link is carried by netdrill, so that any of them can be impaired later; not those that the document leaves to the
 * kernel by `emulate: false`, and not bonds, which the kernel has to see.
 */
export function carryAll(spec: LabSpec): LabSpec {
  const mark = (link: LabSpec['links'][number]): LabSpec['links'][number] =>
    link.bond === undefined && link.emulate === undefined ? {...link, emulate: true} : link
  return {...spec, links: spec.links.map(mark)}
}
