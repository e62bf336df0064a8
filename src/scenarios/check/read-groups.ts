/** The groups of a document: which targets are judged together. */
import type {LoadedDocument} from '../../config/load.ts'
import {type Problem, UserError} from '../../core/errors.ts'
import type {GroupSpec} from '../../core/group-spec.ts'
import type {NetdrillDocument} from '../document-schema.ts'
import {groupProblems, groupSpec, memberNames} from '../group-specs.ts'
import type {CheckGroup} from './check-spec.ts'

type Document = LoadedDocument<NetdrillDocument>

export interface GroupNames {
  /** The name in the whole check of a target or group of this document. */
  readonly nameOf: (document: Document, key: string) => string
  /** Names of the targets that were chosen. */
  readonly chosen: ReadonlySet<string>
}

/**
 * Groups whose members were all chosen: a part of a group says nothing about it, so its targets stand for themselves.
 * Throws CONFIG_REFERENCE for a member that is no target and CONFIG_INVALID for what no run could meet.
 */
export function readGroups(
  documents: readonly Document[],
  {nameOf, chosen}: GroupNames,
): {readonly groups: readonly CheckGroup[]; readonly specs: readonly GroupSpec[]} {
  const problems: Problem[] = []
  const found = documents.flatMap((document) =>
    Object.entries(document.value.groups ?? {}).map(([key, group]) => {
      problems.push(...groupProblems(document, key))
      const {file, line, column} = document.keyPositionOf(['groups', key])
      const name = nameOf(document, key)
      const members = memberNames(group).map((member) => nameOf(document, member.name))
      // One path that works is enough.
      const needed = group.mode === 'quorum' ? group.min_healthy : 1
      const judged: CheckGroup = {name, members, needed, place: {file, line, column}}
      return {judged, spec: groupSpec(name, group, (target) => nameOf(document, target))}
    }),
  )
  if (problems.length > 0) throw new UserError(problems)
  const whole = found.filter(({judged}) => judged.members.every((name) => chosen.has(name)))
  return {groups: whole.map(({judged}) => judged), specs: whole.map(({spec}) => spec)}
}
