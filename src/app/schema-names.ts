/** The published schemas by name, apart from the schemas themselves, which take a while to load. */
export const SCHEMA_NAMES = ['netdrill', 'journal', 'diagnosis', 'probe'] as const

export type SchemaFile = `${(typeof SCHEMA_NAMES)[number]}.json`
