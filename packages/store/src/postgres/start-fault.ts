import type { Settings } from './settings.ts'

type Explain = (settings: Settings) => string

const address = ({ host, port }: Settings): string =>
  host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`

const noServer: Explain = (settings) =>
  `no server answers at ${address(settings)}: start it, or change the host or the port`
const refused: Explain = ({ user }) =>
  `the server refuses the user ${user}: check the user, the password and pg_hba.conf`
const otherCertificate: Explain = () =>
  'the certificate of the server is not signed by a known CA: name the file of its CA with sslrootcert=FILE'

/** By the SQLSTATE code of the server, or the code of Node. */
const explanations: Record<string, Explain> = {
  ECONNREFUSED: noServer,
  ENOENT: noServer,
  ENOTFOUND: ({ host }) => `the host ${host} is unknown`,
  EAI_AGAIN: ({ host }) => `the name of the host ${host} cannot be resolved`,
  '28P01': refused,
  '28000': refused,
  '3D000': ({ database }) => `the server has no database ${database}: create it with CREATE DATABASE`,
  '42501': ({ user, database }) =>
    `the user ${user} may not create tables: run GRANT CREATE ON SCHEMA public TO ${user} in the database ${database}, or make the user its owner`,
  '25006': () => 'the server is read-only: name the primary server',
  DEPTH_ZERO_SELF_SIGNED_CERT: otherCertificate,
  SELF_SIGNED_CERT_IN_CHAIN: otherCertificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherCertificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherCertificate,
  UNABLE_TO_GET_ISSUER_CERT: otherCertificate,
  CERT_SIGNATURE_FAILURE: otherCertificate,
  CERT_HAS_EXPIRED: () => 'the certificate of the server has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host }) => `the certificate of the server is not for the host ${host}`,
}

/** Errors of pg that have no code, by their messages. */
const byMessage: [RegExp, Explain][] = [
  [
    /does not support SSL/,
    () => 'the server has no TLS: switch it on there (ssl = on), or use sslmode=disable in a private network',
  ],
  [
    /password must be a (non-empty )?string/,
    ({ user }) => `the server asks for the password of ${user}: add it to the URL, or use passwordFile=FILE`,
  ],
  [/timeout/, (settings) => `no Postgres server answers at ${address(settings)} in time`],
  [
    /establishing an SSL|Connection terminated unexpectedly|Received unexpected/,
    (settings) => `what answers at ${address(settings)} is not a Postgres server, or it ended the connection`,
  ],
]

/** Why the database cannot be opened, in one line without the password. */
export function startFault(error: unknown, settings: Settings): string {
  const { code = '', message, cause } = error as Error & { code?: string; cause?: Error }
  const explain = explanations[code] ?? byMessage.find(([pattern]) => pattern.test(message))?.[1]
  if (explain) return explain(settings)
  if (cause) return startFault(cause, settings)
  return (message || code).replaceAll(/\s*\n\s*/g, ' ')
}
