/** The groups of a document: which targets are judged together. */
import type {LoadedDocument} from '../../config/load.ts'
import {type Position, type Problem, UserError} from '../../core/errors.ts'
import {suggest} from '../../core/text.ts'
import type {NetdrillDocument} from '../document-schema.ts'
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
): readonly CheckGroup[] {
  const problems: Problem[] = []
  const groups = documents.flatMap((document) =>
    Object.entries(document.value.groups ?? {}).map(([key, {members, min_healthy: needed}]): CheckGroup => {
      problems.push(...problemsOf(document, key))
      const {file, line, column} = document.keyPositionOf(['groups', key])
      const names = members.map((member) => nameOf(document, member))
      return {name: nameOf(document, key), members: names, needed, place: {file, line, column}}
    }),
  )
  if (problems.length > 0) throw new UserError(problems)
  return groups.filter(({members}) => members.every((name) => chosen.has(name)))
}

function problemsOf({value, positionOf, keyPositionOf}: Document, key: string): readonly Problem[] {
  const targets = Object.keys(value.targets ?? {})
  const group = value.groups?.[key]
  if (!group) return []
  const problems = group.members.flatMap((member, index): readonly Problem[] => {
    const position = positionOf(['groups', key, 'members', index])
    if (group.members.indexOf(member) < index) return [invalid(`"${member}" is a member already`, position)]
    if (targets.includes(member)) return []
    const near = suggest(member, targets)
    const advice =
      near === null ? [`targets: ${targets.slice(0, 12).join(', ')}`] : [`did you mean "${near}"?`]
    return [{code: 'CONFIG_REFERENCE', message: `there is no target "${member}"`, position, advice}]
  })
  if (targets.includes(key)) {
    problems.push(invalid(`a target has the name "${key}" already`, keyPositionOf(['groups', key])))
  }
  if (group.min_healthy > group.members.length) {
    const message = `${group.min_healthy} of ${group.members.length} members can never be healthy`
    problems.push(invalid(message, positionOf(['groups', key, 'min_healthy'])))
  }
  return problems
}

function invalid(message: string, position: Position): Problem {
  return {code: 'CONFIG_INVALID', message, position}
}
