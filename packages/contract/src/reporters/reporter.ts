import type { Report } from '../finding.ts'

/** Writes a report about `subject`, the address or the files that were checked, in one format. */
export type Reporter = (report: Report, subject: string) => string
