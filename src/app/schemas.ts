/** The published JSON Schemas: generated into `schemas/` and checked to be fresh. */
import {diagnosisSchema} from '../advice/diagnosis-schema.ts'
import {toJsonSchema} from '../config/json-schema.ts'
import {documentSchema} from '../scenarios/document-schema.ts'
import {journalLineSchema} from '../scenarios/journal/schema.ts'
import {probeResultSchema} from '../probes/result-schema.ts'
import type {SchemaFile} from './schema-names.ts'

/** By file name: the document that people write, one line of a journal, what a probe and what a diagnosis prints. */
export async function jsonSchemas(): Promise<Readonly<Record<SchemaFile, Record<string, unknown>>>> {
  return {
    'netdrill.json': toJsonSchema(await documentSchema(), {
      title: 'netdrill document',
      id: 'urn:netdrill:document:1',
    }),
    'journal.json': toJsonSchema(journalLineSchema, {
      title: 'one line of a netdrill journal',
      id: 'urn:netdrill:journal-line:1',
    }),
    'probe.json': toJsonSchema(probeResultSchema, {
      title: 'what netdrill probe --json prints',
      id: 'urn:netdrill:probe:1',
    }),
    'diagnosis.json': toJsonSchema(diagnosisSchema, {
      title: 'what netdrill diagnose --json prints',
      id: 'urn:netdrill:diagnosis:1',
    }),
  }
}
